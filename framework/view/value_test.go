package view_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
)

type color int

func (c color) String() string { return [...]string{"red", "green"}[c] }

type id [2]byte

func (id) String() string { return "id-1" }

type page struct {
	Path  string
	Depth int
	since time.Time
	Tags  []string
	Next  *page
}

// loud must not be asked how it looks: it may be in use.
type loud struct{ n *int }

func (loud) String() string { panic("asked") }

func TestValueIsShort(t *testing.T) {
	t.Parallel()

	n := 1
	tests := []struct {
		value any
		want  string
	}{
		{nil, "nil"},
		{struct{}{}, ""},
		{true, "true"},
		{-3, "-3"},
		{uint8(3), "3"},
		{float32(0.1), "0.1"},
		{math.Inf(1), "+Inf"},
		{2 + 3i, "(2+3i)"},
		{"a\n\"b\"", `"a\n\"b\""`},
		{1500 * time.Millisecond, "1.5s"},
		{time.Date(2026, 9, 1, 2, 3, 4, 0, time.UTC), "2026-09-01T02:03:04Z"},
		{color(1), "green"},
		{id{}, "id-1"},
		{[3]int{1, 2, 3}, "[1, 2, 3]"},
		{[]byte("abc"), "[]byte(len 3)"},
		{[]string(nil), "nil"},
		{map[string]any{}, "map[string]any{…}"},
		{&page{}, "&view_test.page{…}"},
		{(*page)(nil), "nil"},
		{loud{&n}, "{n: &int{…}}"},
		{func(int) {}, "func(int)"},
		{make(chan int), "chan int"},
		{page{Path: "a.go", Depth: 2, since: time.Time{}}, `{Path: "a.go", Depth: 2, since: {wall: 0, ext: 0, loc: nil}…`},
		{struct{ V any }{color(0)}, "{V: red}"},
		{strings.Repeat("ä", 1000), `"` + strings.Repeat("ä", 58) + "…"},
	}
	for _, test := range tests {
		got := view.Value(test.value)
		require.Equal(t, test.want, got)
		require.LessOrEqual(t, utf8.RuneCountInString(got), 60)
	}
}

func TestValueSurvivesAPanic(t *testing.T) {
	t.Parallel()
	require.Contains(t, view.Value(color(7)), "PANIC")
}

// Not parallel: it counts allocations.
func TestValueOfSomethingHugeIsCheap(t *testing.T) {
	type huge struct {
		Text   string
		Values [1 << 20]float64
	}
	v := new(huge)
	v.Text = strings.Repeat("x", 1<<24)
	var text, values any = *v, v.Values
	require.Equal(t, `{Text: "`+strings.Repeat("x", 51)+"…", view.Value(text))
	require.Equal(t, "["+strings.Repeat("0, ", 19)+"0…", view.Value(values))
	require.Less(t, testing.AllocsPerRun(10, func() { view.Value(text) }), 20.0)
	require.Less(t, testing.AllocsPerRun(10, func() { view.Value(values) }), 20.0)
}

type box[T any] struct{ V T }

func TestTypeNameIsWhatAProgramWrites(t *testing.T) {
	t.Parallel()

	type local struct{}
	tests := map[string]string{
		reflect.TypeFor[box[view.Task]]().String():              "view_test.box[view.Task]",
		reflect.TypeFor[box[map[string]box[[]byte]]]().String(): "view_test.box[map[string]view_test.box[[]byte]]",
		reflect.TypeFor[box[local]]().String():                  "view_test.box[view_test.local]",
		reflect.TypeFor[map[string]any]().String():              "map[string]any",
		reflect.TypeFor[struct{}]().String():                    "struct{}",
		reflect.TypeFor[<-chan *time.Time]().String():           "<-chan *time.Time",
		"main.Page":                          "Page",
		"scheduler.Result[main.Page]":        "scheduler.Result[Page]",
		"scheduler.Result[domain.Page]":      "scheduler.Result[domain.Page]",
		"map[main.Key]*example.com/a-b/v2.T": "map[Key]*v2.T",
		"func(example.com/x.A, main.B) (example.com/x.C, interface {})": "func(x.A, B) (x.C, any)",
	}
	for name, want := range tests {
		require.Equal(t, want, view.TypeName(name), name)
	}
}

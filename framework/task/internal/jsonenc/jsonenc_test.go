package jsonenc_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task/internal/jsonenc"
)

type (
	named  string
	count  int32
	weight float64
	small  struct {
		Text  string `json:"text"`
		Count count  `json:",omitempty"`
	}
)

// plain has a field of every plain sort.
type plain struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Float   float64
	Single  float32
	Text    string
	Named   named   `json:"a-b.c/d:e_f"`
	Weight  *weight `json:"weight"`
	Bytes   []byte
	Digest  [3]byte
	List    []float64
	Array   [2]string
	Small   small
	Smalls  []*small
	Nothing struct{}
	None    [0]int
	Hidden  string `json:"-"`
	private string

	MaybeText  string   `json:"maybe_text,omitempty"`
	MaybeBytes []byte   `json:",omitempty"`
	MaybeList  []string `json:",omitempty"`
	MaybeBool  bool     `json:",omitempty"`
	MaybeInt   int      `json:",omitempty"`
	MaybeInt8  int8     `json:",omitempty"`
	MaybeInt16 int16    `json:",omitempty"`
	MaybeUint  uint32   `json:",omitempty"`
	MaybeLong  int64    `json:",omitempty"`
	MaybeSmall *small   `json:",omitempty"`
}

// requireSame requires that a value of a plain type is encoded as encoding/json
// does.
func requireSame[T any](t *testing.T, v T) {
	t.Helper()
	want, err := json.Marshal(&v)
	got, ok := jsonenc.Marshal(&v)
	require.Equal(t, err == nil, ok, "%v", err)
	if ok {
		require.Equal(t, string(want), string(got))
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, 0.1, 0.25, 1.0 / 3, 1e-3, 9.999e-4, 1e-6, 9.99e-7, 1e-7, 1e-10, 1e20, 1e21, 1e22, 123456789012345,
		999999999999999, 1e15, 1e15 + 0.5, 0.001, 0.0015, 1234567.8901234, 12345678.9012345, 1.0000001, 1.00000001, 5e-324, math.MaxFloat64, 1 << 53, 1<<53 + 2,
		4503599627370497.5, 0.3, 0.1 + 0.2, 2.675, 1.005, 100, 1e100, math.Inf(1), math.Inf(-1), math.NaN()} {
		requireSame(t, f)
		requireSame(t, float32(f))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		requireSame(t, math.Float64frombits(r.Uint64()))
		requireSame(t, math.Float32frombits(r.Uint32()))
		scale := math.Pow10(r.IntN(20))
		requireSame(t, math.Round(r.NormFloat64()*scale)/math.Pow10(r.IntN(20)))
	}
	requireSame(t, int64(math.MinInt64))
	requireSame(t, uint64(math.MaxUint64))
	requireSame(t, uintptr(7))
}

func TestPlainTypes(t *testing.T) {
	t.Parallel()
	requireSame(t, plain{})
	w := weight(2.5)
	requireSame(t, plain{
		Bool: true, Int: -1, Int8: -8, Int16: -16, Int32: -32, Int64: -64, Uint: 1, Uint8: 8, Uint16: 16, Uint32: 32, Uint64: 64,
		Float: 1.5, Single: 0.1, Text: "<a&\"b\\\u2028\xff\n\x00>", Named: "n", Weight: &w, Bytes: []byte("hello"), Digest: [3]byte{1, 2, 3},
		List: []float64{1, 2.5}, Array: [2]string{"x"}, Small: small{Text: "s"}, Smalls: []*small{nil, {Count: 3}}, Hidden: "h", private: "p",
		MaybeText: "m", MaybeBytes: []byte{0}, MaybeList: []string{""}, MaybeBool: true, MaybeInt: 1, MaybeInt8: 1, MaybeInt16: 1, MaybeUint: 1,
		MaybeLong: 1 << 40, MaybeSmall: &small{},
	})
	requireSame(t, plain{Bytes: []byte{}, List: []float64{}, MaybeBytes: []byte{}, MaybeList: []string{}})
	requireSame(t, []small{{Text: "a"}, {Text: "b"}})
	requireSame(t, &small{})
	requireSame(t, (*small)(nil))
	requireSame(t, [][]int{{1}, nil, {}})
	requireSame(t, struct{ F []float64 }{[]float64{math.NaN()}})
}

type (
	self     struct{ Next *self }
	tree     []tree
	speaking struct{ X int }
	pointing struct{ X int }
	texting  int
	Base     struct{ X int }
)

func (speaking) MarshalJSON() ([]byte, error)  { return []byte(`"spoken"`), nil }
func (*pointing) MarshalJSON() ([]byte, error) { return []byte(`"pointed"`), nil }
func (texting) MarshalText() ([]byte, error)   { return []byte("text"), nil }
func requireNotPlain[T any](t *testing.T, v T) {
	t.Helper()
	_, ok := jsonenc.Marshal(&v)
	require.False(t, ok, "%T", v)
}

func TestTypesThatAreNotPlain(t *testing.T) {
	t.Parallel()
	requireNotPlain(t, self{})
	requireNotPlain(t, tree{})
	requireNotPlain(t, speaking{})
	requireNotPlain(t, pointing{})
	requireNotPlain(t, texting(1))
	requireNotPlain(t, []texting{1})
	requireNotPlain(t, struct{ P *pointing }{})
	requireNotPlain(t, struct{ Base }{})
	requireNotPlain(t, map[string]int{})
	requireNotPlain(t, any(1))
	requireNotPlain(t, struct{ A any }{})
	requireNotPlain(t, json.Number("1"))
	requireNotPlain(t, json.RawMessage("1"))
	requireNotPlain(t, time.Time{})
	requireNotPlain(t, netip.Addr{})
	requireNotPlain(t, complex(1, 2))
	requireNotPlain(t, func() {})
	requireNotPlain(t, struct {
		N int `json:",string"`
	}{})
	requireNotPlain(t, struct {
		N int `json:",omitzero"`
	}{})
	requireNotPlain(t, struct {
		F float64 `json:",omitempty"`
	}{})
	requireNotPlain(t, struct {
		X int
		B int `json:"X"`
	}{})
	requireNotPlain(t, struct {
		A int `json:"ä"`
	}{})
	_, ok := jsonenc.Marshal[int](nil)
	require.False(t, ok)
}

func FuzzEncodesAsTheStandardLibrary(f *testing.F) {
	f.Add("text", []byte("bytes"), uint64(1), int64(-1), 1.5, float32(0.1))
	f.Add("<&>\u2028\xff\x00\"\\", []byte{}, uint64(math.MaxUint64), int64(math.MinInt64), 1e21, float32(1e-7))
	f.Add("", []byte(nil), uint64(0), int64(0), 123456.789, float32(16777216))
	f.Fuzz(func(t *testing.T, text string, bytes []byte, u uint64, i int64, d float64, s float32) {
		w := weight(d)
		requireSame(t, plain{
			Bool: u&1 == 1, Int: int(i), Int8: int8(i), Int16: int16(i), Int32: int32(i), Int64: i, Uint: uint(u), Uint8: uint8(u), Uint16: uint16(u),
			Uint32: uint32(u), Uint64: u, Float: d, Single: s, Text: text, Named: named(text), Weight: &w, Bytes: bytes, List: []float64{d, -d, d * 100, d / 1000},
			Array: [2]string{text, text + text}, MaybeText: text, MaybeBytes: bytes, MaybeInt8: int8(i), MaybeInt16: int16(i), MaybeUint: uint32(u), MaybeLong: i,
		})
	})
}

type record struct {
	Name   string      `json:"name"`
	Values [16]float64 `json:"values"`
}

func BenchmarkRecord(b *testing.B) {
	decimals, random := record{Name: "a record"}, record{Name: "a record"}
	for i := range decimals.Values {
		decimals.Values[i], random.Values[i] = 1.5*float64(i+1), 1/float64(i+3)
	}
	for name, r := range map[string]*record{"decimals": &decimals, "random": &random} {
		b.Run(name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				jsonenc.Marshal(r)
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = json.Marshal(r)
			}
		})
	}
}

func BenchmarkInt(b *testing.B) {
	n := 123456
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			jsonenc.Marshal(&n)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		for b.Loop() {
			_, _ = json.Marshal(&n)
		}
	})
}

package live_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

var update = flag.Bool("update", false, "rewrite the golden files instead of comparing with them")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test -update writes it")
	require.Equal(t, string(want), got, "%s; go test -update rewrites it", path)
}

// TestFramesAreGolden: and no line is wider, and no frame higher, than there is
// room for.
func TestFramesAreGolden(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		run           view.Run
		width, height int
		ascii         bool
		keys          []string
	}{
		"midrun-60":   {midrun(), 60, 50, false, nil},
		"midrun-80":   {midrun(), 80, 50, false, nil},
		"midrun-200":  {midrun(), 200, 50, false, nil},
		"ascii-80":    {midrun(), 80, 50, true, nil},
		"low-80":      {midrun(), 80, 18, false, []string{"down", "down", "down", "down", "down"}},
		"tiny-80":     {midrun(), 80, 7, false, nil},
		"tiny-30":     {midrun(), 30, 40, false, nil},
		"starting-80": {beginning(), 80, 24, false, nil},
		"help-80":     {midrun(), 80, 24, false, []string{"?"}},
		"tree-80":     {midrun(), 80, 24, false, []string{"e"}},
		"stop-80":     {midrun(), 80, 24, false, []string{"s"}},
		"cancel-80":   {midrun(), 80, 24, false, []string{"down", "c"}},
		"hostile-80":  {hostile(), 80, 50, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ansi.Strip(live.Frame(test.run, test.width, test.height, test.ascii, test.keys...))
			lines := strings.Split(got, "\n")
			require.Less(t, len(lines), test.height)
			for _, l := range lines {
				require.LessOrEqual(t, uniseg.StringWidth(l), test.width, "%q", l)
				if test.ascii {
					require.Equal(t, -1, strings.IndexFunc(l, func(r rune) bool { return r > unicode.MaxASCII }), "%q", l)
				}
			}
			golden(t, name+".txt", got+"\n")
		})
	}
}

// TestNothingRawIsDrawn looks for what could steer a terminal among what is not
// the screen's own.
func TestNothingRawIsDrawn(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{nil, {"c"}, {"down", "down", "down", "down", "c"}, {"e"}, {"?"}} {
		for _, width := range []int{20, 60, 80, 200} {
			frame := live.Frame(hostile(), width, 50, false, keys...)
			require.NotContains(t, frame, "\x1b[31mred")
			for _, r := range ansi.Strip(frame) {
				require.True(t, r == '\n' || unicode.IsPrint(r), "%q", r)
			}
		}
	}
	require.NotContains(t, live.Line(hostile()), "\x1b")
	require.NotContains(t, live.Line(hostile()), "\n")
}

// TestWhatIsSelectedIsShown: however little room there is.
func TestWhatIsSelectedIsShown(t *testing.T) {
	t.Parallel()
	r := midrun()
	for i := range 100 {
		r.Tasks = append(r.Tasks, view.TaskRun{Name: fmt.Sprintf("task-%02d", i)})
	}
	r.TasksLeftOut = 9900
	var keys []string
	for i := range 103 {
		frame := ansi.Strip(live.Frame(r, 120, 30, false, keys...))
		require.Contains(t, frame, "▸ "+r.Tasks[i].Name[:5])
		require.Contains(t, frame, " more\n")
		keys = append(keys, "down")
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"plain":                 {"plain"},
		"":                      {""},
		"0123456789abc":         {"0123456789", "abc"},
		"a\tb":                  {"a       b"},
		"\x1b[31mred\x1b[m no":  {"\x1b[31mred\x1b[m no\x1b[m"},
		"\x1b[2Jgone\rover\x07": {`\x1b[2Jgon`, `e\rover\a`},
		"日本語日本語":                {"日本語日本", "語"},
		"line\r":                {"line"},
	} {
		require.Equal(t, want, live.Printable(in, 10), "%q", in)
	}
}

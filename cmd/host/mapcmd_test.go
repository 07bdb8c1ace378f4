package main

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mapped runs a map of the plugin of the tests to its end.
func (r *rig) mapped(input io.Reader, args ...string) *ran {
	r.t.Helper()
	c := r.prepare("host", append([]string{"map", "--plugin", "./tasks"}, args...)...)
	c.Stdin = input
	require.NoError(r.t, c.Start())
	return c.end()
}

func TestMap(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.mapped(strings.NewReader("1\n\n[2\n \"x\" \r\n3 4\n5"), "--ordered", "--keep-input", "double").exits(1)
	lines := strings.Split(strings.TrimSpace(c.stdout.String()), "\n")
	require.Len(t, lines, 5, "one for each line that is not empty\n%s", c.stdout)
	require.JSONEq(t, `{"line":1,"input":1,"result":2}`, lines[0])
	require.Contains(t, lines[1], `{"line":3,"error":{"kind":"decode","message":"the line is no JSON value: `)
	require.Contains(t, lines[2], `{"line":4,"input":"x","error":{"kind":"decode","message":"`)
	require.Contains(t, lines[3], `{"line":5,"error":{"kind":"decode","message":"the line is no JSON value: `)
	require.JSONEq(t, `{"line":6,"input":5,"result":10}`, lines[4], "the last line needs no end")
	require.Contains(t, c.stderr.String(), "host: inputs that failed: 3; the first: line ")
}

func TestMapOfManyInAnyOrder(t *testing.T) {
	t.Parallel()
	const n = 5000 // more than are read ahead
	var in strings.Builder
	for range n {
		in.WriteString("7\n")
	}
	c := newRig(t).mapped(strings.NewReader(in.String()), "--workers", "2", "double").exits(0)
	var seen []int
	for text := range strings.Lines(c.stdout.String()) {
		var l struct{ Line, Result int }
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		require.Equal(t, 14, l.Result)
		seen = append(seen, l.Line)
	}
	slices.Sort(seen)
	require.Len(t, slices.Compact(seen), n, "each input has one outcome")
	require.Equal(t, n, seen[len(seen)-1])
	require.Empty(t, c.stderr.String())
}

func TestMapOfNothing(t *testing.T) {
	t.Parallel()
	c := newRig(t).mapped(strings.NewReader("\n \n"), "double").exits(0)
	require.Empty(t, c.stdout.String())
}

func TestMapOfLinesThatAreNoText(t *testing.T) {
	t.Parallel()
	c := newRig(t).mapped(strings.NewReader("\xff\xfe\n"), "--lines", "path", "double").exits(1)
	require.JSONEq(t, `{"line":1,"error":{"kind":"decode","message":"the line is not UTF-8, and JSON knows no other text"}}`, c.stdout.String())
}

// endless repeats a text.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

func TestLineThatIsTooLongIsNotHeld(t *testing.T) {
	t.Parallel()
	long := io.LimitReader(endless("1"), 100<<20)
	c := newRig(t).mapped(io.MultiReader(long, strings.NewReader("\n4\n")), "--ordered", "double").exits(1)
	require.Equal(t, `{"line":1,"error":{"kind":"decode","message":"the line is longer than 64 MiB, the most that an input may have"}}`+"\n"+
		`{"line":2,"result":8}`+"\n", c.stdout.String())
}

func TestMapHalts(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"soon", "now,fail=3"} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			c := newRig(t).mapped(endless("\"x\"\n"), "--halt", rule, "double").exits(4)
			require.Contains(t, c.stderr.String(), "host: stopped by --halt\n")
		})
	}
}

// TestMapWhoseReaderGoes is as with head: it ends, also if input would not.
func TestMapWhoseReaderGoes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.prepare("host", "map", "--plugin", "./tasks", "double")
	c.Stdin, c.Stdout = endless("1\n"), nil
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	_, err = io.ReadFull(out, make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, out.Close())
	c.end().exits(4)
	require.Empty(t, c.stderr.String(), "nobody wants to know")
}

func TestMapThatCannotBegin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for want, args := range map[string][]string{
		`unknown task "doubel"; did you mean "double"?`:     {"--plugin", "./tasks", "doubel"},
		"--plugin is needed":                                {"double"},
		"one task is needed, not 0 arguments":               {"--plugin", "./tasks"},
		"plugin " + r.path("none") + " does not exist":      {"--plugin", "./none", "double"},
		"it must be never, soon or now":                     {"--plugin", "./tasks", "--halt", "later", "double"},
		"--retries -1: it must be 0 or more":                {"--plugin", "./tasks", "--retries", "-1", "double"},
		"--timeout 0s: it must be more than 0, such as 10s": {"--plugin", "./tasks", "--timeout", "0", "double"},
		"--lines is empty":                                  {"--plugin", "./tasks", "--lines", "", "double"},
	} {
		c := r.host(append([]string{"map"}, args...)...).exits(2)
		require.Contains(t, c.stderr.String(), want)
	}
}

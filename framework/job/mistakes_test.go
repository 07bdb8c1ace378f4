package job_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMistakesAreShown compares all that is said about each file of
// testdata/mistakes with the text beside it.
func TestMistakesAreShown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mistakes/*.hcl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			opts := newRig(t).opts
			if strings.HasPrefix(filepath.Base(path), "plugin_") {
				opts.Executor = nil
			}
			_, err := job.Load(path, opts)
			var mistakes *job.DiagnosticsError
			require.ErrorAs(t, err, &mistakes)
			require.NotEmpty(t, mistakes.Diagnostics)
			golden(t, strings.TrimSuffix(path, ".hcl")+".txt", strings.ReplaceAll(err.Error(), here, "HERE")+"\n")
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update")
	require.Equal(t, string(want), got)
}

func TestTabsKeepTheMarkInPlace(t *testing.T) {
	t.Parallel()
	_, err := newRig(t).load("on \"start\" {\n\tlog = \"ä\" + uper(\"x\")\n}\n")
	require.ErrorContains(t, err, "   8 | \tlog = \"ä\" + uper(\"x\")\n     | \t            ^^^^\n")
}

// TestMistakesWithoutAPlaceComeFirst, and the others in the order of the file,
// though blocks are read in another.
func TestMistakesWithoutAPlaceComeFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.opts.Vars = map[string]string{"absent": "1", "number": "x", "unknown": "2"}
	_, err := r.load(`
run { timeout = "soon" }
on "strat" { log = "x" }
variable "number" { default = 1 }
task "t" { plugin = "q" }
variable "list" { default = uper("x") }
`)
	var mistakes *job.DiagnosticsError
	require.ErrorAs(t, err, &mistakes)
	var got []string
	for _, d := range mistakes.Diagnostics {
		where := "-"
		if d.Subject != nil {
			where = fmt.Sprint(d.Subject.Start.Line)
		}
		got = append(got, where+" "+d.Summary)
	}
	require.Equal(t, []string{
		"- Wrong value for variable number", "- Unknown variable", "- Unknown variable",
		"8 Out of range", "9 Unknown event", "11 Unknown plugin", "12 Unknown function",
	}, got)
}

func TestOfVeryManyMistakesTheFirstAreTold(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]struct {
		told int
		last string
	}{
		20:  {20, "no_20"},
		21:  {21, "no_21"},
		22:  {20, "There are 2 more mistakes."},
		120: {20, "There are 100 more mistakes."},
	} {
		var source strings.Builder
		for i := range n {
			fmt.Fprintf(&source, "on \"start\" {\n  log = no_%d()\n}\n", i+1)
		}
		_, err := newRig(t).load(source.String())
		var mistakes *job.DiagnosticsError
		require.ErrorAs(t, err, &mistakes)
		require.Len(t, mistakes.Diagnostics, n)
		text := err.Error()
		require.Contains(t, text[strings.LastIndex(text, "\n\n"):], want.last)
		require.Equal(t, want.told, strings.Count(text, "Unknown function"))
	}
}

func TestLongLinesAreNotQuoted(t *testing.T) {
	t.Parallel()
	line := func(length int) string {
		const begin, end = `  log = uper("`, `")`
		return begin + strings.Repeat("x", length-len(begin+end)) + end
	}
	_, err := newRig(t).load("on \"start\" {\n" + line(1024) + "\n}\n")
	require.ErrorContains(t, err, "job.hcl:8:9: Unknown function\n   8 |   log = uper(\"xxx")
	_, err = newRig(t).load("on \"start\" {\n" + line(1025) + "\n}\n")
	require.ErrorContains(t, err, "job.hcl:8:9: Unknown function\n    There is no function \"uper\"; did you mean \"upper\"?")
}

package gostats_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// fixture writes a small tree: two files that parse, two that do not, and what
// is not to be analysed. The files are sorted.
func fixture(t *testing.T) (root string, files []string) {
	t.Helper()
	root = t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	files = []string{
		write("a.go", "package a\n\nfunc f(x int) bool { return x > 0 && x < 9 }\n"),
		write("deep/er/broken.go", "package broken\n\nfunc f( {\n"),
		write("deep/not_a_file.go/in.go", "package in\n"),
		write("empty.go", ""),
	}
	write("notes.txt", "no Go")
	require.NoError(t, os.Symlink(files[0], filepath.Join(root, "link.go")))
	return root, files
}

func TestJobAccountsForEveryRegularFile(t *testing.T) {
	t.Parallel()
	root, files := fixture(t)
	r := newRun(t, "job.hcl", "--var", "root="+root)
	r.exits(t, 0, r.Run())

	lines := r.lines(t)
	require.Equal(t, files, paths(lines))
	for _, l := range lines {
		src, err := os.ReadFile(l.Input.Path)
		require.NoError(t, err)
		require.Equal(t, analysis.Source(src), *l.Result, l.Input.Path)
	}
	require.NotEmpty(t, lines[1].Result.SyntaxErrors)
	require.NotEmpty(t, lines[3].Result.SyntaxErrors)

	sum := r.counts(t)
	require.Equal(t, "exhausted", sum.Exit)
	require.Zero(t, sum.ExitCode)
	require.Equal(t, len(files), sum.Tasks["count"].Submitted)
	require.Equal(t, len(files), sum.Tasks["count"].Results)
}

func TestJobWritesWhereItIsTold(t *testing.T) {
	t.Parallel()
	root, files := fixture(t)
	r := newRun(t, "job.hcl", "--var", "root="+root, "--var", "out=elsewhere.jsonl")
	r.exits(t, 0, r.Run())
	require.NoFileExists(t, r.results)
	r.results = filepath.Join(r.Dir, "elsewhere.jsonl")
	require.Equal(t, files, paths(r.lines(t)))
}

// TestJobTakesFoldersAsTheyAre is over a folder that is named as users do,
// from where they are, and one with a name that could be a pattern.
func TestJobTakesFoldersAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"src", "we[i]rd {a,b} *"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, files := fixture(t)
			r := newRun(t, "job.hcl", "--var", "root="+name)
			require.NoError(t, os.Rename(root, filepath.Join(r.Dir, name)))
			r.exits(t, 0, r.Run())
			for i, file := range files {
				inside, err := filepath.Rel(root, file)
				require.NoError(t, err)
				files[i] = filepath.Join(r.Dir, name, inside)
			}
			require.Equal(t, files, paths(r.lines(t)))
		})
	}
}

func TestJobOfNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	r := newRun(t, "job.hcl", "--var", "root="+root)
	r.exits(t, 2, r.Run())
	require.Contains(t, r.stderr.String(), root+"/**/*.go")
	require.Contains(t, r.stderr.String(), "job.hcl:")
}

// TestWorkersGiveEqualResults is over all of the Go installation.
func TestWorkersGiveEqualResults(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	var files []string
	require.NoError(t, filepath.WalkDir(filepath.Join(strings.TrimSpace(string(out)), "src"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) == ".go" {
			files = append(files, path)
		}
		return err
	}))
	slices.Sort(files)

	var results [2][]line
	for i := range results {
		r := newRun(t, "job.hcl", "--workers", fmt.Sprint(i+1))
		r.exits(t, 0, r.Run())
		results[i] = r.lines(t)
		sum := r.counts(t)
		require.Equal(t, i+1, sum.Workers.Started)
		require.Zero(t, sum.Workers.Lost)
		require.Equal(t, len(files), sum.Tasks["count"].Submitted)
	}
	require.Equal(t, files, paths(results[0]))
	require.Equal(t, results[0], results[1])
}

func TestWhatCannotBeReadIsAnException(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	folder := filepath.Join(root, "folder.go")
	gone := filepath.Join(root, "gone.go")
	require.NoError(t, os.Mkdir(folder, 0o777))

	// The example's own job, but for what it submits.
	job, err := os.ReadFile("job.hcl")
	require.NoError(t, err)
	plugin, err := filepath.Abs("plugin")
	require.NoError(t, err)
	text := strings.NewReplacer(
		`"./plugin"`, fmt.Sprintf("%q", plugin),
		`glob("${globescape(abspath(var.root))}/**/*.go")`, fmt.Sprintf("[%q, %q]", folder, gone),
	).Replace(string(job))
	jobFile := filepath.Join(root, "job.hcl")
	require.NoError(t, os.WriteFile(jobFile, []byte(text), 0o666))

	r := newRun(t, jobFile)
	r.exits(t, 1, r.Run())
	lines := r.lines(t)
	require.Equal(t, []string{folder, gone}, paths(lines))
	require.Contains(t, lines[0].Error, folder+" is not a regular file")
	require.Contains(t, lines[1].Error, gone+": no such file or directory")
	require.Equal(t, 2, r.counts(t).Tasks["count"].Exceptions)
	require.Contains(t, r.stderr.String(), "cannot read "+folder)
	require.Contains(t, r.stderr.String(), "cannot read "+gone)
}

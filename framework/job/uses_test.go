package job_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// TestWhatARunNeedsIsNotWrittenTo names files that results may not replace, on
// whatever way the path leads there.
func TestWhatARunNeedsIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o777))
		return path
	}
	executable := write("plugin", "#!/bin/sh\n")
	mainFile := write("folder/main.go", "package main\n\nfunc main() {}\n")
	testFile := write("folder/main_test.go", "package main\n")
	otherSystem := write("folder/main_plan9.go", "package main\n")
	module := write("folder/go.mod", "module m\n")
	beside := write("folder/last.jsonl", "{}\n")
	symbolic, hard := filepath.Join(dir, "symbolic"), filepath.Join(dir, "hard")
	require.NoError(t, os.Symlink(executable, symbolic))
	require.NoError(t, os.Link(mainFile, hard))
	jobFile := filepath.Join(dir, "job.hcl")

	load := func(out string) (*job.Job, error) {
		write("job.hcl", `
plugin "p" { source = "./plugin" }
plugin "q" { source = "./folder" }
output { path = "`+out+`" }
`)
		return job.Load(jobFile, newRigOptions())
	}
	uses := map[string]string{
		jobFile:                             "the job file",
		dir + "/folder/../job.hcl":          "the job file",
		executable:                          `the executable of plugin "p"`,
		symbolic:                            `the executable of plugin "p"`,
		mainFile:                            `source of plugin "q"`,
		testFile:                            `source of plugin "q"`,
		otherSystem:                         `source of plugin "q"`,
		module:                              `source of plugin "q"`,
		hard:                                `source of plugin "q"`,
		beside:                              "",
		filepath.Join(dir, "folder", "new"): "",
		filepath.Join(dir, "absent", "new"): "",
		"/dev/null":                         "",
	}
	for path, what := range uses {
		if filepath.Base(filepath.Dir(path)) == "absent" {
			continue // which is a mistake of another kind
		}
		_, err := load(path)
		if what == "" {
			require.NoError(t, err, path)
			continue
		}
		require.ErrorContains(t, err, "job.hcl:4:17: Results cannot be written\n", path)
		require.ErrorContains(t, err, "    this is "+what+": choose another path.", path)
	}

	j, err := load(filepath.Join(dir, "results.jsonl"))
	require.NoError(t, err)
	uses[filepath.Join(dir, "results.jsonl")] = "the results file"
	uses[filepath.Join(dir, "folder", "..", "results.jsonl")] = "the results file"
	for path, what := range uses {
		require.Equal(t, what, j.Uses(path), path)
	}
}

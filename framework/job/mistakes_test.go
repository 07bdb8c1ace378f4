package job_test

import (
	"flag"
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

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := job.Load(filepath.Join(t.TempDir(), "absent.hcl"), job.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "the job file cannot be read")
}

func TestTabsKeepTheMarkInPlace(t *testing.T) {
	t.Parallel()
	_, err := newRig(t).load("on \"start\" {\n\tlog = \"ä\" + uper(\"x\")\n}\n")
	require.ErrorContains(t, err, "   8 | \tlog = \"ä\" + uper(\"x\")\n     | \t            ^^^^\n")
}

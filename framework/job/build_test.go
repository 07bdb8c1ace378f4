package job_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// program writes a Go main package that prints text.
func program(t *testing.T, text string) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.MkdirAll(folder, 0o777))
	rewrite(t, folder, text)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte("module prog\n"), 0o666))
	return folder
}

func rewrite(t *testing.T, folder, text string) {
	t.Helper()
	source := "package main\n\nfunc main() { print(\"" + text + "\") }\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(source), 0o666))
}

func output(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command(path).CombinedOutput()
	require.NoError(t, err)
	return string(out)
}

func TestGoPackageIsBuilt(t *testing.T) {
	cache := t.TempDir()
	// The go command's own cache stays where it is.
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	t.Setenv("XDG_CACHE_HOME", cache)
	folder := program(t, "one")

	var wg sync.WaitGroup
	paths, errs := make([]string, 4), make([]error, 4)
	for i := range paths {
		wg.Go(func() { paths[i], errs[i] = job.Executable(context.Background(), folder) })
	}
	wg.Wait()
	for i, path := range paths {
		require.NoError(t, errs[i])
		require.Equal(t, paths[0], path, "builds at the same time come to the same")
	}
	require.True(t, strings.HasPrefix(paths[0], filepath.Join(cache, "signalbox")), paths[0])
	require.Equal(t, "one", output(t, paths[0]))

	rewrite(t, folder, "two")
	second, err := job.Executable(t.Context(), folder)
	require.NoError(t, err)
	require.NotEqual(t, paths[0], second)
	require.Equal(t, "two", output(t, second))
	require.Equal(t, "one", output(t, paths[0]), "who runs the old one still has it")

	left, err := filepath.Glob(filepath.Join(cache, "signalbox", "plugins", "*", "building-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestGoPackageThatDoesNotBuild(t *testing.T) {
	t.Parallel()
	_, err := job.Executable(t.Context(), "testdata/broken")
	var failed *job.BuildError
	require.ErrorAs(t, err, &failed)
	require.Contains(t, failed.Output, "undefined: undefinedFunction")

	path := filepath.Join(t.TempDir(), "job.hcl")
	broken, err := filepath.Abs("testdata/broken")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("plugin \"p\" {\n  source = \""+broken+"\"\n}\n"), 0o666))
	j, err := job.Load(path, newRigOptions())
	require.NoError(t, err, "only the compiler can tell")
	_, err = j.Run(t.Context())
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, path+":2:12: Plugin cannot be started\n   2 |   source = \"")
	require.ErrorContains(t, err, "undefined: undefinedFunction")
}

// TestFolderOfBothThatDoesNotBuild is built once, and is a mistake of both
// blocks.
func TestFolderOfBothThatDoesNotBuild(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "job.hcl")
	broken, err := filepath.Abs("testdata/broken")
	require.NoError(t, err)
	source := "{\n  source = \"" + broken + "\"\n}\n"
	require.NoError(t, os.WriteFile(path, []byte("plugin \"p\" "+source+"attach \"a\" "+source), 0o666))
	j, err := job.Load(path, newRigOptions())
	require.NoError(t, err)
	err = j.Check(t.Context())
	require.ErrorContains(t, err, path+":2:12: Plugin cannot be started\n")
	require.ErrorContains(t, err, path+":5:12: Plugin cannot be started\n")
	require.Equal(t, 2, strings.Count(err.Error(), "undefined: undefinedFunction"))
}

func TestBuildThatIsStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := job.Executable(ctx, program(t, "never"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestExecutableIsItself(t *testing.T) {
	t.Parallel()
	path, err := job.Executable(t.Context(), "testdata/nogo/script.sh")
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(path))
	_, err = job.Executable(t.Context(), "testdata/nogo/plain.txt")
	require.ErrorContains(t, err, "is not executable")
}

func TestBuildWithoutGoSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	folder := program(t, "never")
	_, err := job.Executable(t.Context(), folder)
	require.ErrorContains(t, err, "job: plugin "+folder+" has to be built: the go command is needed and was not found: install Go, or put its bin folder into PATH: ")

	path := filepath.Join(t.TempDir(), "job.hcl")
	require.NoError(t, os.WriteFile(path, []byte("plugin \"p\" {\n  source = \""+folder+"\"\n}\n"), 0o666))
	_, err = job.Load(path, newRigOptions())
	require.ErrorContains(t, err, path+":2:12: Plugin cannot be started\n")
	require.ErrorContains(t, err, "has to be built: the go command is needed")
}

func TestBuildWithoutAPlaceSaysSo(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	folder := program(t, "never")
	_, err := job.Executable(t.Context(), folder)
	require.ErrorContains(t, err, "job: building "+folder+": there is no place for it: ")
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// goes runs the go command, or gofmt, in a folder of the rig.
func (r *rig) goes(folder, program string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), program, args...)
	cmd.Dir = r.path(folder)
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, "%s", out)
	return string(out)
}

// requireGood requires of what was written what Go's tools can say of it.
func (r *rig) requireGood(folder string) {
	r.t.Helper()
	require.Empty(r.t, r.goes(folder, "gofmt", "-l", "."))
	r.goes(folder, "go", "vet", ".")
	require.Contains(r.t, r.goes(folder, "go", "test", "-count=1", "."), "ok ")
}

func TestNewPlugins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.host("new", "task", "word-count").exits(0)
	require.Equal(t, "wrote word-count\n\n  go -C word-count test ./...   # its test passes\n  host run word-count/job.hcl\n", c.stdout.String())
	r.requireGood("word-count")
	c = r.host("new", "event", "alert").exits(0)
	require.Contains(t, c.stdout.String(), "host run JOB.hcl --attach ./alert\n")
	r.requireGood("alert")

	c = r.host("run", "word-count/job.hcl", "--attach", "./alert").exits(0)
	require.Contains(t, c.stderr.String(), `msg="4 words"`)
	require.Contains(t, c.stderr.String(), "msg=result plugin=alert")
	r.host("validate", "--plugins", "word-count/job.hcl").exits(0)
}

func TestNewPluginInAModule(t *testing.T) {
	t.Parallel()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	r := newRig(t)
	r.write("go.mod", "module example.com/ours\n\ngo 1.26\n\nrequire github.com/signalbox-go/signalbox v0.0.0\n\nreplace github.com/signalbox-go/signalbox => "+root+"\n")
	require.Contains(t, r.host("new", "task", "resize").exits(0).stdout.String(), "  go test ./resize   # its test passes\n")
	require.NoFileExists(t, r.path("resize/go.mod"))
	r.goes(".", "go", "mod", "tidy")
	r.requireGood("resize")
}

func TestMistakesOfNew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("there", "")
	for name, want := range map[string]string{
		"Resize":   `host: name "Resize": it must be of lower-case letters, digits, - and _, and begin with a letter, such as resize`,
		"../x":     `host: name "../x": it must be of lower-case letters, digits, - and _, and begin with a letter, such as resize`,
		"1st":      `host: name "1st": it must be of lower-case letters`,
		"internal": `host: name "internal": it means something else to Go; take another, such as internal-plugin`,
		"there":    `host: folder there: it is there already; choose another name, or another current folder`,
	} {
		require.Contains(t, r.host("new", "task", name).exits(2).stderr.String(), want)
	}
	require.Contains(t, r.host("new", "event").exits(2).stderr.String(), "host: one name is needed, not 0 arguments")
	require.Contains(t, r.host("new").exits(2).stderr.String(), "host: a command is needed: event or task")
}

func TestNewWithoutGo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.prepare("host", "new", "task", "resize")
	c.Env = append(c.Env, "PATH="+t.TempDir())
	require.NoError(t, c.Start())
	require.Contains(t, c.end().exits(1).stderr.String(), "plugins are built by the go command: install Go from https://go.dev/dl")
	require.NoDirExists(t, r.path("resize"))
}

// TestNewLeavesNothingHalf has the module that is needed be out of reach.
func TestNewLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.prepare("host", "new", "task", "resize")
	c.Env = append(c.Env, "GOFLAGS=-mod=mod", "GOPROXY=off", "GOMODCACHE="+r.path("tmp/cache"), "GOFLAGS=-modcacherw")
	require.NoError(t, c.Start())
	_ = c.Wait()
	require.Equal(t, 1, c.ProcessState.ExitCode(), c.stderr)
	require.Contains(t, c.stderr.String(), "host: go mod tidy: exit status 1\n")
	require.NoDirExists(t, r.path("resize"))
	require.NoError(t, os.RemoveAll(r.path("tmp/cache")))
}

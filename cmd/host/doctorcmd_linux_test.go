package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// finds runs the host's doctor, with some of the environment replaced, and
// returns its findings by check.
func (r *rig) finds(code int, env ...string) map[string]finding {
	r.t.Helper()
	c := r.prepare("host", "doctor", "-o", "json")
	c.Env = append(c.Env, env...)
	require.NoError(r.t, c.Start())
	_ = c.Wait()
	require.Equal(r.t, code, c.ProcessState.ExitCode(), "%s%s", c.stdout, c.stderr)
	var all []finding
	require.NoError(r.t, json.Unmarshal([]byte(c.stdout.String()), &all))
	found := map[string]finding{}
	for _, f := range all {
		require.Equal(r.t, f.Result == fine, f.Advice == "", "%+v", f)
		found[f.Check] = f
	}
	return found
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := r.host("doctor").exits(0).stdout.String()
	for _, line := range []string{
		`(?m)^ok    leftovers: there are none`, `(?m)^ok    runtime folder: ` + r.path("run") + `/signalbox-\d+ could be made$`,
		`(?m)^ok    go: go1\.\d+\S* at /`, `(?m)^(ok|note)  +open files: \d+, enough for \d+ workers$`, `(?m)^(ok|note)  +memory limits: `,
		`(?m)^ok    built plugins: kept in /`, `(?m)^ok    runs: \d+ go on$`,
	} {
		require.Regexp(t, line, text)
	}
	require.Contains(t, r.host("doctor", "-o", "xml").exits(2).stderr.String(), `--output "xml": it must be table or json`)
}

func TestDoctorFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	t.Run("go", func(t *testing.T) {
		t.Parallel()
		f := newRig(t).finds(0, "PATH=/nowhere")["go"]
		require.Equal(t, note, f.Result)
		require.Contains(t, f.Advice, "install Go")
	})
	t.Run("a folder for what is built", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.write("file", "")
		f := r.finds(0, "XDG_CACHE_HOME="+r.path("file"))["built plugins"]
		require.Equal(t, note, f.Result)
		require.Contains(t, f.Finding, "not a directory")
	})
	t.Run("room in a path", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		long := r.path("run/" + strings.Repeat("x", 90))
		require.NoError(t, os.Mkdir(long, 0o700))
		f := r.finds(1, "XDG_RUNTIME_DIR="+long)["runtime folder"]
		require.Equal(t, fail, f.Result)
		require.Contains(t, f.Finding, "is too long for sockets")
		require.Contains(t, f.Advice, "set XDG_RUNTIME_DIR")
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c := r.prepare("host", "doctor")
		c.Cmd.Path, c.Args = "/bin/sh", []string{"sh", "-c", `ulimit -n 17; exec "$0" doctor`, r.path("host")}
		require.NoError(t, c.Start())
		_ = c.Wait()
		require.Equal(t, 1, c.ProcessState.ExitCode(), c.stderr)
		require.Contains(t, c.stdout.String(), "fail  open files: 17 open files are too few for one worker, which needs 18\n      raise the limit, such as by ulimit -n 4096\n")
	})
}

// TestDoctorRemovesWhatIsLeft of a host that was killed.
func TestDoctorRemovesWhatIsLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := beginNightly(r)
	require.NoError(t, c.Process.Kill())
	_ = c.Wait()
	f := r.finds(0)["leftovers"]
	require.Contains(t, f.Finding, "removed what ")
	require.Contains(t, f.Finding, r.path("run/signalbox-"))
	left, err := exec.Command("ls", r.path("run")).Output()
	require.NoError(t, err)
	require.Empty(t, string(left))
}

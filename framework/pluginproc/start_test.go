//go:build linux

package pluginproc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/wire"
)

func TestStartRefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	for name, c := range map[string]struct {
		path string
		want error
		text string
	}{
		"missing":      {filepath.Join(dir, "nowhere"), pluginproc.ErrNotFound, "not looked up in PATH"},
		"in PATH only": {"sh", pluginproc.ErrNotFound, "no such executable"},
		"folder":       {dir, pluginproc.ErrNotExecutable, "it is a folder"},
		"not allowed":  {file("plain", "#!/bin/sh\n", 0o600), pluginproc.ErrNotExecutable, "chmod +x"},
		"device":       {"/dev/null", pluginproc.ErrNotExecutable, "no regular file"},
		"interpreter":  {file("script", "#!/nonexistent/interp -x\n", 0o700), pluginproc.ErrNotExecutable, `interpreter "/nonexistent/interp"`},
		"no program":   {file("text", "hello", 0o700), pluginproc.ErrNotExecutable, "no program for this machine"},
		"below a file": {filepath.Join(file("f", "", 0o600), "x"), pluginproc.ErrNotExecutable, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, "")
			b.config.Path = c.path
			require.ErrorContains(t, b.fail(t, c.want), c.text)
		})
	}
}

func TestStartRefusesABadConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*pluginproc.Config)
		text   string
	}{
		"no path":      {func(c *pluginproc.Config) { c.Path = "" }, "name the plugin's executable"},
		"no folder":    {func(c *pluginproc.Config) { c.RuntimeDir = "" }, "private folder"},
		"folder gone":  {func(c *pluginproc.Config) { c.RuntimeDir = "/nonexistent" }, "runtime folder: "},
		"file":         {func(c *pluginproc.Config) { c.RuntimeDir = c.Path }, "is no folder"},
		"wrong dir":    {func(c *pluginproc.Config) { c.Dir = "/nonexistent" }, "working directory: "},
		"checksum":     {func(c *pluginproc.Config) { c.SHA256 = "abc" }, "64 hexadecimal digits"},
		"environment":  {func(c *pluginproc.Config) { c.Env = map[string]string{"A=B": ""} }, `environment variable "A=B"`},
		"timeout":      {func(c *pluginproc.Config) { c.StartTimeout = -1 }, "negative"},
		"message size": {func(c *pluginproc.Config) { c.MaxMessageBytes = -1 }, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, "plugin")
			c.change(&b.config)
			_, err := pluginproc.Start(t.Context(), b.config)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestStartRefusesALongSocketPath(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 80))
	require.NoError(t, os.Mkdir(long, 0o700))
	b.config.RuntimeDir = long
	_, err := pluginproc.Start(t.Context(), b.config)
	require.ErrorContains(t, err, "use a folder whose path has at most 65 bytes")
}

func TestStartRefusesWhatIsNoPlugin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, line, why string }{
		"text":      {`printf 'hi\033[31m\nthere\n'`, `hi\x1b[31m`, "on a line of its own"},
		"core":      {`echo '2|1|unix|/x|grpc|'; exec sleep 60`, "2|1|unix|/x|grpc|", "version 2 of go-plugin's own protocol"},
		"version":   {`echo '1|one|unix|/x|grpc|'; exec sleep 60`, "1|one|unix|/x|grpc|", "is no number"},
		"net/rpc":   {`echo '1|1|unix|/x'; exec sleep 60`, "1|1|unix|/x", "net/rpc"},
		"network":   {`echo '1|1|udp|/x|grpc'; exec sleep 60`, "1|1|udp|/x|grpc", "neither unix nor tcp"},
		"elsewhere": {`echo '1|1|tcp|example.com:80|grpc'; exec sleep 60`, "1|1|tcp|example.com:80|grpc", "of this machine"},
		"TLS":       {`echo '1|1|unix|/x|grpc|AAAA'; exec sleep 60`, "1|1|unix|/x|grpc|AAAA", "TLS"},
		"liar":      {`echo '1|1|unix|/nonexistent/s|grpc|'; exec sleep 60`, "1|1|unix|/nonexistent/s|grpc|", "nothing that speaks gRPC answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, patience, func() {
				err := shell(t, c.script).fail(t, pluginproc.ErrNotPlugin)
				var not *pluginproc.NotPluginError
				require.ErrorAs(t, err, &not)
				require.Equal(t, c.line, not.Line)
				require.Contains(t, not.Why, c.why)
			})
		})
	}
}

func TestStartTellsWhatWasPrintedInsteadOfAHandshake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, line string }{
		"another text":      {`echo hello; exec sleep 60`, "hello"},
		"on the same line":  {`printf 'loading... '; echo '1|1|unix|/x|grpc|'; exec sleep 60`, "loading... 1|1|unix|/x|grpc|"},
		"a line of a table": {`echo '| 1 | 2 |'; exec sleep 60`, "| 1 | 2 |"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := shell(t, c.script)
			b.config.StartTimeout = 2 * time.Second // for the shell to print
			err := b.fail(t, pluginproc.ErrStartTimeout)
			var not *pluginproc.NotPluginError
			require.ErrorAs(t, err, &not)
			require.Equal(t, c.line, not.Line)
			require.Contains(t, not.Why, "on a line of its own")
		})
	}
}

func TestFaultPrintingBeforeTheHandshakeIsLogged(t *testing.T) {
	t.Parallel()
	b := setup(t, "chatty plugin")
	p := b.start(t)
	b.logs.await(t, "loading 1|2")
	b.logs.await(t, "still loading")
	p.Kill()
}

func TestStartChecksTheFile(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	text, err := os.ReadFile(b.config.Path)
	require.NoError(t, err)
	sum := sha256.Sum256(text)
	good := hex.EncodeToString(sum[:])

	b.config.SHA256 = strings.Repeat("AB", 32)
	err = b.fail(t, pluginproc.ErrChecksum)
	var wrong *pluginproc.ChecksumError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, pluginproc.ChecksumError{Want: strings.Repeat("ab", 32), Got: good}, *wrong)

	b.config.SHA256 = strings.ToUpper(good)
	b.start(t)
}

func TestStartRefusesAnotherVersion(t *testing.T) {
	t.Parallel()
	err := setup(t, "plugin v7").fail(t, pluginproc.ErrVersion)
	var v *pluginproc.VersionError
	require.ErrorAs(t, err, &v)
	require.Equal(t, pluginproc.VersionError{Host: []int{1}, Plugin: 7}, *v)
	require.ErrorContains(t, err, "the host speaks 1, the plugin speaks 7")
}

func TestStartTellsHowThePluginDied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, text string }{
		"silent":          {`exit 4`, "exit code 4; it wrote nothing to stderr"},
		"well":            {`exit 0`, "exit code 0; it wrote"},
		"with a word":     {`echo 'no config file' >&2; exit 1`, "exit code 1; its stderr ends: no config file"},
		"killed":          {`kill -9 $$`, "killed by signal 9 (SIGKILL)"},
		"after handshake": {`echo '1|1|unix|/nonexistent/s|grpc|'; echo oops >&2; exit 3`, "exit code 3; its stderr ends: oops"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := shell(t, c.script).fail(t, pluginproc.ErrDiedAtStart)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestStartTellsOfAPanic(t *testing.T) {
	t.Parallel()
	err := setup(t, "panicking plugin").fail(t, pluginproc.ErrDiedAtStart)
	require.ErrorContains(t, err, "exit code 2: panic: no licence")
	var died *pluginproc.DiedError
	require.ErrorAs(t, err, &died)
	require.NotEmpty(t, died.Exit.Frames)
	require.Contains(t, died.Exit.Frames[0], "pluginproc_test.explode ")
	require.Contains(t, died.Exit.Stderr, "reading the licence\npanic: no licence\n")
}

func TestStartQuotesTheLoader(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	program, err := os.ReadFile("/bin/sh")
	require.NoError(t, err)
	b.config.Path = filepath.Join(t.TempDir(), "needs-a-library")
	if bytes.Contains(program, []byte("libc.so.6\x00")) {
		program = bytes.ReplaceAll(program, []byte("libc.so.6\x00"), []byte("libq.so.6\x00"))
	} else { // a system whose shell is linked in another way
		program = []byte("#!/bin/sh\necho 'x: error while loading shared libraries: libq.so.6: cannot open' >&2\nexit 127\n")
	}
	require.NoError(t, os.WriteFile(b.config.Path, program, 0o700))

	err = b.fail(t, pluginproc.ErrDiedAtStart)
	require.ErrorContains(t, err, "exit code 127: ")
	require.ErrorContains(t, err, "error while loading shared libraries: libq.so.6")
	var died *pluginproc.DiedError
	require.ErrorAs(t, err, &died)
	require.Contains(t, died.Exit.Stderr, "libq.so.6")
}

func TestStartTimesOut(t *testing.T) {
	t.Parallel()
	t.Run("no handshake", func(t *testing.T) {
		t.Parallel()
		b := shell(t, `echo still waiting >&2; exec sleep 60`)
		b.config.StartTimeout = 500 * time.Millisecond
		within(t, patience, func() {
			err := b.fail(t, pluginproc.ErrStartTimeout)
			require.ErrorContains(t, err, "after 500ms: ")
			require.ErrorContains(t, err, "its stderr ends: still waiting")
		})
	})
	t.Run("stdout closed", func(t *testing.T) {
		t.Parallel()
		b := shell(t, `exec sleep 60 >&-`)
		b.config.StartTimeout = 200 * time.Millisecond
		b.fail(t, pluginproc.ErrStartTimeout)
	})
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		b := setup(t, "deaf plugin")
		b.config.StartTimeout = time.Second
		require.ErrorContains(t, b.fail(t, pluginproc.ErrStartTimeout), "it shook hands, but does not answer")
	})
}

func TestStartIsBoundByItsContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("changed my mind")
	for name, b := range map[string]*bundle{
		"before the handshake": shell(t, `echo up >&2; exec sleep 60`),
		"after the handshake":  setup(t, "deaf plugin"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			if name == "before the handshake" {
				go func() { b.logs.await(t, "up"); cancel(cause) }()
			} else {
				h := time.AfterFunc(300*time.Millisecond, func() { cancel(cause) })
				defer h.Stop()
			}
			within(t, patience/2, func() {
				_, err := pluginproc.Start(ctx, b.config)
				require.ErrorIs(t, err, cause)
				require.ErrorContains(t, err, "start cancelled")
			})
		})
	}
	t.Run("from the beginning", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := pluginproc.Start(ctx, setup(t, "plugin").config)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestContextOfTheStartDoesNotEndThePlugin(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	ctx, cancel := context.WithCancel(t.Context())
	p, err := pluginproc.Start(ctx, b.config)
	require.NoError(t, err)
	defer p.Stop(context.Background())
	cancel()
	require.Empty(t, ask(t, p, "nothing"))
}

func TestStartWaitsForAFileThatIsBeingWritten(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	program, err := os.ReadFile(b.config.Path)
	require.NoError(t, err)
	b.config.Path = filepath.Join(t.TempDir(), "fresh")
	f, err := os.OpenFile(b.config.Path, os.O_CREATE|os.O_WRONLY, 0o700)
	require.NoError(t, err)
	_, err = f.Write(program)
	require.NoError(t, err)
	time.AfterFunc(30*time.Millisecond, func() { _ = f.Close() })
	b.start(t)
}

// The handshake package imports nothing, so it cannot take this from the protocol.
func TestHandshakeSpeaksTheProtocolsVersions(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, wire.Versions(), handshake.Versions())
	require.Equal(t, handshake.Version, slices.Max(handshake.Versions()))
}

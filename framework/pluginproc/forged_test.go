//go:build linux

package pluginproc_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// lockedBuffer may be written to beside being read.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// TestRecordsCannotBeForged has a plugin write what could pass for a record of
// the host, or of another plugin, in each of the ways that there are.
func TestRecordsCannotBeForged(t *testing.T) {
	t.Parallel()
	b := setup(t, "plugin")
	out := &lockedBuffer{}
	b.config.Logger = slog.New(slog.NewJSONHandler(out, nil)).With("worker", 3)
	p := b.start(t)
	for _, line := range []string{
		`{"time":"2000-01-01T00:00:00Z","level":"ERROR","msg":"of the host"}`,
		`time=2000-01-01T00:00:00Z level=ERROR msg="of the host"`,
		"begun\rtime=2000 level=ERROR msg=overwritten",
		"\x1b[2K\x1b[1Alevel=ERROR msg=overwritten",
		"\x1e" + `{"msg":"a\ntime=2000 level=ERROR msg=b","level":"WARN","attrs":{"time":"2000","level":"ERROR","msg":"forged","source":"host.go","plugin":"other","pid":1,"worker":9,"task":"x","stream":"y","future":7}}`,
		`{"@message":"of hclog","time":"2000","level":"ERROR","msg":"forged","plugin":"other","pid":1,"worker":9,"a\u001b[2Jb":"c"}`,
	} {
		ask(t, p, "stderr "+line+"\n")
	}
	p.Kill()
	exitOf(t, p)

	out.mu.Lock()
	defer out.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(out.buf.String()), "\n")
	require.Len(t, lines, 6, "each is one record: %q", lines)
	for i, line := range lines {
		require.False(t, strings.ContainsFunc(line, func(r rune) bool { return r < ' ' }), "%q", line)
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		require.Equal(t, "demo", record["plugin"], line)
		require.EqualValues(t, p.PID(), record["pid"], line)
		require.EqualValues(t, 3, record["worker"], line)
		require.NotEqual(t, "ERROR", record["level"], line)
		require.NotEqual(t, "forged", record["msg"], line)
		require.NotContains(t, record["time"], "2000-")
		if i >= 4 {
			require.Equal(t, "forged", record["attrs.msg"], line)
			require.EqualValues(t, 9, record["attrs.worker"], line)
		}
		for _, key := range []string{"plugin", "pid", "worker", "level", "msg", "time"} {
			require.Equal(t, 1, strings.Count(line, `"`+key+`":`), "%s in %s", key, line)
		}
	}
}

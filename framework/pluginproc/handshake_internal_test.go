package pluginproc

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Internal: millions of plugins cannot be started.
func FuzzHandshake(f *testing.F) {
	for _, seed := range []string{
		"1|1|unix|/tmp/plugin1|grpc|\n", "1|1|tcp|127.0.0.1:1234|grpc\n", "1|1|tcp|[::1]:80|grpc|\n", "1|1|tcp|example.org:80|grpc|\n", "1|1|tcp|10.0.0.1:80|grpc|\n",
		"hello\n\n1|1|unix|/s|grpc|cert\n", "1|7|unix|/s|grpc|\n", "2|1|unix|/s|grpc|\n", "1|1|unix||grpc\n", "1|1\n", "1|99999999999999999999|unix|/s|grpc", "1|1|unix|/s|netrpc|\n", "\x1b[2J\n1|1|unix|a\x00b|grpc\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stdout []byte) {
		ch := &child{pump: newLogPump(slog.New(slog.DiscardHandler), "demo", 1), first: make(chan []byte, 1), exited: make(chan struct{})}
		ch.readStdout(bytes.NewReader(stdout))
		close(ch.exited)
		line, err := ch.firstLine(t.Context())
		if err != nil {
			requirePlainText(t, err)
			return
		}
		require.LessOrEqual(t, len(line), maxLine)
		if err := checkHandshake(line); err != nil {
			require.True(t, errors.Is(err, ErrNotPlugin) || errors.Is(err, ErrVersion), "%v", err)
			requirePlainText(t, err)
			return
		}
		parts := strings.Split(strings.TrimSpace(string(line)), "|")
		require.Contains(t, []string{"unix", "tcp"}, parts[2])
		require.Empty(t, checkAddress(parts[2], parts[3]))
		require.Equal(t, "grpc", parts[4])
	})
}

func requirePlainText(t *testing.T, err error) {
	t.Helper()
	require.LessOrEqual(t, len(err.Error()), 4<<10)
	require.False(t, strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", err.Error())
}

package osproc_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

func TestMemoryKills(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		membership string
		files      map[string]string
		want       uint64
		known      bool
	}{
		"version 2":              {"0::/app.slice\n", map[string]string{"app.slice/memory.events": "low 0\noom 9\noom_kill 3\noom_group_kill 0\n"}, 3, true},
		"version 2, namespaced":  {"0::/\n", map[string]string{"memory.events": "oom_kill 4\n"}, 4, true},
		"version 1":              {"5:cpu:/a\n4:name=x,memory:/a\n0::/\n", map[string]string{"memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"}, 5, true},
		"version 1 in container": {"4:memory:/docker/x\n", map[string]string{"memory/memory.oom_control": "oom_kill 6\n"}, 6, true},
		"root has no counter":    {"0::/\n", nil, 0, false},
		"garbage":                {"x\n:\n0::/\n", map[string]string{"memory.events": "oom_kill many\n"}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for file, text := range c.files {
				path := filepath.Join(root, file)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			membership := filepath.Join(root, "membership")
			require.NoError(t, os.WriteFile(membership, []byte(c.membership), 0o600))
			n, known := osproc.MemoryKills(membership, root)
			require.Equal(t, c.known, known)
			require.Equal(t, c.want, n)
		})
	}
	_, known := osproc.MemoryKills("/nonexistent", "/nonexistent")
	require.False(t, known)
}

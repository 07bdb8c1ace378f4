package pluginproc_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// Folders of hosts that died are swept by the next, those of the living stay.
func TestFaultFolderOfADeadHostIsSwept(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", parent)

	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "PLUGINPROC_TEST_ACT=die with a folder")
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "%s", out)
	left, err := filepath.Glob(filepath.Join(parent, "signalbox-*"))
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.FileExists(t, filepath.Join(left[0], "of a socket"))

	one, err := pluginproc.MakeFolder()
	require.NoError(t, err)
	require.NoDirExists(t, left[0])
	info, err := os.Stat(one.Path())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	two, err := pluginproc.MakeFolder()
	require.NoError(t, err)
	require.DirExists(t, one.Path())
	one.Remove()
	require.NoDirExists(t, one.Path())
	two.Remove()
	two.Remove()
	left, err = filepath.Glob(filepath.Join(parent, "*signalbox-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

package pluginproc_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// TestStartRefusesWhatAnybodyMayChange has an executable, and each of the folders
// above it, be open to every user.
func TestStartRefusesWhatAnybodyMayChange(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	folder := filepath.Join(top, "plugins", "demo")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	path := filepath.Join(folder, "plugin")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(path, link))

	start := func(path string) error {
		b := setup(t, "")
		b.config.Path = path
		_, err := pluginproc.Start(t.Context(), b.config)
		return err
	}
	for _, open := range []string{path, folder, filepath.Dir(folder)} {
		info, err := os.Stat(open)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(open, info.Mode().Perm()|0o002))
		for _, start := range []error{start(path), start(link)} {
			require.ErrorIs(t, start, pluginproc.ErrWritable)
			require.ErrorContains(t, start, "chmod o-w "+open)
		}
		require.NoError(t, os.Chmod(open, info.Mode().Perm()))
	}
	require.NoError(t, os.Chmod(folder, 0o777|os.ModeSticky))
	require.ErrorIs(t, start(path), pluginproc.ErrDiedAtStart, "as in /tmp, names are their owners'")
	require.NoError(t, pluginproc.Trusted(link))
}

package analysis_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

func TestCount(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.go")
	require.NoError(t, os.WriteFile(path, []byte("package x\n"), 0o666))
	s, err := analysis.Count(t.Context(), analysis.Input{Path: path})
	require.NoError(t, err)
	require.Equal(t, analysis.Stats{Package: "x", Bytes: 10, Lines: 1}, s)
}

func TestCountOfAFileThatIsMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gone.go")
	_, err := analysis.Count(t.Context(), analysis.Input{Path: path})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)
}

func TestCountOfAFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder.go")
	require.NoError(t, os.Mkdir(path, 0o777))
	_, err := analysis.Count(t.Context(), analysis.Input{Path: path})
	require.ErrorContains(t, err, path+" is not a regular file but d")
}

func TestCountWithoutAPath(t *testing.T) {
	t.Parallel()
	_, err := analysis.Count(t.Context(), analysis.Input{})
	require.EqualError(t, err, "gostats: path is empty: it must name a Go file")
}

func TestCountThatIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := analysis.Count(ctx, analysis.Input{Path: "x.go"})
	require.ErrorIs(t, err, context.Canceled)
}

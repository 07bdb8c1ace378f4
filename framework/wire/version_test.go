package wire_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/wire"
)

func TestVersions(t *testing.T) {
	t.Parallel()

	versions := wire.Versions()
	require.NotEmpty(t, versions)
	require.True(t, slices.IsSorted(versions), "ascending")

	versions[0] = -1
	require.Equal(t, wire.Version1, wire.Versions()[0], "the caller owns the slice")
}

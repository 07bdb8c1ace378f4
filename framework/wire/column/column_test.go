package column_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/wire/column"
)

func TestColumn(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		"a":    {"a"},
		"a*":   {"a", "a", "a"},
		"ab":   {"a", "b"},
		"aab":  {"a", "a", "b"},
		"abb":  {"a", "b", "b"},
		"aaba": {"a", "a", "b", "a"},
	} {
		list := []string{"left by a frame before"}
		for n, v := range values {
			list = column.Append(list, n, v)
			require.True(t, column.Fits(list, n+1))
			for i := range n + 1 {
				got, ok := column.At(list, n+1, i)
				require.True(t, ok)
				require.Equal(t, values[i], got, "%s, item %d of %d", want, i, n+1)
			}
		}
		if want == "a*" {
			require.Equal(t, []string{"a"}, list)
		}
	}
	_, ok := column.At([]int{}, 3, 1)
	require.False(t, ok)
	_, ok = column.At([]int{1, 2}, 3, 1)
	require.False(t, ok)
	require.True(t, column.Fits([]int{}, 3))
	require.False(t, column.Fits([]int{1, 2}, 3))
	require.False(t, column.Fits([]int{1, 2}, 1))
}

package view_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
)

// requireStraight checks what holds for every tree: nothing reaches beyond
// the width, right borders stand in line, and no character acts on a terminal.
func requireStraight(t *testing.T, tree string, opts view.Options) {
	t.Helper()
	width := opts.Width
	switch {
	case width == 0:
		width = view.DefaultWidth
	case width < view.MinWidth:
		width = view.MinWidth
	}
	require.True(t, utf8.ValidString(tree))
	require.True(t, strings.HasSuffix(tree, "\n"))
	for line := range strings.Lines(tree) {
		line = strings.TrimSuffix(line, "\n")
		got := uniseg.StringWidth(line)
		require.LessOrEqual(t, got, width, "line %q in\n%s", line, tree)
		last, _ := utf8.DecodeLastRuneInString(line)
		if strings.ContainsRune("│╮╯", last) {
			require.Equal(t, width, got, "line %q in\n%s", line, tree)
		}
		for _, r := range line {
			require.True(t, unicode.IsPrint(r) || r == '\u200d', "%q in line %q", r, line)
			require.False(t, opts.ASCII && r > unicode.MaxASCII, "%q in line %q", r, line)
		}
	}
}

func TestStringIsTheDefaultRendering(t *testing.T) {
	t.Parallel()
	require.Equal(t, render(t, midrun(), view.Options{}), midrun().String())
}

func TestWidthsBelowTheLeastAreTheLeast(t *testing.T) {
	t.Parallel()
	for _, width := range []int{-1, 1, 39} {
		require.Equal(t, render(t, midrun(), view.Options{Width: view.MinWidth}), render(t, midrun(), view.Options{Width: width}))
	}
}

func TestEveryWidthIsStraight(t *testing.T) {
	t.Parallel()
	for _, s := range []view.Scheduler{empty(), midrun(), long(), hostile(), wide()} {
		for width := view.MinWidth; width <= 130; width++ {
			for _, ascii := range []bool{false, true} {
				opts := view.Options{Width: width, ASCII: ascii}
				requireStraight(t, render(t, s, opts), opts)
			}
		}
	}
}

func TestCountsOutlastLongNames(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 60, 80} {
		got := render(t, long(), view.Options{Width: width})
		for _, count := range []string{" 12\n", " (34)\n", " 56 ", " (78) ", "(running)"} {
			require.Contains(t, got, count)
		}
	}
}

func TestRenderReturnsTheWritersError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	err := view.Render(failing{full}, empty(), view.Options{})
	require.ErrorIs(t, err, full)
	require.EqualError(t, err, "view: render: disk full")
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzTreesAreStraight(f *testing.F) {
	f.Add("plain", 80, false)
	f.Add("\u0301 starts with a mark", 40, false)
	f.Add("🇩🇪🇩", 61, true)
	f.Add("\ufe0f\u200d\u200d👩\u200d", 44, false)
	f.Add("\xff\x1b]0;title\a", 50, false)
	f.Fuzz(func(t *testing.T, text string, width int, ascii bool) {
		opts := view.Options{Width: width % 300, ASCII: ascii}
		requireStraight(t, render(t, named(text), opts), opts)
	})
}

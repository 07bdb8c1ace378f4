package view

import (
	"strings"

	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// box is a frame with text in its borders. All text in it is clean.
type box struct {
	title    string
	centered bool   // the title; it stands left otherwise
	foot     string // centred in the lower border
	pad      int    // columns between the sides and the lines
	lines    []string
}

// frame is how many columns a box takes besides its lines.
func (b *box) frame() int { return 2 + 2*b.pad }

// natural is how wide a box wants to be.
func (b *box) natural() int {
	// Corners, and a line and a space on either side of the title.
	w := max(text.Columns(b.title), text.Columns(b.foot)) + 6
	for _, line := range b.lines {
		w = max(w, text.Columns(line)+b.frame())
	}
	return w
}

func (d *drawing) box(b *box, width int) []string {
	out := make([]string, 0, len(b.lines)+2)
	out = append(out, d.topLeft+d.border(b.title, b.centered, width-2)+d.topRight)
	gap := strings.Repeat(" ", b.pad)
	for _, line := range b.lines {
		out = append(out, d.down+gap+d.Fit(line, width-b.frame())+gap+d.down)
	}
	return append(out, d.bottomLeft+d.border(b.foot, true, width-2)+d.bottomRight)
}

// border is a line with a text in it.
func (d *drawing) border(label string, centered bool, width int) string {
	if label == "" {
		return strings.Repeat(d.across, width)
	}
	label = " " + d.Cut(label, width-4) + " "
	rest := width - text.Columns(label)
	left := 1
	if centered {
		left = rest / 2
	}
	return strings.Repeat(d.across, left) + label + strings.Repeat(d.across, rest-left)
}

package view

import "github.com/signalbox-go/signalbox/framework/view/internal/text"

// drawing is how one tree is drawn.
type drawing struct {
	glyphs
	text.Form
	refs  bool
	width int
}

func newDrawing(o Options) *drawing {
	d := &drawing{glyphs: unicodeGlyphs, Form: text.Form{ASCII: o.ASCII}, refs: !o.HideRefs, width: o.width()}
	if o.ASCII {
		d.glyphs = asciiGlyphs
	}
	return d
}

// Clean returns text that cannot steer a terminal: control characters, invisible
// ones and invalid UTF-8 are escaped as in Go.
func Clean(s string) string { return text.Form{}.Clean(s) }

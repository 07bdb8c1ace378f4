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

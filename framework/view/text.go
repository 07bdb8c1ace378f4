package view

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// drawing is how one tree is drawn.
type drawing struct {
	glyphs
	ascii bool
	refs  bool
	width int
}

func newDrawing(o Options) *drawing {
	d := &drawing{glyphs: unicodeGlyphs, ascii: o.ASCII, refs: !o.HideRefs, width: o.width()}
	if o.ASCII {
		d.glyphs = asciiGlyphs
	}
	return d
}

// joiner holds emoji together and is the one invisible character let through.
const joiner = '\u200d'

// clean escapes what could steer a terminal or deceive its reader.
func (d *drawing) clean(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatUint(uint64(s[i]), 16))
		case r == '…':
			b.WriteString(d.ellipsis)
		case d.ascii && r > unicode.MaxASCII, !unicode.IsPrint(r) && r != joiner:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

func columns(s string) int { return uniseg.StringWidth(s) }

// cut shortens clean text to a number of columns.
func (d *drawing) cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	room := width - columns(d.ellipsis)
	if room < 0 {
		return strings.Repeat(".", max(width, 0))
	}
	end, taken, state, rest := 0, 0, -1, s
	for rest != "" {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if taken+w > room {
			break
		}
		taken += w
		end += len(cluster)
	}
	return s[:end] + d.ellipsis
}

// cutBefore shortens text so that a tail that is worth more has room.
func (d *drawing) cutBefore(text, tail string, width int) string {
	return d.cut(d.cut(text, max(width-columns(tail), columns(d.ellipsis)+1))+tail, width)
}

// fit makes clean text exactly that many columns wide.
func (d *drawing) fit(s string, width int) string {
	s = d.cut(s, width)
	return s + strings.Repeat(" ", max(width-columns(s), 0))
}

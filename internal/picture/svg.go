//go:build unix

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// cell is one character of a terminal.
type cell struct {
	text  string
	width int
	color color.Color
	attrs uint8
}

// The attributes that are drawn, as the terminal has them.
const (
	attrBold  = uv.AttrBold
	attrFaint = uv.AttrFaint
)

// Sizes in pixels.
const (
	charWidth, lineHeight = 8.4, 18.0
	fontSize, margin      = 14, 12.0
)

const background, foreground = "#1e1e2e", "#cdd6f4"

// palette has the colors of a terminal in which text is well read.
var palette = map[ansi.BasicColor]string{
	ansi.Red: "#f38ba8", ansi.Green: "#a6e3a1", ansi.Yellow: "#f9e2af", ansi.Cyan: "#89dceb",
}

// plain makes lines of text a screen.
func plain(s string) [][]cell {
	var out [][]cell
	for line := range strings.Lines(strings.TrimSpace(s)) {
		var cells []cell
		g := uniseg.NewGraphemes(strings.TrimRight(line, "\n"))
		for g.Next() {
			cells = append(cells, cell{text: g.Str(), width: g.Width()})
		}
		out = append(out, cells)
	}
	return out
}

// svg draws a screen. Every run of characters that look alike is stretched to
// its columns, so that it is right whatever font there is.
func svg(screen [][]cell) []byte {
	width := 0
	for _, line := range screen {
		n := 0
		for _, c := range line {
			n += c.width
			if strings.TrimSpace(c.text) != "" {
				width = max(width, n)
			}
		}
	}
	var b bytes.Buffer
	w, h := float64(width)*charWidth+2*margin, float64(len(screen))*lineHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="%d">`+"\n", w, h, w, h, fontSize)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	for y, line := range screen {
		drawLine(&b, line, margin+float64(y)*lineHeight+0.75*lineHeight)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func drawLine(b *bytes.Buffer, line []cell, y float64) {
	column := 0
	for i := 0; i < len(line); {
		first, at, end := line[i], column, i
		var text strings.Builder
		for end < len(line) && look(line[end]) == look(first) {
			text.WriteString(line[end].text)
			column += line[end].width
			end++
		}
		i = end
		s := text.String()
		trimmed := strings.TrimRight(s, " ")
		if strings.TrimSpace(trimmed) == "" {
			continue
		}
		n := column - at - (len(s) - len(trimmed))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve"%s>`,
			margin+float64(at)*charWidth, y, float64(n)*charWidth, look(first))
		_ = xml.EscapeText(b, []byte(trimmed)) // to memory
		b.WriteString("</text>\n")
	}
}

// look is how a character looks, as attributes.
func look(c cell) string {
	fill, more := foreground, ""
	if basic, ok := c.color.(ansi.BasicColor); ok && palette[basic] != "" {
		fill = palette[basic]
	}
	if c.attrs&attrBold != 0 {
		more += ` font-weight="bold"`
	}
	if c.attrs&attrFaint != 0 {
		more += ` opacity="0.6"`
	}
	return fmt.Sprintf(` fill="%s"%s`, fill, more)
}

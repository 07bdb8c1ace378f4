// Package text makes what comes from users fit for a terminal: clean, and as
// wide as there is room.
package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Form is how text is written.
type Form struct {
	// ASCII escapes all other characters.
	ASCII bool
}

// Ellipsis stands for what was cut off.
func (f Form) Ellipsis() string {
	if f.ASCII {
		return "..."
	}
	return "…"
}

// joiner holds emoji together and is the one invisible character let through.
const joiner = '\u200d'

// Clean escapes what could steer a terminal or deceive its reader.
func (f Form) Clean(s string) string {
	if simple(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatUint(uint64(s[i]), 16))
		case r == '…':
			b.WriteString(f.Ellipsis())
		case f.ASCII && r > unicode.MaxASCII, !unicode.IsPrint(r) && r != joiner:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Columns is how wide text is on a terminal.
func Columns(s string) int {
	if simple(s) {
		return len(s)
	}
	return uniseg.StringWidth(s)
}

// simple reports whether text is printable ASCII, as most is: then every byte is
// a column, which need not be looked up.
func simple(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Cut shortens clean text to a number of columns.
func (f Form) Cut(s string, width int) string {
	if Columns(s) <= width {
		return s
	}
	room := width - Columns(f.Ellipsis())
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
	return s[:end] + f.Ellipsis()
}

// CutBefore shortens text so that a tail that is worth more has room.
func (f Form) CutBefore(text, tail string, width int) string {
	return f.Cut(f.Cut(text, max(width-Columns(tail), Columns(f.Ellipsis())+1))+tail, width)
}

// Fit makes clean text exactly that many columns wide.
func (f Form) Fit(s string, width int) string {
	s = f.Cut(s, width)
	return s + strings.Repeat(" ", max(width-Columns(s), 0))
}

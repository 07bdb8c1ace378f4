package pluginproc

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable makes text of a plugin safe to show: control characters, and those
// that reorder text, become escapes such as \x1b; invalid UTF-8 becomes U+FFFD.
// Tabs stay.
func printable(text []byte) string {
	text = bytes.TrimRight(text, "\r")
	if bytes.IndexFunc(text, unprintable) < 0 {
		return string(text)
	}
	var b strings.Builder
	b.Grow(2 * len(text))
	for _, r := range string(text) { // ranging replaces invalid bytes
		if r != utf8.RuneError && unprintable(r) {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// unprintable is also true for U+FFFD, so that invalid bytes are replaced.
func unprintable(r rune) bool {
	if r < utf8.RuneSelf { // nearly all there is, and all of a flood
		return r < ' ' && r != '\t' || r == 0x7f
	}
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// clip shortens s to about n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

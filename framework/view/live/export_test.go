package live

import "github.com/signalbox-go/signalbox/framework/view"

// Frame draws a run as it is seen on a terminal of that size.
func Frame(r view.Run, width, height int, ascii bool, keys ...string) string {
	m := &model{ascii: ascii, keys: true, shown: &shownRows{}, look: func(bool) {}, tree: func(bool) {}}
	m.width, m.height, m.run, m.known = width, height, r, true
	m.choose(0)
	for _, k := range keys {
		m.press(k)
	}
	return m.draw()
}

// Printable is what becomes of a line that is printed above a screen.
func Printable(s string, width int) []string { return printable(s, width) }

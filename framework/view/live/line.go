package live

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// style is how a piece of a line looks: what goes before it and behind it. It
// is made once, since laying out text anew for each piece of each frame would
// take most of the time of a frame.
type style struct{ before, behind string }

func styleOf(s lipgloss.Style) style {
	before, behind, _ := strings.Cut(s.Render("x"), "x")
	return style{before, behind}
}

// The styles are few and say something: what went well, what did not, what
// waits for the reader. Their colors are those of the terminal's own palette,
// and the terminal's writer leaves them out where there are none.
var (
	plainStyle  = style{}
	titleStyle  = styleOf(lipgloss.NewStyle().Bold(true))
	faintStyle  = styleOf(lipgloss.NewStyle().Faint(true))
	goodStyle   = styleOf(lipgloss.NewStyle().Foreground(lipgloss.Green))
	badStyle    = styleOf(lipgloss.NewStyle().Foreground(lipgloss.Red))
	otherStyle  = styleOf(lipgloss.NewStyle().Foreground(lipgloss.Yellow))
	busyStyle   = styleOf(lipgloss.NewStyle().Foreground(lipgloss.Cyan))
	askingStyle = styleOf(lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow))
)

// line is one line of the screen, in pieces of clean text.
type line []piece

type piece struct {
	text  string
	style style
}

func (l *line) add(s style, text string) { *l = append(*l, piece{text, s}) }

func (l line) width() int {
	n := 0
	for _, p := range l {
		n += text.Columns(p.text)
	}
	return n
}

// pad fills the line up to a column.
func (l *line) pad(column int) {
	if n := column - l.width(); n > 0 {
		l.add(plainStyle, strings.Repeat(" ", n))
	}
}

// render returns the line, cut to a width.
func (l line) render(f text.Form, width int) string {
	var b strings.Builder
	room := width
	for i, p := range l {
		if room <= 0 {
			break
		}
		s, n := p.text, text.Columns(p.text)
		if n >= room {
			if n == room && l[i+1:].width() > 0 {
				s += " " // so that it is seen that something is missing
			}
			s = f.Cut(s, room)
		}
		room -= n
		b.WriteString(p.style.before)
		b.WriteString(s)
		b.WriteString(p.style.behind)
	}
	return strings.TrimRight(b.String(), " ")
}

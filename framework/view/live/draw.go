package live

import (
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

const (
	// minWidth and minHeight are the least terminal that has room for more than a
	// line.
	minWidth, minHeight = 40, 8
	// wide is from where on tables have a column for everything.
	wide = 130
	// logRows is how many rows are left to the log where there is room.
	logRows = 3
	// maxName is how wide the name of a task or worker is at most.
	maxName = 24
)

// drawing is one frame, or what it is made from.
type drawing struct {
	text.Form
	marks
	width, height int // of the terminal
	run           *view.Run
	chosen        string // the key of what is selected
	keys          bool   // there is a keyboard
}

func newDrawing(ascii bool) *drawing {
	d := &drawing{Form: text.Form{ASCII: ascii}, marks: unicodeMarks}
	if ascii {
		d.marks = asciiMarks
	}
	return d
}

// rows is how many rows a frame may have.
func (d *drawing) rows() int {
	if d.height < minHeight+logRows {
		return max(d.height-1, 1)
	}
	return d.height - logRows
}

// tiny reports whether there is room for one line only.
func (d *drawing) tiny() bool { return d.width < minWidth || d.height < minHeight }

// section is a part of the screen: a title and a list, of which as much is shown
// as there is room for.
type section struct {
	title line
	items []item
	more  int // further items, which are known by their number only
}

// item is what is shown or not shown as one.
type item struct {
	key   string // empty for what cannot be selected
	lines []line
}

func (s *section) rows() int {
	n := 0
	for _, i := range s.items {
		n += len(i.lines)
	}
	if s.more > 0 {
		n++
	}
	return n
}

// main draws the run: its head, and below it all that has something to show.
func (d *drawing) main(foot []line) string {
	head := d.head()
	if d.tiny() {
		return head[0].render(d.Form, d.width)
	}
	var sections []*section
	for _, s := range []*section{d.tasks(), d.workers(), d.plugins(), d.failures()} {
		if len(s.items) > 0 {
			sections = append(sections, s)
		}
	}
	sections = append(sections, d.panels()...)
	lines := head
	room := d.rows() - len(head) - len(foot)
	wants := make([]int, len(sections))
	for i, s := range sections {
		wants[i] = 1 + s.rows()
	}
	for i, n := range share(wants, room) {
		lines = append(lines, d.section(sections[i], n)...)
	}
	return d.join(append(lines, foot...))
}

func (d *drawing) join(lines []line) string {
	lines = lines[:min(len(lines), d.rows())]
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.render(d.Form, d.width)
	}
	return strings.Join(out, "\n")
}

// least is how many rows a section needs to be of use: the title, something, and
// how much is left out.
const least = 4

// share divides rows among sections that want some. While there are few, the
// first have what they need, and the last nothing; what is left goes row by row,
// so that nobody goes without while another has more than it.
func share(wants []int, room int) []int {
	out := make([]int, len(wants))
	for i, want := range wants {
		if n := min(want, least); n <= room {
			out[i] = n
			room -= n
		}
	}
	for room > 0 {
		given := false
		for i, want := range wants {
			if 0 < out[i] && out[i] < want && room > 0 {
				out[i]++
				room--
				given = true
			}
		}
		if !given {
			break
		}
	}
	return out
}

// section draws a section in at most that many rows. What is selected is always
// among what is shown.
func (d *drawing) section(s *section, rows int) []line {
	if rows < 2 {
		return nil // a title alone says nothing
	}
	out := []line{s.title}
	rows--
	if s.rows() <= rows {
		for _, i := range s.items {
			out = append(out, i.lines...)
		}
		if s.more > 0 {
			out = append(out, d.further(s.more))
		}
		return out
	}
	rows-- // for what is left out
	first := 0
	for at, i := range s.items {
		if i.key != "" && i.key == d.chosen {
			for first < at && rowsOf(s.items[first:at+1]) > rows {
				first++
			}
		}
	}
	shown := 0
	for _, i := range s.items[first:] {
		if rows < len(i.lines) {
			break
		}
		out = append(out, i.lines...)
		rows -= len(i.lines)
		shown++
	}
	return append(out, d.further(s.more+len(s.items)-shown))
}

func rowsOf(items []item) int { return (&section{items: items}).rows() }

func (d *drawing) further(n int) line {
	return line{{fmt.Sprintf("  %s and %s more", d.Ellipsis(), amount(uint64(n))), faintStyle}}
}

// mark begins a line of something that may be selected.
func (d *drawing) mark(key string) line {
	if d.keys && key == d.chosen {
		return line{{d.marks.chosen + " ", askingStyle}}
	}
	return line{{"  ", plainStyle}}
}

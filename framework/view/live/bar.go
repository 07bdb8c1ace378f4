package live

import (
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
)

// marks are what bars and lists are drawn with.
type marks struct{ good, bad, other, rest, chosen, dot, times string }

var (
	unicodeMarks = marks{good: "█", bad: "▓", other: "▒", rest: "░", chosen: "▸", dot: "·", times: "×"}
	asciiMarks   = marks{good: "#", bad: "!", other: "~", rest: ".", chosen: ">", dot: "-", times: "x"}
)

// outcomes draws what has come of calls, in so many columns: results, errors,
// what was cancelled, and what is still to come. What there is at all is seen.
func (d *drawing) outcomes(l *line, c view.Counts, width int) {
	total := max(c.Submitted, 1)
	left := width
	part := func(n uint64) int {
		if n == 0 {
			return 0
		}
		w := min(max(int(float64(n)/float64(total)*float64(width)), 1), left)
		left -= w
		return w
	}
	// Those that are easily overlooked come first.
	bad, cancelled := part(c.Exceptions), part(c.Cancelled)
	good := part(c.Results)
	if c.Submitted > 0 && c.Ended() == c.Submitted {
		switch { // nothing is missing, whatever was lost to rounding
		case good > 0:
			good, left = good+left, 0
		case bad > 0:
			bad, left = bad+left, 0
		default:
			cancelled, left = cancelled+left, 0
		}
	} else if left == 0 && good > 1 {
		good, left = good-1, 1 // something is still to come
	}
	l.add(goodStyle, strings.Repeat(d.good, good))
	l.add(badStyle, strings.Repeat(d.bad, bad))
	l.add(otherStyle, strings.Repeat(d.other, cancelled))
	l.add(faintStyle, strings.Repeat(d.rest, left))
}

// share draws how much of a total there is.
func (d *drawing) share(l *line, done, total float64, width int) {
	n := min(max(int(done/total*float64(width)), 0), width)
	l.add(busyStyle, strings.Repeat(d.good, n))
	l.add(faintStyle, strings.Repeat(d.rest, width-n))
}

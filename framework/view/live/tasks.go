package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// taskKey is the key of a task.
func taskKey(name string) string { return "task " + name }

// tasks is the section of the tasks, each with a bar.
func (d *drawing) tasks() *section {
	r := d.run
	s := &section{more: r.TasksLeftOut}
	name := 4
	for i := range r.Tasks {
		name = max(name, text.Columns(d.Clean(r.Tasks[i].Name)))
	}
	name = min(name, maxName)
	if d.width >= wide {
		s.title = d.wideTitle(name)
	} else {
		s.title = line{{"tasks", faintStyle}}
		name = min(name, d.width/4)
	}
	for i := range r.Tasks {
		t := &r.Tasks[i]
		l := d.mark(taskKey(t.Name))
		l.add(plainStyle, d.Fit(d.Clean(t.Name), name)+"  ")
		if d.width >= wide {
			d.wideTask(&l, t)
			s.items = append(s.items, item{taskKey(t.Name), []line{l}})
		} else {
			s.items = append(s.items, item{taskKey(t.Name), d.narrowTask(l, t)})
		}
	}
	return s
}

// The columns of a wide table, with what stands above them.
var wideColumns = []struct {
	title string
	width int
}{{"results", 11}, {"failed", 9}, {"cancelled", 11}, {"refused", 9}, {"running", 9}, {"waiting", 11}, {"rate", 11}, {"p50", 8}, {"p99", 8}}

// tail is how wide these columns are together.
func tail() int {
	n := 0
	for _, c := range wideColumns {
		n += c.width
	}
	return n
}

// barWidth is how wide bars are in a wide table.
func (d *drawing) barWidth(used int) int { return min(max(d.width-used-6-tail(), 4), 60) }

func (d *drawing) wideTitle(name int) line {
	l := line{{"tasks", faintStyle}}
	l.pad(2 + name + 2)
	l.pad(l.width() + d.barWidth(l.width()) + 5)
	for _, c := range wideColumns {
		l.add(faintStyle, fmt.Sprintf("%*s", c.width, c.title))
	}
	return l
}

func (d *drawing) wideTask(l *line, t *view.TaskRun) {
	c := t.Counts
	d.outcomes(l, c, d.barWidth(l.width()))
	l.add(plainStyle, fmt.Sprintf("%5s", d.percentDone(c)))
	for i, cell := range []struct {
		text string
		s    style
		set  bool
	}{
		{amount(c.Results), goodStyle, c.Results > 0},
		{amount(c.Exceptions), badStyle, c.Exceptions > 0},
		{amount(c.Cancelled), otherStyle, c.Cancelled > 0},
		{amount(c.Refused), otherStyle, c.Refused > 0},
		{amount(c.Running), busyStyle, c.Running > 0},
		{amount(c.Waiting), plainStyle, c.Waiting > 0},
		{pace(t.Rate), plainStyle, t.Rate > 0},
		{d.took(t.P50), plainStyle, t.P50 > 0},
		{d.took(t.P99), plainStyle, t.P99 > 0},
	} {
		if !cell.set {
			cell.s, cell.text = faintStyle, "-"
		}
		l.add(cell.s, strings.Repeat(" ", max(wideColumns[i].width-text.Columns(cell.text), 1))+cell.text)
	}
}

// narrowTask is a task in two lines: the bar and how long it takes, and the
// counts.
func (d *drawing) narrowTask(l line, t *view.TaskRun) []line {
	end := fmt.Sprintf("%5s", d.percentDone(t.Counts))
	if t.P50 > 0 {
		end += "  p50 " + d.took(t.P50) + "  p99 " + d.took(t.P99)
	}
	d.outcomes(&l, t.Counts, max(d.width-l.width()-max(len(end), 24), 4))
	l.add(plainStyle, end)
	below := line{{"    ", plainStyle}, {amount(t.Counts.Results) + " results", goodStyle}}
	if t.Counts.Results == 0 {
		below[1].style = faintStyle
	}
	d.counts(&below, t.Counts)
	if t.Rate > 0 {
		below.add(plainStyle, "  "+pace(t.Rate))
	}
	return []line{l, below}
}

// percentDone is how much of what was submitted has ended: of what is to come,
// if that is known.
func (d *drawing) percentDone(c view.Counts) string {
	if c.Submitted == 0 {
		return ""
	}
	n := fmt.Sprintf("%d%%", c.Ended()*100/c.Submitted)
	if d.run.Total == 0 && d.run.Phase == view.Running {
		return "(" + n + ")" // more may come
	}
	return n
}

// took is how long something took, in the characters that there are.
func (d *drawing) took(t time.Duration) string {
	s := took(t)
	if d.ASCII {
		s = strings.ReplaceAll(s, "µ", "u")
	}
	return s
}

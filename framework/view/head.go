package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// narrow is the width below which the queue stands under the executors
// instead of beside them.
const narrow = 60

// gutter is the number of columns between executors and queue.
const gutter = 2

// head is the scheduler's own panel.
func (d *drawing) head(s *Scheduler) *box {
	b := &box{title: d.title(s), pad: 2}
	inner := d.width - b.frame()
	left := inner
	if d.width >= narrow {
		left = inner / 2
	}
	executors := d.executors(s.Executors, left)
	if d.width < narrow {
		b.lines = append(executors, d.queue(&s.Queue, inner)...)
		return b
	}
	left = 0
	for _, line := range executors {
		left = max(left, text.Columns(line))
	}
	queue := d.queue(&s.Queue, inner-left-gutter)
	for i := range max(len(executors), len(queue)) {
		b.lines = append(b.lines, d.Fit(at(executors, i), left)+strings.Repeat(" ", gutter)+at(queue, i))
	}
	return b
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func (d *drawing) title(s *Scheduler) string {
	title := "Scheduler"
	// The default name would only say the same again.
	if s.Name != "" && !strings.EqualFold(s.Name, title) {
		title += " " + d.Clean(s.Name)
	}
	if s.Running {
		title = d.CutBefore(title, " (running)", d.width-6)
	}
	return title
}

// executors lists executors in boxes of their own, which are at most that
// wide and all alike.
func (d *drawing) executors(all []Executor, limit int) []string {
	title := "Executor"
	if len(all) != 1 {
		title += "s"
	}
	out, width := []string{title}, len(title)
	boxes := make([]*box, len(all))
	for i, e := range all {
		b := &box{title: d.Clean(executorTitle(&e)), pad: 1}
		switch e.Workers {
		case 0:
		case 1:
			b.lines = append(b.lines, "1 worker")
		default:
			b.lines = append(b.lines, fmt.Sprintf("%d workers", e.Workers))
		}
		for _, detail := range e.Details {
			b.lines = append(b.lines, d.Clean(detail))
		}
		boxes[i] = b
		width = max(width, b.natural())
	}
	for _, b := range boxes {
		out = append(out, d.box(b, min(width, limit))...)
	}
	return out
}

func executorTitle(e *Executor) string {
	switch {
	case e.Kind == "" || e.Kind == e.Name:
		return e.Name
	case e.Name == "":
		return e.Kind
	}
	return e.Name + " (" + e.Kind + ")"
}

// queue lists futures in lines of that width: those which tell their progress,
// and the last. An ellipsis stands for the others, at the end as it does in a
// list that goes on.
func (d *drawing) queue(q *Queue, width int) []string {
	out := []string{fmt.Sprintf("Queue: (%d)", q.Len)}
	shown := append(slices.Clone(q.Reporting), q.Last...)
	state, id := 0, 0
	for _, f := range shown {
		state = max(state, text.Columns(d.Clean(f.State)))
		id = max(id, len(fmt.Sprint(f.ID)))
	}
	for _, f := range shown {
		line := fmt.Sprintf("%s #%-*d %s", d.Fit(d.Clean(f.State), state), id, f.ID, d.Clean(f.Task+"("+f.Input+")"))
		if f.Progress != nil {
			line = d.CutBefore(line, d.Cut(gap+d.Clean(f.Progress.String()), width/2), width)
		}
		out = append(out, line)
	}
	if q.Len > len(shown) {
		out = append(out, d.Ellipsis())
	}
	return out
}

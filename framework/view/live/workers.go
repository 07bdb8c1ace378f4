package live

import (
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// workerKey is the key of a worker.
func workerKey(w *view.Worker) string { return fmt.Sprintf("worker %s %d", w.Executor, w.Number) }

// workers is the section of the workers: what each does and uses.
func (d *drawing) workers() *section {
	r := d.run
	s := &section{title: line{{"workers", faintStyle}}}
	name := 7
	for i := range r.Workers {
		name = max(name, text.Columns(d.workerName(&r.Workers[i])))
	}
	name = min(name, maxName, max(d.width/4, 8))
	s.title.pad(2 + name)
	s.title.add(faintStyle, fmt.Sprintf("%9s%7s%6s%7s%10s  %s", "pid", "time", "cpu", "rss", "restarts", "task"))
	for i := range r.Workers {
		w := &r.Workers[i]
		l := d.mark(workerKey(w))
		l.add(plainStyle, d.Fit(d.workerName(w), name))
		pid, since := "-", "-"
		if w.PID != 0 {
			pid = fmt.Sprint(w.PID)
		}
		if w.Future != 0 {
			since = d.took(w.For)
		}
		l.add(plainStyle, right(pid, 9)+right(since, 7)+right(percent(w.CPU), 6)+right(size(w.RSS), 7))
		restarts := faintStyle
		if w.Restarts > 0 {
			restarts = otherStyle
		}
		l.add(restarts, fmt.Sprintf("%10d", w.Restarts))
		l.add(plainStyle, "  ")
		lines := d.doing(l, w)
		s.items = append(s.items, item{workerKey(w), lines})
	}
	return s
}

func right(s string, width int) string {
	return strings.Repeat(" ", max(width-text.Columns(s), 1)) + s
}

func (d *drawing) workerName(w *view.Worker) string {
	return d.Clean(fmt.Sprintf("%s/%d", w.Executor, w.Number))
}

// doing adds what a worker does, and how far it says it is: behind it, or below
// where there is no room.
func (d *drawing) doing(l line, w *view.Worker) []line {
	if w.Future == 0 {
		s, state := faintStyle, string(w.State)
		switch w.State {
		case view.WorkerRestarting, view.WorkerEnding:
			s = otherStyle
		case view.WorkerLost:
			s = badStyle
		}
		if w.Error != "" && w.State != view.WorkerIdle {
			state += ": " + w.Error
		}
		l.add(s, d.Clean(state))
		return []line{l}
	}
	call := fmt.Sprintf("%s #%d", w.Task, w.Future)
	if w.Attempt > 1 {
		call += fmt.Sprintf(" attempt %d", w.Attempt)
	}
	l.add(busyStyle, d.Clean(call))
	if w.Held > 0 {
		l.add(faintStyle, fmt.Sprintf(" +%d", w.Held))
	}
	if w.Progress == nil {
		return []line{l}
	}
	p := line{}
	if total := w.Progress.Total; total > 0 {
		d.share(&p, w.Progress.Done, total, 10)
		p.add(plainStyle, fmt.Sprintf(" %.0f%%", min(w.Progress.Done/total, 1)*100))
	} else {
		p.add(plainStyle, fmt.Sprintf("%.6g", w.Progress.Done))
	}
	if w.Progress.Text != "" {
		p.add(plainStyle, " "+d.Clean(w.Progress.Text))
	}
	if l.width()+2+min(p.width(), 30) <= d.width {
		l.add(plainStyle, "  ")
		return []line{append(l, p...)}
	}
	return []line{l, append(line{{"      ", plainStyle}}, p...)}
}

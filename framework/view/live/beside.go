package live

import (
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// plugins is the section of the event plugins: how each fares.
func (d *drawing) plugins() *section {
	s := &section{title: line{{"event plugins", faintStyle}}}
	name := 0
	for _, p := range d.run.EventPlugins {
		name = max(name, text.Columns(d.Clean(p.Name)))
	}
	name = min(name, maxName)
	for i := range d.run.EventPlugins {
		p := &d.run.EventPlugins[i]
		l := line{{"  " + d.Fit(d.Clean(p.Name), name) + "  ", plainStyle}}
		state, st := d.Clean(p.State), plainStyle
		switch {
		case p.Error != "":
			st = badStyle
		case p.State != "running" && p.State != "ended":
			st = otherStyle
		}
		l.add(st, d.Fit(state, 10))
		if p.PID != 0 {
			l.add(plainStyle, fmt.Sprintf("  pid %d", p.PID))
		}
		d.gauge(&l, "lag", p.Lag, plainStyle)
		d.gauge(&l, "missed", p.Missed, badStyle)
		d.gauge(&l, "restarts", uint64(p.Restarts), otherStyle)
		lines := []line{l}
		if p.Error != "" {
			lines = append(lines, line{{"      " + d.Clean(firstLine(p.Error)), badStyle}})
		}
		s.items = append(s.items, item{lines: lines})
	}
	return s
}

func (d *drawing) gauge(l *line, what string, n uint64, s style) {
	if n == 0 {
		s = faintStyle
	}
	l.add(s, fmt.Sprintf("  %s %s", what, amount(n)))
}

// shownFailures is how many errors are shown at most.
const shownFailures = 6

// failures is the section of the errors, the latest first.
func (d *drawing) failures() *section {
	s := &section{title: line{{"errors", faintStyle}}}
	all := d.run.Failures
	for i := len(all) - 1; i >= max(0, len(all)-shownFailures); i-- {
		f := &all[i]
		l := line{{"  " + f.Time.Format("15:04:05") + " ", faintStyle}}
		l.add(badStyle, fmt.Sprintf("%s #%d", d.Clean(f.Task), f.Future))
		l.add(plainStyle, "  "+d.Clean(firstLine(f.Error)))
		s.items = append(s.items, item{lines: []line{l}})
	}
	return s
}

// firstLine is as much of an error as fits in a line: stacks come below it.
func firstLine(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return first
}

// panels are the sections of the program itself.
func (d *drawing) panels() []*section {
	var out []*section
	for _, p := range d.run.Panels {
		s := &section{title: line{{d.Clean(p.Title), faintStyle}}}
		for _, l := range p.Lines {
			s.items = append(s.items, item{lines: []line{{{"  " + d.Clean(l), plainStyle}}}})
		}
		if len(s.items) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// selectable returns the keys of what can be selected, in order.
func selectable(r *view.Run) []string {
	var out []string
	for i := range r.Tasks {
		out = append(out, taskKey(r.Tasks[i].Name))
	}
	for i := range r.Workers {
		out = append(out, workerKey(&r.Workers[i]))
	}
	return out
}

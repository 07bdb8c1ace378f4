package view

import (
	"fmt"
	"io"
	"strings"
)

// Render writes the scheduler as a tree to w, in one piece and with a line
// break at the end. The error is that of w.
func Render(w io.Writer, s Scheduler, opts Options) error {
	if _, err := io.WriteString(w, tree(&s, opts)); err != nil {
		return fmt.Errorf("view: render: %w", err)
	}
	return nil
}

// String returns what [Render] writes without options.
func (s Scheduler) String() string { return tree(&s, Options{}) }

func tree(s *Scheduler, opts Options) string {
	d := newDrawing(opts)
	lines := d.box(d.head(s), d.width)

	inner := d.width - len(indent)
	below := append(d.events(s.Events, inner), d.refusals(s.Refused, true, inner)...)
	var branches [][]string
	if len(below) > 0 {
		branches = append(branches, below)
	}
	for i := range s.Tasks {
		branches = append(branches, d.box(d.task(&s.Tasks[i], inner), inner))
	}
	if len(s.EventPlugins) > 0 {
		branches = append(branches, d.box(d.eventPlugins(s.EventPlugins, inner), inner))
	}
	lines = append(lines, d.branches(branches)...)

	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// branches hangs blocks of lines on a trunk.
func (d *drawing) branches(blocks [][]string) (out []string) {
	for i, block := range blocks {
		first, rest := d.branch, d.trunk
		if i == len(blocks)-1 {
			first, rest = d.lastBranch, indent
		}
		for j, line := range block {
			if j == 0 {
				out = append(out, first+line)
			} else {
				out = append(out, rest+line)
			}
		}
	}
	return out
}

// task is the panel of a task, with lines for a box of that width.
func (d *drawing) task(t *Task, width int) *box {
	b := &box{title: "Task " + d.Clean(t.Signature()), pad: 1}
	inner := width - b.frame()
	if t.Code != "" {
		b.lines = append(b.lines, "Code: "+d.Clean(t.Code))
	}
	for _, e := range t.Extensions {
		b.lines = append(b.lines, d.extension(&e, inner)...)
	}
	b.lines = append(b.lines, d.events(t.Events, inner)...)
	b.lines = append(b.lines, d.refusals(t.Refused, false, inner)...)
	if d.refs && t.Ref != "" {
		b.foot = "Ref: " + d.Clean(t.Ref)
	}
	return b
}

func (d *drawing) extension(e *Extension, width int) []string {
	title := "Extension " + d.Clean(e.Name)
	if len(e.Lines) == 0 {
		return []string{title}
	}
	b := &box{title: title, centered: true, pad: 1}
	for _, line := range e.Lines {
		b.lines = append(b.lines, d.Clean(line))
	}
	return d.box(b, width)
}

// events lists events, each with its handlers below it.
func (d *drawing) events(events []Event, width int) (out []string) {
	for _, e := range events {
		count := ""
		if e.Count > 0 {
			count = fmt.Sprintf(" %d", e.Count)
		}
		out = append(out, d.CutBefore("@"+d.Clean(e.Name), count, width))
		for i, h := range e.Handlers {
			twig := d.twig
			if i == len(e.Handlers)-1 {
				twig = d.lastTwig
			}
			calls := ""
			if h.Calls > 0 {
				calls = fmt.Sprintf(" (%d)", h.Calls)
			}
			name := d.Clean(h.Name + "(" + h.Type + ")")
			if h.Plugin != "" {
				name = d.Clean(h.Plugin) + ": " + name
			}
			out = append(out, twig+d.CutBefore(name, calls, width-len(indent)))
		}
	}
	return out
}

// maxRefusals is how many reasons a list of refusals shows.
const maxRefusals = 5

func (d *drawing) refusals(refused []Refusal, withTask bool, width int) (out []string) {
	for i, r := range refused {
		if i == maxRefusals {
			return append(out, d.Ellipsis())
		}
		of := ""
		if withTask {
			of = " of " + r.Task
		}
		out = append(out, d.Cut(fmt.Sprintf("refused %d%s: %s", r.Count, d.Clean(of), d.Clean(r.Reason)), width))
	}
	return out
}

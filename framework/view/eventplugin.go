package view

import (
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view/internal/text"
)

// eventPlugins is the panel of the event plugins, with lines for a box of that
// width: how each fares and, below it, what it is subscribed to that stands
// nowhere else.
func (d *drawing) eventPlugins(all []EventPlugin, width int) *box {
	b := &box{title: "Event plugins", pad: 1}
	inner := width - b.frame()
	table := make([][]string, len(all))
	for i := range all {
		table[i] = d.health(&all[i])
	}
	rows := aligned(table)
	fits := true
	for _, row := range rows {
		fits = fits && text.Columns(row) <= inner
	}
	for i := range all {
		if fits {
			b.lines = append(b.lines, rows[i])
		} else {
			cells := table[i]
			b.lines = append(b.lines, d.CutBefore(cells[0], gap+cells[1], inner), d.Cut(gap+strings.Join(cells[2:], gap), inner))
		}
		if all[i].Error != "" {
			b.lines = append(b.lines, d.Cut(gap+d.Clean(all[i].Error), inner))
		}
		for _, line := range d.events(all[i].Events, inner-len(gap)) {
			b.lines = append(b.lines, gap+line)
		}
	}
	return b
}

// gap separates what stands in one line, and indents.
const gap = "  "

// health are the cells of a plugin's line.
func (d *drawing) health(p *EventPlugin) []string {
	state := d.Clean(p.State)
	if p.PID != 0 {
		state += fmt.Sprintf(", pid %d", p.PID)
	}
	return []string{d.Clean(p.Name), state, fmt.Sprintf("lag %d", p.Lag), fmt.Sprintf("missed %d", p.Missed), fmt.Sprintf("restarts %d", p.Restarts)}
}

// aligned joins the cells of each row, below each other.
func aligned(table [][]string) []string {
	var widths []int
	for _, cells := range table {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], text.Columns(cell))
		}
	}
	rows := make([]string, len(table))
	for r, cells := range table {
		padded := make([]string, len(cells))
		for i, cell := range cells {
			padded[i] = cell + strings.Repeat(" ", widths[i]-text.Columns(cell))
		}
		rows[r] = strings.TrimRight(strings.Join(padded, gap), " ")
	}
	return rows
}

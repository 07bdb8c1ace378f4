package live

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/view"
)

// head tells of the run as a whole, in two lines.
func (d *drawing) head() []line {
	r := d.run
	first := line{{d.Clean(r.Name), titleStyle}}
	phase, s := string(r.Phase), busyStyle
	switch {
	case r.Paused && r.Phase == view.Running:
		phase, s = "paused", askingStyle
	case r.Phase == view.Draining:
		s = otherStyle
	}
	first.add(faintStyle, " "+d.dot+" ")
	first.add(s, d.Clean(phase))
	first.add(plainStyle, "  "+clock(r.Elapsed))
	if d.tiny() {
		first.add(plainStyle, "  "+d.done(r.Counts, r.Total))
		return []line{first}
	}
	second := line{{d.done(r.Counts, r.Total), plainStyle}}
	if r.Rate > 0 {
		second.add(plainStyle, "  "+pace(r.Rate))
	}
	if r.Left > 0 {
		second.add(titleStyle, "  "+clock(r.Left)+" left")
	}
	d.counts(&second, r.Counts)
	switch r.WorkersLost {
	case 0:
	case 1:
		second.add(badStyle, "  1 worker lost")
	default:
		second.add(badStyle, "  "+amount(r.WorkersLost)+" workers lost")
	}
	return []line{first, second}
}

// done tells how much of the work is done.
func (d *drawing) done(c view.Counts, total uint64) string {
	switch {
	case total > 0:
		return fmt.Sprintf("%s of %s (%d%%)", amount(c.Ended()), amount(total), c.Ended()*100/total)
	case c.Submitted > 0:
		return fmt.Sprintf("%s of %s so far", amount(c.Ended()), amount(c.Submitted))
	}
	return "nothing submitted"
}

// counts tells what is not as it should be, and what there is to do.
func (d *drawing) counts(l *line, c view.Counts) {
	for _, part := range []struct {
		n    uint64
		what string
		s    style
	}{
		{c.Exceptions, "failed", badStyle},
		{c.Cancelled, "cancelled", otherStyle},
		{c.Refused, "refused", otherStyle},
		{c.Running, "running", busyStyle},
		{c.Waiting, "waiting", plainStyle},
	} {
		if part.n > 0 {
			l.add(part.s, "  "+amount(part.n)+" "+part.what)
		}
	}
}

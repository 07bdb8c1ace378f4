package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// printTable prints a line for each row, and what to think of them below.
func printTable(w io.Writer, results []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tours\tagainst\tpeer\tunit\tratio\tbar\tgoal\t")
	met, judged := 0, 0
	for _, r := range results {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Row, short(r.Ours), r.PeerName, optional(r.Peer), r.Unit,
			optional(r.Ratio), optional(r.Bar), optional(r.Goal), r.verdict())
		if r.Bar != nil {
			judged++
			if r.OK {
				met++
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d of %d rows are at their bar.\n", met, judged)
	return err
}

func (r result) verdict() string {
	switch {
	case r.Void != "":
		return "void: " + r.Void
	case r.Bar == nil:
		return ""
	case !r.OK:
		return "below its bar"
	case r.Goal != nil && r.atGoal:
		return "at its goal"
	default:
		return "ok"
	}
}

func optional(v *float64) string {
	if v == nil {
		return ""
	}
	return short(*v)
}

// short writes three digits, or all of those before the point, in groups.
func short(v float64) string {
	if v < 1000 {
		return fmt.Sprintf("%.*f", max(0, 2-int(math.Floor(math.Log10(max(v, 1e-3))))), v)
	}
	digits := fmt.Sprintf("%.0f", v)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

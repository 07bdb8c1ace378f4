package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// line is one line of the table. Columns have fixed widths, so that rows are
// printed as they come.
const line = "%-46s %11s  %-34s %11s %-11s %7s %7s %6s  %s\n"

func printHead(w io.Writer) {
	fmt.Fprintf(w, line, "", "ours", "against", "peer", "unit", "ratio", "bar", "goal", "")
}

func printRow(w io.Writer, r result) {
	fmt.Fprintf(w, line, r.Row, short(r.Ours), r.PeerName, optional(r.Peer), r.Unit,
		optional(r.Ratio), optional(r.Bar), optional(r.Goal), r.verdict())
}

// summary counts the rows that have a bar.
func summary(results []result) string {
	met, judged := 0, 0
	for _, r := range results {
		if r.Bar == nil {
			continue
		}
		judged++
		if r.OK {
			met++
		}
	}
	return fmt.Sprintf("%d of %d rows are at their bar", met, judged)
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

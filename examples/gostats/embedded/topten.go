package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// topTen keeps the files with the most complex functions, most complex first.
type topTen struct {
	rows []row
}

type row struct {
	analysis.Function
	path string
}

// before orders by path where complexity is equal: results come in any order,
// and the table must not depend on it.
func before(a, b row) int {
	return cmp.Or(cmp.Compare(b.Complexity, a.Complexity), cmp.Compare(a.path, b.path))
}

func (t *topTen) add(path string, s analysis.Stats) {
	if s.Complexity.Max == nil {
		return
	}
	r := row{*s.Complexity.Max, path}
	at, _ := slices.BinarySearchFunc(t.rows, r, before)
	t.rows = slices.Insert(t.rows, at, r)
	t.rows = t.rows[:min(len(t.rows), 10)]
}

// table shows paths relative to root.
func (t *topTen) table(root string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "COMPLEXITY\tFUNCTION\tFILE")
	for _, r := range t.rows {
		path := r.path
		if rel, err := filepath.Rel(root, path); err == nil {
			path = rel
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", r.Complexity, r.Name, path)
	}
	_ = w.Flush() // to memory
	return b.String()
}

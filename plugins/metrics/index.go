package metrics

import (
	_ "embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

//go:embed index.html
var indexText string

var indexPage = template.Must(template.New("index").Parse(indexText))

// row describes one metric.
type row struct{ Name, Type, Unit, Labels, Help string }

// index answers with a list of all metrics.
func (p *page) index(w http.ResponseWriter, _ *http.Request) {
	rows, err := p.of.rows()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := indexPage.Execute(w, rows); err != nil {
		slog.DebugContext(p.ctx, "the list of metrics was not taken", "error", err) // its reader has gone
	}
}

func (r *registries) rows() ([]row, error) {
	var out []row
	for _, m := range r.metrics {
		out = append(out, row{m.name, m.kind, m.unit, strings.Join(append([]string{"run"}, m.labels...), ", "), m.help})
	}
	families, err := r.process.Gather()
	if err != nil {
		return nil, fmt.Errorf("metrics of the process: %w", err)
	}
	for _, f := range families {
		out = append(out, row{f.GetName(), strings.ToLower(f.GetType().String()), unitOf(f.GetName()), strings.Join(labelsOf(f), ", "), f.GetHelp()})
	}
	return out, nil
}

// unitOf tells the unit of a metric by its name, of which it is a part.
func unitOf(name string) string {
	for part := range strings.SplitSeq(name, "_") {
		switch part {
		case "seconds", "bytes", "percent", "info", "threads", "goroutines", "fds":
			return part
		}
	}
	return ""
}

func labelsOf(f *dto.MetricFamily) []string {
	var out []string
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			if !slices.Contains(out, l.GetName()) {
				out = append(out, l.GetName())
			}
		}
		if m.GetSummary() != nil && !slices.Contains(out, "quantile") {
			out = append(out, "quantile")
		}
	}
	return out
}

package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/monitor"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// queueFlags are the flags for what becomes of the queue over time.
type queueFlags struct{ csv, plot string }

func (f *queueFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.csv, "queue-csv", "", "file to write samples of the queue and the workers to, as comma-separated values")
	cmd.Flags().StringVar(&f.plot, "queue-plot", "", "file to draw a chart of the queue and the workers into: FILE.svg or FILE.png")
}

// plotFormats are those in which a chart can be drawn, by what the file's name
// ends with.
var plotFormats = map[string]string{".svg": "svg", ".png": "png"}

func (f *queueFlags) check(cmd *cobra.Command) error {
	for name, path := range map[string]string{"queue-csv": f.csv, "queue-plot": f.plot} {
		if cmd.Flags().Changed(name) && (path == "" || path == "-") {
			return fmt.Errorf("--%s %q: it must be the path of a file", name, path)
		}
	}
	if f.plot != "" && plotFormats[f.extension()] == "" {
		return fmt.Errorf("--queue-plot %q: the name must end in .svg or .png, which says what is drawn", f.plot)
	}
	return nil
}

func (f *queueFlags) extension() string { return strings.ToLower(filepath.Ext(f.plot)) }

// monitor returns what samples the queue, nil if nobody asks.
func (f *queueFlags) monitor() *monitor.Monitor {
	if f.csv == "" && f.plot == "" {
		return nil
	}
	return monitor.New()
}

// queueFiles are the files about the queue of one run.
type queueFiles struct {
	m      *monitor.Monitor
	csv    *reportFile
	plot   *reportFile
	format string
}

func (f *queueFlags) open(m *monitor.Monitor, j *job.Job, sum *reportFile) (*queueFiles, error) {
	csv, err := openReport("queue-csv", "the samples of the queue", f.csv, j, sum)
	if err != nil {
		return nil, err
	}
	plot, err := openReport("queue-plot", "the chart of the queue", f.plot, j, sum, csv)
	if err != nil {
		return nil, errors.Join(err, csv.discard())
	}
	return &queueFiles{m, csv, plot, plotFormats[f.extension()]}, nil
}

func (q *queueFiles) write(title string) error {
	return errors.Join(
		q.csv.write(func(w io.Writer) error { return q.m.WriteCSV(w) }),
		q.plot.write(func(w io.Writer) error { return drawQueue(w, q.format, title, q.m.Samples()) }),
	)
}

func (q *queueFiles) discard() error { return errors.Join(q.csv.discard(), q.plot.discard()) }

// observers are those of a job whose queue may be sampled.
func observers(m *monitor.Monitor) []scheduler.Observer {
	if m == nil {
		return nil
	}
	return []scheduler.Observer{m}
}

package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/signalbox-go/signalbox/sdk"
)

// Plugin returns the event plugin, for sdk.Serve and sdk.ServeIfPlugin.
func Plugin() sdk.Part { return sdk.EventPlugin(Name, setUp) }

// lookEvery is how often it is looked what the host says of how it stands.
const lookEvery = time.Second

func setUp(s *sdk.Scheduler, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	t := &totals{}
	sdk.Checkpoint(s, t)
	of := newRegistries(s.Run().Name, t)
	p, err := listen(s, c, t, of)
	if err != nil {
		return err
	}
	s.OnRecord.Do(t.record)
	s.OnGap.Do(t.gap)
	s.OnSummary.Do(func(e sdk.Summary) { t.summary(e); p.over.Store(true) })
	s.OnStart.Do(func() { p.over.Store(false) })
	if c.Textfile != "" {
		s.OnFlush(func(context.Context) error {
			if err := prometheus.WriteToTextfile(c.Textfile, of.run); err != nil {
				return fmt.Errorf("metrics: textfile: %w", err)
			}
			return nil
		})
	}
	if c.Linger > 0 {
		s.Linger(c.Linger, func(ctx context.Context) { p.linger(ctx, c.Linger) })
	}
	// This is called when the totals of a process before this one are there:
	// nobody is to see them lower.
	s.CallLater(0, func() {
		t.expect(s.Run().Tasks)
		p.serve()
	})
	look(s, t)
	return nil
}

func look(s *sdk.Scheduler, t *totals) {
	s.CallLater(lookEvery, func() { t.note(s.Gauges()); look(s, t) })
}

// registries hold the metrics of the run, and those of the plugin's process:
// node_exporter has its own of the latter, so that a textfile must not.
type registries struct {
	run, process *prometheus.Registry
	metrics      []*metric // of the run
}

func newRegistries(run string, t *totals) *registries {
	r := &registries{run: prometheus.NewRegistry(), process: prometheus.NewRegistry(), metrics: catalog(run)}
	r.run.MustRegister(&collector{t, r.metrics})
	r.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

func (r *registries) all() prometheus.Gatherers { return prometheus.Gatherers{r.run, r.process} }

package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// Types of metrics, as Prometheus calls them.
const (
	counter       = "counter"
	gauge         = "gauge"
	histogramType = "histogram"
)

// metric is one metric of a run.
type metric struct {
	name   string
	kind   string
	unit   string
	help   string
	labels []string

	// values adds every series of a counter or gauge, with the values of its
	// labels; histograms those of a histogram. The other is nil.
	values     func(t *totals, add func(v float64, labels ...string))
	histograms func(t *totals, add func(h *histogram, labels ...string))

	desc *prometheus.Desc
}

// catalog returns the metrics of a run of that name.
func catalog(run string) []*metric {
	all := slices.Concat(ofTasks(), ofHost(), ofEvents(), ofPlugins(), ofRuns())
	for _, m := range all {
		m.desc = prometheus.NewDesc(m.name, m.help, m.labels, prometheus.Labels{"run": run})
	}
	return all
}

func ofTasks() []*metric {
	return []*metric{
		{name: "signalbox_tasks_submitted_total", kind: counter, unit: "calls", labels: []string{"task"},
			help: "Calls that were accepted. The task is empty for those without one.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, k := range t.Tasks {
					add(float64(k.Submitted), k.Name)
				}
			}},
		{name: "signalbox_tasks_finished_total", kind: counter, unit: "calls", labels: []string{"task", "outcome"},
			help: "Calls that have ended, by outcome: result, exception or cancelled.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, k := range t.Tasks {
					add(float64(k.Results), k.Name, "result")
					add(float64(k.Failed), k.Name, "exception")
					add(float64(k.Cancelled), k.Name, "cancelled")
				}
			}},
		{name: "signalbox_task_exceptions_total", kind: counter, unit: "calls", labels: []string{"task", "kind"},
			help: "Calls that ended with an exception, by its kind, which is missed for those that the plugin knows only by their number.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, k := range t.Tasks {
					for kind, n := range k.Kinds {
						add(float64(n), k.Name, kind)
					}
				}
			}},
		{name: "signalbox_tasks_refused_total", kind: counter, unit: "calls", labels: []string{"task", "reason"},
			help: "Calls that were not accepted, by reason.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, r := range t.Host.Refusals {
					add(float64(r.Count), r.Task, r.Reason)
				}
			}},
		{name: "signalbox_task_duration_seconds", kind: histogramType, unit: "seconds", labels: []string{"task"},
			help: "How long the code of calls ran that have a result or an exception, where that is known.",
			histograms: func(t *totals, add func(*histogram, ...string)) {
				for _, k := range t.Tasks {
					add(&k.Duration, k.Name)
				}
			}},
		{name: "signalbox_task_queue_wait_seconds", kind: histogramType, unit: "seconds", labels: []string{"task"},
			help: "How long the same calls had waited, that is, existed without their code running.",
			histograms: func(t *totals, add func(*histogram, ...string)) {
				for _, k := range t.Tasks {
					add(&k.Wait, k.Name)
				}
			}},
	}
}

// one is a metric without labels.
func one(value func(t *totals) float64) func(*totals, func(float64, ...string)) {
	return func(t *totals, add func(float64, ...string)) { add(value(t)) }
}

// ofHost are what the host tells from time to time.
func ofHost() []*metric {
	return []*metric{
		{name: "signalbox_tasks_running", kind: gauge, unit: "calls",
			help:   "Calls whose code runs.",
			values: one(func(t *totals) float64 { return float64(t.Host.Running) })},
		{name: "signalbox_queue_depth", kind: gauge, unit: "calls",
			help:   "Calls that were accepted and have not ended, those that run included.",
			values: one(func(t *totals) float64 { return float64(t.Host.Queue) })},
		{name: "signalbox_queue_oldest_age_seconds", kind: gauge, unit: "seconds",
			help:   "For how long the first call that waits has waited, 0 if none does.",
			values: one(func(t *totals) float64 { return t.Host.Oldest.Seconds() })},
		{name: "signalbox_workers", kind: gauge, unit: "workers", labels: []string{"state"},
			help: "Workers, that is, calls that can run at a time, by state: busy or idle.",
			values: func(t *totals, add func(float64, ...string)) {
				busy := min(t.Host.Running, t.Host.Workers)
				add(float64(busy), "busy")
				add(float64(t.Host.Workers-busy), "idle")
			}},
		{name: "signalbox_workers_started_total", kind: counter, unit: "workers",
			help:   "Worker processes that were started, the first ones and their replacements.",
			values: one(func(t *totals) float64 { return float64(t.Host.WorkersStarted) })},
		{name: "signalbox_workers_lost_total", kind: counter, unit: "workers",
			help:   "Worker processes that died without having been asked to.",
			values: one(func(t *totals) float64 { return float64(t.Host.WorkersLost) })},
	}
}

func ofEvents() []*metric {
	return []*metric{
		{name: "signalbox_events_emitted_total", kind: counter, unit: "events", labels: []string{"task", "event"},
			help: "Emissions of events, those by hand included. The task is empty for the scheduler's.",
			values: func(t *totals, add func(float64, ...string)) {
				for a, n := range t.emissions() {
					add(float64(n), a.task, a.event)
				}
			}},
		{name: "signalbox_gaps_total", kind: counter, unit: "gaps",
			help:   "Times that records were gone from the host's log before this plugin came to read them.",
			values: one(func(t *totals) float64 { return float64(t.Gaps) })},
	}
}

// emissions counts all events, also those that follow from what became of
// calls.
func (t *totals) emissions() map[address]uint64 {
	out := map[address]uint64{}
	for _, event := range []string{"start", "finishing", "finished", "stop", "timeout", "empty",
		"future_submitted", "future_done", "future_result", "future_exception", "future_cancelled"} {
		out[address{"", "on_" + event}] = 0
	}
	for _, e := range t.Events {
		out[address{e.Task, e.Event}] = e.Count
	}
	for _, k := range t.Tasks {
		for event, n := range map[string]uint64{"submitted": k.Submitted, "done": k.Results + k.Failed, "result": k.Results,
			"exception": k.Failed, "cancelled": k.Cancelled} {
			out[address{"", "on_future_" + event}] += n
			if k.Name != "" {
				out[address{k.Name, "on_" + event}] += n
			}
		}
	}
	return out
}

func ofPlugins() []*metric {
	plugins := func(value func(t *totals, name string) float64) func(*totals, func(float64, ...string)) {
		return func(t *totals, add func(float64, ...string)) {
			for name := range t.Plugins {
				add(value(t, name), name)
			}
		}
	}
	return []*metric{
		{name: "signalbox_plugin_up", kind: gauge, unit: "boolean", labels: []string{"plugin"},
			help: "1 for an event plugin that is attached, 0 for one that has been given up.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, p := range t.Host.Plugins {
					add(boolean(!p.Lost), p.Name)
				}
			}},
		{name: "signalbox_plugin_event_lag", kind: gauge, unit: "records", labels: []string{"plugin"},
			help: "Records of what happened that an event plugin has not dealt with.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, p := range t.Host.Plugins {
					add(float64(p.Lag), p.Name)
				}
			}},
		{name: "signalbox_plugin_missed_total", kind: counter, unit: "records", labels: []string{"plugin"},
			help:   "Records of what happened that were gone from the host's log before an event plugin came to read them.",
			values: plugins(func(t *totals, name string) float64 { return float64(t.Plugins[name].Missed.Total) })},
		{name: "signalbox_plugin_restarts_total", kind: counter, unit: "processes", labels: []string{"plugin"},
			help:   "Processes of an event plugin that replaced one that had died.",
			values: plugins(func(t *totals, name string) float64 { return float64(t.Plugins[name].Restarts.Total) })},
	}
}

func ofRuns() []*metric {
	return []*metric{
		{name: "signalbox_run_phase", kind: gauge, unit: "boolean", labels: []string{"phase"},
			help: "1 for the phase of the run: starting, running, finishing or finished; 0 for the others.",
			values: func(t *totals, add func(float64, ...string)) {
				for _, phase := range phases {
					add(boolean(phase == t.phase()), phase)
				}
			}},
		{name: "signalbox_run_start_timestamp_seconds", kind: gauge, unit: "seconds",
			help:   "When the run has started, in seconds since the Unix epoch; 0 before.",
			values: one(func(t *totals) float64 { return t.Start })},
		{name: "signalbox_runs_ended_total", kind: counter, unit: "runs", labels: []string{"exit"},
			help: "Runs that have ended, by why: exhausted, stopped, timeout, cancelled or exception.",
			values: func(t *totals, add func(float64, ...string)) {
				for exit, n := range t.Ended {
					add(float64(n), exit)
				}
			}},
	}
}

func (t *totals) phase() string {
	if t.Phase == "" {
		return phases[0]
	}
	return t.Phase
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// collector hands totals to a registry.
type collector struct {
	totals  *totals
	metrics []*metric
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(descs chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		descs <- m.desc
	}
}

// Collect implements prometheus.Collector: all metrics are as of one moment.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	for _, m := range c.read() {
		out <- m
	}
}

func (c *collector) read() (out []prometheus.Metric) {
	c.totals.mu.Lock()
	defer c.totals.mu.Unlock()
	for _, m := range c.metrics {
		kind := prometheus.GaugeValue
		if m.kind == counter {
			kind = prometheus.CounterValue
		}
		if m.values != nil {
			m.values(c.totals, func(v float64, labels ...string) {
				out = append(out, prometheus.MustNewConstMetric(m.desc, kind, v, labels...))
			})
			continue
		}
		m.histograms(c.totals, func(h *histogram, labels ...string) {
			n, upTo := h.cumulative()
			out = append(out, prometheus.MustNewConstHistogram(m.desc, n, h.Sum.Seconds(), upTo, labels...))
		})
	}
	return out
}

package live_test

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
)

// midrun is a run in which there is something of everything.
func midrun() view.Run {
	began := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	return view.Run{
		Name: "gostats", Ref: "0f1e2d3c", PID: 4700, Phase: view.Running, Started: began, Taken: began.Add(72 * time.Second), Elapsed: 72 * time.Second,
		Counts: view.Counts{Submitted: 7700, Waiting: 2881, Running: 2, Results: 4812, Exceptions: 3, Cancelled: 2, Refused: 12},
		Total:  7700, Rate: 412.4, Left: 7 * time.Second, WorkersLost: 1,
		Tasks: []view.TaskRun{
			{Name: "count", Counts: view.Counts{Submitted: 7600, Waiting: 2881, Running: 1, Results: 4715, Exceptions: 3}, Rate: 412, P50: 1234 * time.Microsecond, P99: 41 * time.Millisecond},
			{Name: "summarize-what-was-counted", Counts: view.Counts{Submitted: 100, Running: 1, Results: 97, Cancelled: 2, Refused: 12}, Rate: 0.43, P50: 312 * time.Microsecond, P99: 12 * time.Second},
			{Name: "publish"},
		},
		Workers: []view.Worker{
			{Executor: "gostats", Number: 0, State: view.WorkerBusy, PID: 4711, Task: "count", Future: 4815, Attempt: 2, For: 812 * time.Millisecond, Held: 3, CPU: 0.98, RSS: 45 << 20, Restarts: 1, Error: "killed by signal 9"},
			{Executor: "gostats", Number: 1, State: view.WorkerBusy, PID: 4712, Task: "summarize-what-was-counted", Future: 98, Attempt: 1, For: 75 * time.Second, CPU: 0.03, RSS: 1288490189,
				Progress: &view.Progress{Done: 3, Total: 8, Text: "reading a.go"}},
			{Executor: "gostats", Number: 2, State: view.WorkerIdle, PID: 4713, CPU: -1, RSS: -1},
			{Executor: "gostats", Number: 3, State: view.WorkerRestarting, CPU: -1, RSS: -1, Restarts: 4, Error: "exit code 3"},
		},
		EventPlugins: []view.EventPlugin{
			{Name: "logging", State: "running", PID: 4720, Lag: 3},
			{Name: "alert", State: "restarting", Lag: 1200, Missed: 57, Restarts: 2},
			{Name: "metrics", State: "lost", Restarts: 5, Error: "its process died more than 5 times within 1m0s\nand more"},
		},
		Failures: []view.Failure{
			{Time: began.Add(3 * time.Second), Task: "count", Future: 17, Error: "open /usr/lib/go/src/a.go: permission denied"},
			{Time: began.Add(65 * time.Second), Task: "count", Future: 4100, Error: "panic: index out of range [3] with length 3\ngoroutine 1 [running]:"},
		},
		Panels: []view.Panel{{Title: "best trial", Lines: []string{"accuracy 0.934", "rate 0.01"}}},
		Tree: &view.Scheduler{Name: "gostats", Running: true, Executors: []view.Executor{{Name: "gostats", Kind: "process", Workers: 4}},
			Events: []view.Event{{Name: "on_start", Count: 1, Handlers: []view.Handler{{Name: "job.hcl:14", Calls: 1}}}, {Name: "on_future_result", Count: 4812}}},
	}
}

// beginning is a run that has just begun.
func beginning() view.Run {
	return view.Run{Name: "gostats", Phase: view.Starting, Elapsed: 300 * time.Millisecond}
}

// hostile is a run in which every text is one that would steer a terminal.
func hostile() view.Run {
	r := midrun()
	const text = "\x1b[31mred\x07\r\n\x9b2J\u202e" + "\xff"
	r.Name, r.Phase = text, text
	for i := range r.Tasks {
		r.Tasks[i].Name = text
	}
	for i := range r.Workers {
		w := &r.Workers[i]
		w.Executor, w.Task, w.State, w.Error = text, text, text, text
		if w.Progress != nil {
			w.Progress.Text = text
		}
	}
	for i := range r.EventPlugins {
		r.EventPlugins[i].Name, r.EventPlugins[i].State, r.EventPlugins[i].Error = text, text, text
	}
	for i := range r.Failures {
		r.Failures[i].Task, r.Failures[i].Error = text, text
	}
	r.Panels = []view.Panel{{Title: text, Lines: []string{text}}}
	return r
}

package job

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Exit codes of a process that runs a job, for [Result.ExitCode].
const (
	CodeGood        = 0   // all is well
	CodeFailed      = 1   // some task failed, was cancelled or refused, or an on block failed
	CodeUsage       = 2   // wrong usage or job file: nothing was run
	CodeTimeout     = 3   // the run's time was over
	CodeStopped     = 4   // an on block stopped the run, or its results could not be written
	CodeInterrupted = 130 // a signal ended the run
)

// Result is how a run of a job ended.
type Result struct {
	// Exit is the scheduler's. Its error is set only by policies and stops.
	Exit scheduler.Exit
	// Err is what went wrong outside tasks: results that could not be written,
	// or the first failure of an on block. Nil if nothing did.
	Err error
	// First is the first error of each task that had any, by its name.
	First map[string]error
	// Plugins is how the event plugins fared.
	Plugins []eventplugin.Report
	// Summary are the counts.
	Summary Summary
	// Scheduler is that of the run, to look at.
	Scheduler *scheduler.Scheduler
	// Written is the path of the results file, empty for none, and Lines the
	// number of its lines.
	Written string
	Lines   int

	writeFailed bool
}

// Summary is a run in numbers.
type Summary struct {
	Exit     string                 `json:"exit"`
	ExitCode int                    `json:"exit_code"`
	Elapsed  float64                `json:"elapsed_s"` // seconds
	Tasks    map[string]TaskSummary `json:"tasks"`
	Events   map[string]uint64      `json:"events"` // the scheduler's
	Workers  WorkerSummary          `json:"workers"`
	// Plugins are the event plugins, by name.
	Plugins map[string]PluginSummary `json:"plugins,omitempty"`
	// Errors are what tasks failed with, by message, the most frequent first:
	// the first 64 groups. OtherErrors is how many there were besides.
	Errors      []ErrorGroup `json:"errors"`
	OtherErrors uint64       `json:"other_errors"`
	// Slowest are the five calls whose code took longest, the slowest first.
	Slowest []SlowCall `json:"slowest"`
	// Refusals are the calls that were not accepted, the most frequent reason
	// first.
	Refusals []Refusal `json:"refusals"`
	// Results is where results were written, nil for nowhere.
	Results *ResultsSummary `json:"results,omitempty"`
}

// SlowCall is a call that took long.
type SlowCall struct {
	Task    string          `json:"task"`
	Future  uint64          `json:"future"`
	Elapsed float64         `json:"elapsed_s"` // of its last attempt, in seconds
	Outcome string          `json:"outcome"`   // result, exception or cancelled
	Input   json.RawMessage `json:"input"`     // what is too long is a string of its beginning
}

// Refusal is how many calls of a task were not accepted for one reason.
type Refusal struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
}

// ResultsSummary is where results were written.
type ResultsSummary struct {
	Path  string `json:"path"`
	Lines int    `json:"lines"`
}

// LostWorker is a worker process that died without having been asked to.
type LostWorker struct {
	Plugin string `json:"plugin"`
	Worker int    `json:"worker"` // from 0
	PID    int    `json:"pid"`
	Error  string `json:"error"`
}

// PluginSummary is an event plugin in numbers: of records, but for Restarts.
type PluginSummary struct {
	Emitted      uint64 `json:"emitted"`
	Acknowledged uint64 `json:"acknowledged"`
	Missed       uint64 `json:"missed"`
	Undelivered  uint64 `json:"undelivered"`
	Restarts     int    `json:"restarts"`
	Error        string `json:"error,omitempty"` // why it was not attached, or lost
}

func summarizePlugins(reports []eventplugin.Report) map[string]PluginSummary {
	out := map[string]PluginSummary{}
	for _, r := range reports {
		p := PluginSummary{Emitted: r.Emitted, Acknowledged: r.Acknowledged, Missed: r.Missed, Undelivered: r.Undelivered, Restarts: r.Restarts}
		if r.Err != nil {
			p.Error = r.Err.Error()
		}
		out[r.Name] = p
	}
	return out
}

// TaskSummary is a task in numbers.
type TaskSummary struct {
	Submitted  uint64  `json:"submitted"`
	Results    uint64  `json:"results"`
	Exceptions uint64  `json:"exceptions"`
	Cancelled  uint64  `json:"cancelled"`
	Refused    uint64  `json:"refused"`
	Retries    uint64  `json:"retries"` // further attempts that were scheduled
	P50        float64 `json:"p50_ms"`  // milliseconds
	P99        float64 `json:"p99_ms"`
}

// WorkerSummary are the worker processes in numbers.
type WorkerSummary struct {
	Started uint64 `json:"started"`
	Lost    uint64 `json:"lost"`
	// Last are the most recent of those that were lost, the latest last: 16 at
	// most.
	Last []LostWorker `json:"last_lost"`
}

// Interrupted makes the result that of a run that a signal ended, which goes
// before all else.
func (r *Result) Interrupted() { r.Summary.ExitCode = CodeInterrupted }

// ExitCode returns the exit code of the process. Where several apply, it is
// the first of 130, 2, 4, 3, 1 and 0.
func (r *Result) ExitCode() int { return r.Summary.ExitCode }

func (r *Result) exitCode() int {
	switch {
	case r.Exit.Code == scheduler.ExitStopped || r.writeFailed:
		return CodeStopped
	case r.Exit.Code == scheduler.ExitTimeout:
		return CodeTimeout
	case r.Err != nil || r.Exit.Err != nil:
		return CodeFailed
	}
	for _, t := range r.Summary.Tasks {
		if t.Exceptions+t.Cancelled+t.Refused > 0 {
			return CodeFailed
		}
	}
	return CodeGood
}

func summarize(s *scheduler.Scheduler, exit scheduler.Exit) Summary {
	sum := Summary{Exit: exit.Code.String(), Elapsed: exit.Elapsed.Seconds(),
		Tasks: map[string]TaskSummary{}, Events: map[string]uint64{}}
	for _, t := range s.Tasks() {
		n := t.Stats()
		sum.Tasks[t.Name()] = TaskSummary{Submitted: n.Submitted, Results: n.Results, Exceptions: n.Exceptions,
			Cancelled: n.Cancelled, Refused: n.Refused, Retries: retries(t), P50: milliseconds(n.P50), P99: milliseconds(n.P99)}
	}
	for _, e := range s.Emitter().Events() {
		sum.Events[e.Name] = e.Count
	}
	w := s.Workers()
	sum.Workers = WorkerSummary{Started: w.Started, Lost: w.Lost, Last: []LostWorker{}}
	for _, l := range s.LostWorkers() {
		lost := LostWorker{Plugin: l.Executor, Worker: l.Worker, PID: l.PID}
		if l.Err != nil {
			lost.Error = clipped(l.Err.Error(), maxErrorText)
		}
		sum.Workers.Last = append(sum.Workers.Last, lost)
	}
	sum.Slowest, sum.Refusals = []SlowCall{}, []Refusal{}
	for _, f := range s.Slowest() {
		sum.Slowest = append(sum.Slowest, SlowCall{Task: f.Task(), Future: f.ID(), Elapsed: f.Elapsed().Seconds(), Outcome: f.State().String(), Input: shownInput(f)})
	}
	for _, r := range s.Refusals() {
		sum.Refusals = append(sum.Refusals, Refusal{Task: r.Task, Reason: r.Reason, Count: r.Count})
	}
	slices.SortFunc(sum.Refusals, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Reason, b.Reason))
	})
	return sum
}

// retries is how many further attempts of a task's calls were scheduled.
func retries(t scheduler.AnyTask) uint64 {
	for _, e := range t.Emitter().Events() {
		if e.Name == retry.RetryScheduled.Name() {
			return e.Count
		}
	}
	return 0
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

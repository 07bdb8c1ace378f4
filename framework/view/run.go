package view

import "time"

// Run is how a run of a scheduler fares at one moment: what a live screen, a
// table or a page shows of it. Counts go over all runs of the scheduler.
type Run struct {
	Name string `json:"name"` // of the run
	Ref  string `json:"ref"`  // short, of the scheduler
	PID  int    `json:"pid"`  // of the host's process
	// Taken is when this was looked at.
	Taken time.Time `json:"taken"`
	Phase Phase     `json:"phase"`
	// Paused tells that nothing that waits is begun.
	Paused bool `json:"paused"`
	// Started is when the run began to start, zero before.
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed_ns"`
	// Exit is how the run ended, empty before.
	Exit string `json:"exit,omitempty"`
	// Counts are those of all tasks together.
	Counts Counts `json:"counts"`
	// Total is how many calls there will have been, as far as can be told: what
	// was submitted, once nothing has been added for a while; 0 for unknown.
	Total uint64 `json:"total"`
	// Rate is how many calls end per second, lately.
	Rate float64 `json:"rate"`
	// Left is how long it will take to come to Total, 0 for unknown.
	Left time.Duration `json:"left_ns"`
	// Tasks are in the order in which they were made. Of many, those are left
	// out that have the least to do: TasksLeftOut tells how many.
	Tasks        []TaskRun `json:"tasks"`
	TasksLeftOut int       `json:"tasks_left_out"`
	// Workers are in the order of their executors and numbers.
	Workers []Worker `json:"workers"`
	// WorkersLost is how often one died without having been asked to.
	WorkersLost uint64 `json:"workers_lost"`
	// EventPlugins are in the order in which they were given.
	EventPlugins []EventPlugin `json:"event_plugins"`
	// Failures are the most recent ones, the latest last.
	Failures []Failure `json:"failures"`
	// Panels are what a program shows of its own.
	Panels []Panel `json:"panels"`
	// Tree is the scheduler with its events and callbacks, nil unless it was
	// asked for.
	Tree *Scheduler `json:"tree,omitempty"`
}

// Phase is how far a run has come.
type Phase string

// Phases of a run, in their order.
const (
	NotStarted Phase = "not started"
	Starting   Phase = "starting" // workers and event plugins
	Running    Phase = "running"
	Draining   Phase = "draining" // nothing is accepted any more, and what was is completed or cancelled
	Ended      Phase = "ended"
)

// Counts are what became of calls. Submitted is the sum of Waiting, Running and
// the three ends, but for what happens while it is taken.
type Counts struct {
	Submitted  uint64 `json:"submitted"`
	Waiting    uint64 `json:"waiting"`
	Running    uint64 `json:"running"`
	Results    uint64 `json:"results"`
	Exceptions uint64 `json:"exceptions"`
	Cancelled  uint64 `json:"cancelled"`
	Refused    uint64 `json:"refused"` // not accepted, and so not submitted
}

// Ended returns how many calls have ended, however they did.
func (c Counts) Ended() uint64 { return c.Results + c.Exceptions + c.Cancelled }

// TaskRun is how one task fares.
type TaskRun struct {
	Name   string `json:"name"`
	Counts Counts `json:"counts"`
	// Rate is how many calls end per second, lately.
	Rate float64 `json:"rate"`
	// P50 and P99 are quantiles of how long the code took, within 1 %; 0 while
	// none has ended. They may be a second old.
	P50 time.Duration `json:"p50_ns"`
	P99 time.Duration `json:"p99_ns"`
}

// Worker is one place where calls run.
type Worker struct {
	Executor string      `json:"executor"`
	Number   int         `json:"number"` // from 0, within its executor
	State    WorkerState `json:"state"`
	PID      int         `json:"pid"` // of its process, 0 for none of its own
	// Task, Future and Attempt tell what runs there, Future is 0 for nothing.
	Task    string `json:"task,omitempty"`
	Future  uint64 `json:"future"`
	Attempt int    `json:"attempt"` // from 1
	// For is how long that has run or, if nothing runs, 0.
	For time.Duration `json:"for_ns"`
	// Progress is how far the code says it is, nil if it says nothing.
	Progress *Progress `json:"progress,omitempty"`
	// Held is how many further calls the worker was sent.
	Held int `json:"held"`
	// CPU is what the process and its descendants use of one processor, lately:
	// 1 is all of it. RSS is how many bytes they hold, without what is mapped from
	// files. Both are below 0 where that is not known, and may be a second old.
	CPU float64 `json:"cpu"`
	RSS int64   `json:"rss"`
	// Restarts is how often the process was replaced: lost ones, and those that
	// were due.
	Restarts int `json:"restarts"`
	// Error is how the process was lost before this one, or for good; empty if
	// none was.
	Error string `json:"error,omitempty"`
}

// WorkerState is what a worker does.
type WorkerState string

// States of a worker.
const (
	WorkerIdle       WorkerState = "idle"
	WorkerBusy       WorkerState = "busy"
	WorkerRestarting WorkerState = "restarting" // its process is gone, and another is to come
	WorkerEnding     WorkerState = "ending"     // it has been replaced, or is about to end, and has calls to complete
	WorkerLost       WorkerState = "lost"       // its process died, and there will be no other
)

// Progress is how far running code says it is.
type Progress struct {
	Done  float64 `json:"done"`
	Total float64 `json:"total"` // 0 where it is not known
	Text  string  `json:"text"`
}

// Failure is a call that has ended with an error.
type Failure struct {
	Time   time.Time `json:"time"`
	Task   string    `json:"task"`
	Future uint64    `json:"future"`
	Error  string    `json:"error"`
}

// Panel is something that a program shows beside the rest.
type Panel struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

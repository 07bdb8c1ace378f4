package control

import (
	"context"
	"errors"
	"time"

	"github.com/signalbox-go/signalbox/framework/view"
)

// Run is a run that can be looked at and acted on: one of this process, see
// [Of], or of another, see [Find]. Its methods may be called from any goroutine.
type Run interface {
	// Look tells how the run fares, with its events and callbacks if asked for.
	Look(ctx context.Context, tree bool) (view.Run, error)
	// Futures tells of calls.
	Futures(ctx context.Context, which Which) ([]Future, error)
	// Explain tells why a future waits, what it does, or what became of it. It
	// is [ErrUnknown] for one that was never submitted or has been forgotten.
	Explain(ctx context.Context, future uint64) (Explanation, error)
	// Plugins tells of the processes of plugins.
	Plugins(ctx context.Context) (Plugins, error)
	// Pause pauses or resumes dispatch.
	Pause(ctx context.Context, paused bool) error
	// Cancel asks for a future to be cancelled or, if that is 0, for all of a
	// task, and returns how many that were.
	Cancel(ctx context.Context, task string, future uint64) (int, error)
	// Stop ends the run: what runs is completed, what waits is cancelled. It
	// does not wait for that.
	Stop(ctx context.Context) error
	// Kill ends the run as Stop does, and what runs with it.
	Kill(ctx context.Context) error
}

var (
	// ErrUnknown is returned for a future of which nothing is known.
	ErrUnknown = errors.New("unknown future")
	// ErrNotStarted is returned while a run is being prepared.
	ErrNotStarted = errors.New("the run has not started yet")
)

// Info is who answers.
type Info struct {
	ID      string    `json:"id"` // of the server, 8 hexadecimal digits
	Name    string    `json:"name"`
	PID     int       `json:"pid"`
	Job     string    `json:"job,omitempty"` // path of the job file, empty for none
	Program string    `json:"program"`       // path of the executable
	Started time.Time `json:"started"`       // when the server began to answer
}

// State is what a future is asked for by.
type State string

// States of futures. Those that have ended are remembered for a while only:
// the last 4,096 results, and the last 1,024 that failed or were cancelled.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Result    State = "result"
	Exception State = "exception"
	Cancelled State = "cancelled"
)

// States returns all states.
func States() []State { return []State{Waiting, Running, Result, Exception, Cancelled} }

// Limits of how many futures are told.
const (
	DefaultLimit = 100
	MaxLimit     = 10_000
)

// Which says which futures are to be told. Those that wait are told in the order
// of submission, those that run in the order of their workers, and those that
// have ended the latest first.
type Which struct {
	State State  // empty for those that run, and then those that wait
	Task  string // empty for all
	Limit int    // 0 for [DefaultLimit]; at most [MaxLimit]
}

// Future is one call.
type Future struct {
	ID    uint64 `json:"id"`
	Task  string `json:"task"`
	State State  `json:"state"`
	Input string `json:"input,omitempty"` // short, see [view.Value]; not told of those that have ended
	// Attempt is the number of the present or last attempt, from 1.
	Attempt  int `json:"attempt"`
	Priority int `json:"priority,omitempty"`
	// Submitted and Ended are when that happened, within what a few callbacks
	// take.
	Submitted time.Time `json:"submitted,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Deadline  time.Time `json:"deadline,omitzero"`
	// Took is how long the code has run, or ran, in this attempt.
	Took time.Duration `json:"took_ns"`
	// Executor, Worker and PID tell where it runs, or ran; Worker is -1 for
	// nowhere.
	Executor string `json:"executor,omitempty"`
	Worker   int    `json:"worker"`
	PID      int    `json:"pid,omitempty"`
	// Held names the extensions that it waits for.
	Held []string `json:"held,omitempty"`
	// Cancelling tells that it is to be cancelled.
	Cancelling bool           `json:"cancelling,omitempty"`
	Progress   *view.Progress `json:"progress,omitempty"`
	Error      string         `json:"error,omitempty"`
}

// Explanation is what there is to know of a future.
type Explanation struct {
	Future Future `json:"future"`
	// Why are sentences: why it waits, what it does, or how it ended.
	Why []string `json:"why"`
	// Ahead is how many futures are to be begun before it.
	Ahead  int  `json:"ahead"`
	Paused bool `json:"paused"` // dispatch is
	// Extensions are those of its task, with their state.
	Extensions []view.Extension `json:"extensions"`
}

// Plugins are the plugins of a run.
type Plugins struct {
	Task  []TaskPlugin  `json:"task_plugins"`
	Event []EventPlugin `json:"event_plugins"`
}

// Binary is an executable. Its version and sum are found out by a [Client], so
// that the host need not read files that may be large.
type Binary struct {
	Path string `json:"path,omitempty"`
	// Version is that of its module and, where it is known, the commit; empty if
	// it tells none.
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"` // empty if it cannot be read
}

// TaskPlugin is an executor whose workers are processes.
type TaskPlugin struct {
	Name    string        `json:"name"`
	Binary  Binary        `json:"binary"`
	Workers []view.Worker `json:"workers"`
}

// EventPlugin is a plugin that is attached to the run.
type EventPlugin struct {
	view.EventPlugin
	Binary Binary `json:"binary"`
}

package stats

import (
	"time"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// Run is what a journal holds of one run. Times are in seconds.
type Run struct {
	Name    string    `json:"name"`
	Source  string    `json:"source"` // no other run's
	Started time.Time `json:"started"`
	// Records is how many records the journal has of the run.
	Records uint64            `json:"records"`
	Events  map[string]uint64 `json:"events"` // emissions; a task's have its name and a dot in front
	Tasks   map[string]*Task  `json:"tasks"`
	Slowest []Slow            `json:"slowest"` // the slowest future first
	Errors  []Errors          `json:"errors"`  // the most frequent first
	// OtherErrors counts errors beyond those: only the first thousand kinds are
	// told apart.
	OtherErrors uint64       `json:"other_errors,omitempty"`
	Timeline    Timeline     `json:"timeline"`
	Workers     Workers      `json:"workers"`
	Gaps        []reader.Gap `json:"gaps,omitempty"`
	// Summary is the run's own, nil if the journal has none: the run goes on, or
	// the host was killed.
	Summary *reader.Summary `json:"summary,omitempty"`

	begun  time.Time // of the timeline
	errors map[string]*Errors
}

// Task is what became of the calls of one task.
type Task struct {
	Submitted  uint64 `json:"submitted"`
	Results    uint64 `json:"results"`
	Exceptions uint64 `json:"exceptions"`
	Cancelled  uint64 `json:"cancelled"`
	Elapsed    Spread `json:"elapsed"`
	Wait       Spread `json:"wait"`
}

// Open returns how many calls were submitted and have not ended, as far as the
// journal tells.
func (t *Task) Open() uint64 {
	if ended := t.Results + t.Exceptions + t.Cancelled; ended < t.Submitted {
		return t.Submitted - ended
	}
	return 0
}

// Slow is a future that took long.
type Slow struct {
	Task    string  `json:"task"`
	Future  uint64  `json:"future"`
	Elapsed float64 `json:"elapsed_s"`
	Outcome string  `json:"outcome"` // the type of its end, such as result
}

// Errors are errors of a task that differ by numbers and quoted text at most.
type Errors struct {
	Task   string `json:"task"`
	Kind   string `json:"kind"`
	Count  uint64 `json:"count"`
	Future uint64 `json:"future"` // the first that had one of them
	Sample string `json:"sample"` // its message
}

// Workers are changes of workers.
type Workers struct {
	Ready uint64 `json:"ready"` // how often one became ready
	Lost  []Lost `json:"lost,omitempty"`
	// OtherLost counts lost workers beyond the first hundred.
	OtherLost uint64 `json:"other_lost,omitempty"`
}

// Lost is a worker that was lost.
type Lost struct {
	Time     time.Time `json:"time"`
	Executor string    `json:"executor"`
	Worker   int       `json:"worker"`
	PID      int       `json:"pid"`
	Error    string    `json:"error"`
}

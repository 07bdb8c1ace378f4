package reader

// What every line of a journal begins with, and what its types do.
const (
	// LinePrefix is what every line begins with, up to the run's source.
	LinePrefix = `{"specversion":"1.0","source":"` + SourcePrefix
	// SourcePrefix is what every source begins with. The reference of the
	// scheduler and the start of the run, in nanoseconds since 1970, follow.
	SourcePrefix = "/signalbox/"
	// TypePrefix is what every type begins with.
	TypePrefix = "io.github.signalbox-go."
)

// Types of lines, without their prefix. All but the last three are records, of
// what has happened.
const (
	TypeStart     = "start"
	TypeFinishing = "finishing"
	TypeFinished  = "finished"
	TypeStop      = "stop"
	TypeTimeout   = "timeout"
	TypeEmpty     = "empty"
	TypeSubmitted = "submitted"
	TypeResult    = "result"
	TypeException = "exception"
	TypeCancelled = "cancelled"
	TypeEmitted   = "emitted"
	TypeWorker    = "worker"
	TypeRun       = "run"     // what run the following lines are of
	TypeGap       = "gap"     // what is missing
	TypeSummary   = "summary" // the last of a run
)

// Run is the data of a run's line, which comes first of its run in each file.
type Run struct {
	Name      string     `json:"name"`
	Ref       string     `json:"ref"`
	Tasks     []Task     `json:"tasks"`
	Executors []Executor `json:"executors"`
	// Timeout is the run's, in seconds, 0 for none.
	Timeout      float64 `json:"timeout_s,omitempty"`
	KeepsRunning bool    `json:"keeps_running,omitempty"` // an empty queue does not end it
	KillsAtEnd   bool    `json:"kills_at_end,omitempty"`  // what runs at its end is killed
}

// Task is a task that a run begins with.
type Task struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	Input       string `json:"input,omitempty"`  // type, in the host's language
	Output      string `json:"output,omitempty"` // likewise
	ContentType string `json:"content_type,omitempty"`
}

// Executor is where tasks run.
type Executor struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Workers int    `json:"workers"`
}

// Failure is the data of an exception or cancellation.
type Failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Stack   string `json:"stack,omitempty"` // of a panic
}

// Stop is the data of a stop.
type Stop struct {
	Message string   `json:"message"`
	Error   *Failure `json:"error,omitempty"`
}

// WorkerChange is the data of a change of a worker.
type WorkerChange struct {
	Executor string `json:"executor"`
	State    string `json:"state"` // ready, lost, failed or stopped
	PID      int    `json:"pid"`
	Error    string `json:"error,omitempty"` // why it was lost or has failed
}

// Gap is the data of a gap: records that the journal does not have.
type Gap struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	// Missed counts the events that they stood for, as far as known; those of a
	// task have its name and a dot in front.
	Missed map[string]uint64 `json:"missed,omitempty"`
}

// Summary is the data of a summary.
type Summary struct {
	Exit    string            `json:"exit"` // such as exhausted
	Message string            `json:"message,omitempty"`
	Error   *Failure          `json:"error,omitempty"`
	Elapsed float64           `json:"elapsed_s"`
	Records uint64            `json:"records"` // that there were
	Missed  uint64            `json:"missed"`  // of them, that the journal did not get
	Events  map[string]uint64 `json:"events"`  // emissions, by name as in a gap
	Refused []Refused         `json:"refused,omitempty"`
	Workers Workers           `json:"workers"`
}

// Refused counts calls of a task that were refused for one reason.
type Refused struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
}

// Workers counts workers.
type Workers struct {
	Started uint64 `json:"started"`
	Lost    uint64 `json:"lost"`
}

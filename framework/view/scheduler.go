package view

// Scheduler is what a scheduler looked like at one moment.
type Scheduler struct {
	// Name is the name of the scheduler and its runs.
	Name string `json:"name"`
	// Ref is the short reference: 8 characters of a UUID.
	Ref string `json:"ref"`
	// Running tells whether a run went on.
	Running bool `json:"running"`
	// Executors are in the order in which they were given.
	Executors []Executor `json:"executors"`
	// Queue is what was accepted and whose end had not been told.
	Queue Queue `json:"queue"`
	// Events are in the order in which they are documented; those that users
	// added come last.
	Events []Event `json:"events"`
	// Tasks are in the order in which they were made.
	Tasks []Task `json:"tasks"`
	// Refused are the calls that were not accepted and belong to no task of
	// Tasks, the most frequent reason first.
	Refused []Refusal `json:"refused"`
	// EventPlugins are in the order in which they were given.
	EventPlugins []EventPlugin `json:"event_plugins"`
}

// Executor is where tasks run.
type Executor struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`    // such as "process" or "sequential"
	Workers int      `json:"workers"` // calls that it can run at a time, 0 for unknown
	Details []string `json:"details"` // further facts, a line each
}

// Queue is a list of futures, of which only the end is kept, and what runs and
// tells how far it is.
type Queue struct {
	Len int `json:"len"`
	// Reporting are futures before those of Last whose code runs and has told
	// its progress, in order of submission.
	Reporting []Future `json:"reporting"`
	Last      []Future `json:"last"` // in order of submission
}

// Future is one call.
type Future struct {
	ID    uint64 `json:"id"`
	Task  string `json:"task"`
	State string `json:"state"` // such as "pending" or "running"
	Input string `json:"input"` // short, see [Value]
	// Progress is how far the running attempt says it is, nil if it has said
	// nothing.
	Progress *Progress `json:"progress,omitempty"`
}

// Event is an event and who listens to it.
type Event struct {
	Name     string    `json:"name"`
	Type     string    `json:"type,omitempty"` // of its value, empty for none
	Count    uint64    `json:"count"`          // emissions
	Handlers []Handler `json:"handlers"`       // in the order in which they are called, without hidden ones
}

// Handler is a callback.
type Handler struct {
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"` // of the value that it takes, empty for none
	Calls uint64 `json:"calls"`          // calls that are over; of a plugin's those that it has acknowledged
	// Plugin names the event plugin in whose process the callback is, empty for
	// the host's own.
	Plugin string `json:"plugin,omitempty"`
	// Every, Repeat and Limit are the callback's options, 0 where they were not
	// given. When tells that it has a predicate.
	Every  uint64 `json:"every,omitempty"`
	Repeat uint64 `json:"repeat,omitempty"`
	Limit  uint64 `json:"limit,omitempty"`
	When   bool   `json:"when,omitempty"`
}

// EventPlugin is an event plugin that is attached to a scheduler, and how it
// fares.
type EventPlugin struct {
	Name string `json:"name"`
	// State is such as "running", "restarting", "ended" or "lost".
	State    string `json:"state"`
	PID      int    `json:"pid"`      // of its process, 0 for none
	Lag      uint64 `json:"lag"`      // records that it has yet to deal with
	Missed   uint64 `json:"missed"`   // records that were gone before it came to read them
	Restarts int    `json:"restarts"` // how often its process was replaced
	// Error is why it was lost or could not be attached, empty for neither.
	Error string `json:"error,omitempty"`
	// LastError is how its process died before the present one, empty if none
	// did.
	LastError string `json:"last_error,omitempty"`
	// Path is that of its executable, empty if it was not started.
	Path string `json:"path,omitempty"`
	// Subscriptions are the events that it subscribes to, those of a task after
	// the task's name and a dot, in alphabetical order.
	Subscriptions []string `json:"subscriptions,omitempty"`
	// Events are what it is subscribed to, and not hidden, that is no event of
	// the scheduler or of one task: "*.on_result" is that of all tasks together.
	Events []Event `json:"events"`
}

// Task is one task of a scheduler.
type Task struct {
	Name string `json:"name"`
	// Code is the name of the code that the task runs, empty if it is Name.
	Code string `json:"code,omitempty"`
	// Input and Output are the names of the task's types, empty for struct{}.
	Input  string `json:"input,omitempty"`
	Output string `json:"output,omitempty"`
	// Ref is the short reference: 8 characters of a UUID.
	Ref string `json:"ref"`
	// Extensions are in the order in which they are asked.
	Extensions []Extension `json:"extensions"`
	// Events are in the order in which they became known.
	Events []Event `json:"events"`
	// Refused are the calls that were not accepted, the most frequent reason
	// first.
	Refused []Refusal `json:"refused"`
}

// Signature returns the task's name and types, such as "double(int) -> int".
func (t Task) Signature() string {
	if t.Output == "" {
		return t.Name + "(" + t.Input + ")"
	}
	return t.Name + "(" + t.Input + ") -> " + t.Output
}

// Extension is something that is attached to a task.
type Extension struct {
	Name  string   `json:"name"`
	Lines []string `json:"lines"` // its state; empty if it has none to show
}

// Refusal is how many calls were not accepted for one reason.
type Refusal struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
}

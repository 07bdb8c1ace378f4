package process

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/task"
)

// LostError is the error of a call whose worker died. Its kind, for policies
// and errors.Is, is task.KindWorkerLost if the code ran when the worker died
// and task.KindResultLost if it had finished and was not reported.
type LostError struct {
	Plugin string
	Worker int // number of the worker, from 0
	PID    int
	Task   string
	// Exit is how the process ended: exit code or signal, whether it was for
	// memory, the line that says why with the crash's frames, the end of its
	// stderr.
	Exit pluginproc.Exit
	// Cause is why the host ended the process, nil if it did not.
	Cause error

	kind string
}

// Error tells which worker died how, what it was doing, and what it said last.
func (e *LostError) Error() string {
	doing := "while it ran task " + e.Task
	if e.kind == task.KindResultLost {
		doing = "after it had run task " + e.Task + " and before it told the result"
	}
	if e.Cause != nil {
		return fmt.Sprintf("%s: worker %d of plugin %s (pid %d) was killed %s: %v (%s)", e.kind, e.Worker, e.Plugin, e.PID, doing, e.Cause, e.Exit.Explain())
	}
	return fmt.Sprintf("%s: worker %d of plugin %s (pid %d) died %s: %s", e.kind, e.Worker, e.Plugin, e.PID, doing, e.Exit.Explain())
}

// Unwrap returns why the host ended the process.
func (e *LostError) Unwrap() error { return e.Cause }

// Kind returns the error's kind.
func (e *LostError) Kind() string { return e.kind }

package scheduler

import (
	"fmt"
	"time"
)

// ExitCode says why a run ended.
type ExitCode int

// Why a run ended.
const (
	ExitExhausted ExitCode = iota + 1 // there was nothing left to do
	ExitStopped                       // Stop was called, or the context ended
	ExitTimeout                       // the time given by Timeout was over
	ExitCancelled                     // a future was cancelled, and the policy ends the run then
	ExitException                     // an error occurred, and the policy ends the run then
)

// String returns the code as it stands in summaries.
func (c ExitCode) String() string {
	switch c {
	case ExitExhausted:
		return "exhausted"
	case ExitStopped:
		return "stopped"
	case ExitTimeout:
		return "timeout"
	case ExitCancelled:
		return "cancelled"
	case ExitException:
		return "exception"
	}
	return fmt.Sprintf("exit code %d", int(c))
}

// Exit is how a run ended.
type Exit struct {
	Code ExitCode
	// Message is what Stop was given, or tells which error ended the run.
	Message string
	// Err is the error that ended the run, or was given to Stop. It is set
	// whether Run returned it or not.
	Err error
	// Elapsed is the time from Start to the end.
	Elapsed time.Duration
}

// String returns the code, and the message where there is one.
func (e Exit) String() string {
	if e.Message == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + e.Message
}

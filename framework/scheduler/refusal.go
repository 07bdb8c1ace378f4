package scheduler

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// RefusedError is the error of a call that was not accepted.
type RefusedError struct {
	Task   string
	Reason error
}

// Error tells which task refused, and why.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("scheduler: submit to task %s refused: %v", e.Task, e.Reason)
}

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Reason }

type refusal struct{ task, reason string }

// Refusals tells how often a task refused a call for one reason.
type Refusals struct {
	Task   string
	Reason string
	Count  uint64
}

// maxReasons bounds the reasons that are kept apart; the rest is counted
// together. Reasons are texts and may hold values.
const maxReasons = 64

// refuse counts a refused call and logs the first for each reason with the
// line of the caller, who may drop the error.
func (s *Scheduler) refuse(core *taskCore, reason error) error {
	err := &RefusedError{Task: core.name, Reason: reason}
	key := refusal{core.name, reasonText(reason)}
	s.mu.Lock()
	if _, known := s.refusals[key]; !known && len(s.refusals) >= maxReasons {
		key.reason = "other reasons"
	}
	s.refusals[key]++
	first := s.refusals[key] == 1
	core.counts.Refused++
	s.counts.Refused++
	s.mu.Unlock()
	if first {
		s.log.Warn("submit refused", "task", core.name, "reason", reason.Error(), "caller", callerOutside())
	}
	return err
}

func reasonText(reason error) string {
	if errors.Is(reason, ErrNotRunning) {
		return ErrNotRunning.Error()
	}
	return reason.Error()
}

// Refusals returns how often calls were refused, by task and reason, in no
// order.
func (s *Scheduler) Refusals() []Refusals {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Refusals, 0, len(s.refusals))
	for k, n := range s.refusals {
		out = append(out, Refusals{k.task, k.reason, n})
	}
	return out
}

// callerOutside returns file and line of the nearest caller that is not of
// this package.
func callerOutside() string {
	pc := make([]uintptr, 16)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.Contains(f.Function, "/framework/scheduler.") {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// errOvertime is the cause of a context that ended with its call's wall time.
var errOvertime = errors.New("wall time limit reached")

// Enforces implements [scheduler.Enforcer]: code in this process can be told
// that its time is over, and is waited for; what it uses cannot be told from
// what others use.
func (e *Executor) Enforces(l scheduler.Limits) error {
	if l.CPU > 0 || l.Memory > 0 {
		return fmt.Errorf("executor %s runs tasks in the host's own process, where the processor time and memory of one call are not known: "+
			"use worker processes, or limit its wall time only", e.kind)
	}
	return nil
}

// warnOvertime has the log say that code whose time is over is waited for. It
// returns nil for code without a limit.
func (e *Executor) warnOvertime(c *scheduler.Call) *time.Timer {
	limit := c.Limits().Wall
	if limit == 0 {
		return nil
	}
	return time.AfterFunc(limit+stopWarning, func() {
		e.host.Log.Warn("waiting for code whose wall time is over; code in this process cannot be killed",
			"executor", e.kind, "task", c.Task(), "future", c.ID(), "limit", limit)
	})
}

// overtime returns the error of a call that took longer than it may, whatever
// it came to in the end; nil for one in time.
func overtime(ctx context.Context, c *scheduler.Call, elapsed time.Duration, err error) error {
	limit := c.Limits().Wall
	if limit == 0 || elapsed < limit && context.Cause(ctx) != errOvertime {
		return nil
	}
	return (&scheduler.LimitError{Limit: task.KindWallLimit, Allowed: int64(limit), Seen: int64(elapsed), Err: err}).Failure()
}

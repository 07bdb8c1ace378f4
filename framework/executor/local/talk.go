package local

import (
	"context"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// poster takes what code says straight to the scheduler.
type poster struct{ c *scheduler.Call }

// Post implements [task.Poster].
func (p poster) Post(_ uint64, m task.Message) error { return p.c.Receive(m) }

// Send implements [scheduler.Executor].
func (e *Executor) Send(c *scheduler.Call, attempt int, m task.Message) error {
	e.mu.Lock()
	var ctx context.Context
	if s := slotOf(c); s != nil {
		ctx = s.ctx
	}
	e.mu.Unlock()
	if ctx == nil {
		return scheduler.ErrTalkEnded
	}
	if info, _ := task.InfoFrom(ctx); info.Attempt != attempt {
		return scheduler.ErrTalkEnded
	}
	task.Deliver(ctx, m)
	return nil
}

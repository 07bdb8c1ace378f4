package local

import (
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
	r := e.running[c]
	e.mu.Unlock()
	if r == nil {
		return scheduler.ErrTalkEnded
	}
	if info, _ := task.InfoFrom(r.ctx); info.Attempt != attempt {
		return scheduler.ErrTalkEnded
	}
	task.Deliver(r.ctx, m)
	return nil
}

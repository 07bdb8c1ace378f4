package task

import (
	"context"
	"sync"
	"time"
)

// Context returns the context of one call: it descends from base, carries info,
// and ends at the deadline, unless that is zero, or by cancel, which must be
// called when the call has ended. Executors call it.
//
// Most code does not look at its context, so what it takes to end one is made
// when somebody asks: a call costs two small allocations here.
func Context(base context.Context, info Info, deadline time.Time) (context.Context, context.CancelCauseFunc) {
	c := &callContext{base: base, info: info, deadline: deadline}
	if !deadline.IsZero() {
		c.made() // it ends of itself
	}
	return c, c.cancel
}

type callKey struct{}

// callOf returns the context of the call that ctx descends from, nil for none.
func callOf(ctx context.Context) *callContext {
	c, _ := ctx.Value(callKey{}).(*callContext)
	return c
}

// callContext is the context of one call.
type callContext struct {
	base     context.Context
	info     Info
	deadline time.Time

	mu    sync.Mutex
	full  context.Context // nil until somebody needs it
	end   context.CancelCauseFunc
	ended bool // by cancel, before there was anything to end
	cause error

	way  way   // to the host
	line *line // nil until the code uses it
	over bool  // the code has returned
}

// made returns the context that can end.
func (c *callContext) made() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full != nil {
		return c.full
	}
	c.full, c.end = context.WithCancelCause(c.base)
	if !c.deadline.IsZero() {
		end := c.end
		timed, release := context.WithDeadline(c.full, c.deadline)
		c.full, c.end = timed, func(cause error) { end(cause); release() }
	}
	if c.ended {
		c.end(c.cause)
	}
	return c.full
}

func (c *callContext) cancel(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		c.end(cause)
		return
	}
	if !c.ended {
		c.ended, c.cause = true, cause
	}
}

// Deadline implements [context.Context].
func (c *callContext) Deadline() (time.Time, bool) {
	if c.deadline.IsZero() {
		return c.base.Deadline()
	}
	return c.made().Deadline()
}

// Done implements [context.Context].
func (c *callContext) Done() <-chan struct{} { return c.made().Done() }

// Err implements [context.Context].
func (c *callContext) Err() error {
	c.mu.Lock()
	untouched := c.full == nil && !c.ended
	c.mu.Unlock()
	if untouched {
		return c.base.Err()
	}
	return c.made().Err()
}

// Value implements [context.Context]. Package context asks by keys of its own
// for what can end.
func (c *callContext) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.made().Value(key)
}

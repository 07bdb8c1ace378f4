package scheduler

import (
	"context"
	"fmt"
	"iter"
)

// mapFlight returns how many calls Map keeps in flight: enough for workers to
// be handed whole batches, whatever the length of the sequence.
func mapFlight(workers int) int { return max(1024, 64*workers) }

// Map runs the task on every value of inputs and yields the outcomes in the
// order of the inputs. A bounded number of calls is in flight at any time. An
// error belongs to one input and to the caller, as with [Task.Call]; the
// sequence goes on after it. When ctx ends or the caller leaves the loop, what
// is in flight is cancelled; in the former case ctx's error is yielded last.
//
// Inputs are asked for on the caller's goroutine, as many as may be in flight,
// but no further one while the next outcome is there to be yielded. While
// inputs blocks, Map looks neither at ctx nor at outcomes: a sequence that
// blocks should end with ctx itself, and one that makes inputs from outcomes
// must not wait for the outcome of what is in flight. [Task.Call] and
// [Task.Submit] are for those.
func (t *Task[In, Out]) Map(ctx context.Context, inputs iter.Seq[In]) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		next, stop := iter.Pull(inputs)
		defer stop()
		m := mapping[In, Out]{t: t, ctx: ctx}
		defer m.cancel()
		limit, more, refill := mapFlight(t.core.capacity()), true, true
		for {
			// Refilling by halves hands the executor whole batches.
			refill = len(m.flight) <= limit/2 || refill && len(m.flight) < limit
			if more && refill && ctx.Err() == nil && !m.ready() {
				var in In
				if in, more = next(); more {
					m.submit(in)
				}
				continue
			}
			if ctx.Err() != nil && (more || len(m.flight) > 0) {
				var none Out
				yield(none, fmt.Errorf("scheduler: mapping task %s: %w", t.core.name, context.Cause(ctx)))
				return
			}
			if len(m.flight) == 0 {
				return
			}
			if out, err, ok := m.take(); ok && !yield(out, err) {
				return
			}
		}
	}
}

// mapping is one loop over [Task.Map].
type mapping[In, Out any] struct {
	t      *Task[In, Out]
	ctx    context.Context
	flight []slot[Out] // in the order of the inputs
}

// slot is a call in flight, or why it was refused.
type slot[Out any] struct {
	f   *Future[Out]
	err error
}

func (m *mapping[In, Out]) submit(in In) {
	f, err := submitWith(m.t.core.s, m.t.core, m.t.def, in, manner{awaited: true})
	m.flight = append(m.flight, slot[Out]{f, err})
}

// ready reports whether there is an outcome to yield.
func (m *mapping[In, Out]) ready() bool {
	if len(m.flight) == 0 {
		return false
	}
	head := m.flight[0].f
	return head == nil || head.c.hasEnded()
}

// take waits for the next outcome and takes it out of flight. It reports false
// if ctx ended first.
func (m *mapping[In, Out]) take() (out Out, err error, ok bool) {
	head := m.flight[0]
	if head.f == nil {
		err = head.err
	} else if out, err = head.f.Wait(m.ctx); err != nil && m.ctx.Err() != nil {
		return out, err, false
	}
	m.flight[0] = slot[Out]{}
	m.flight = m.flight[1:]
	return out, err, true
}

// cancel cancels what is in flight.
func (m *mapping[In, Out]) cancel() {
	for _, s := range m.flight {
		if s.f != nil {
			s.f.Cancel(context.Cause(m.ctx))
		}
	}
}

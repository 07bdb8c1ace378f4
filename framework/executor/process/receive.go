package process

import (
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// receive handles what the worker sends until its session ends, and returns
// why it ended.
func (w *worker) receive(s *session.Session) error {
	var results []session.Result
	var outcomes []scheduler.Outcome
	for {
		resp, err := s.Receive()
		if err != nil {
			return err
		}
		w.pings.heard()
		if m := resp.GetMessages(); m != nil {
			if err := w.hear(m); err != nil {
				return err
			}
		}
		if r := resp.GetResults(); r != nil {
			if results, err = session.Results(results[:0], r); err != nil {
				return err
			}
			outcomes, err = w.ended(outcomes[:0], results)
			w.host.End(outcomes) // also those before a violation
			if err != nil {
				return err
			}
			clear(results)
			clear(outcomes)
		}
		if r := resp.GetReturned(); r != nil {
			if err := w.returned(r); err != nil {
				return err
			}
		}
	}
}

// ended takes calls that have ended from the worker.
func (w *worker) ended(outcomes []scheduler.Outcome, results []session.Result) ([]scheduler.Outcome, error) {
	var total time.Duration
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	for _, r := range results {
		c := w.window.take(r.Seq)
		if c == nil && r.Seq > w.sent {
			return outcomes, fmt.Errorf("%w: a result for call %d, which was not sent", session.ErrProtocol, r.Seq)
		}
		if c == nil {
			return outcomes, fmt.Errorf("%w: a result for call %d, which the worker does not have", session.ErrProtocol, r.Seq)
		}
		if w.grace != nil && w.grace.seq == r.Seq {
			w.endGrace()
		}
		c.Private = scheduler.Private{}
		outcomes = append(outcomes, w.outcome(c, r))
		total += r.Elapsed
	}
	if len(results) > 0 {
		w.answered = true
		w.pace.add(len(results), total)
		w.progress = time.Now()
	}
	w.proceed()
	return outcomes, nil
}

// outcome returns how a call ended by what its worker says. e.mu is held.
func (w *worker) outcome(c *scheduler.Call, r session.Result) scheduler.Outcome {
	o := scheduler.Outcome{Call: c, Err: r.Err, Payload: r.Payload, ContentType: r.ContentType, Elapsed: r.Elapsed, Worker: w.number}
	if r.Err != nil && c.CancelRequested() && task.IsKind(r.Err, task.KindCancelled) {
		o.Cancelled, o.Err = true, c.CancelCause()
	}
	w.holdAgainst(&o, r.Seq)
	return o
}

// returned takes calls back that the worker has not begun.
func (w *worker) returned(r *pb.Returned) error {
	var outcomes []scheduler.Outcome
	var again []*scheduler.Call
	var violation error
	w.e.mu.Lock()
	if !w.recalled {
		// A plugin that gives back whatever it gets would have it for ever.
		w.e.mu.Unlock()
		return fmt.Errorf("%w: calls were returned that were not recalled", session.ErrProtocol)
	}
	for _, seq := range r.GetSeq() {
		c := w.window.take(seq)
		if c == nil {
			violation = fmt.Errorf("%w: call %d was returned, which the worker does not have", session.ErrProtocol, seq)
			break
		}
		c.Private = scheduler.Private{}
		switch {
		case c.CancelRequested():
			outcomes = append(outcomes, scheduler.Outcome{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1})
		case w.e.killed != nil:
			outcomes = append(outcomes, scheduler.Outcome{Call: c, Cancelled: true, Err: w.e.killed, Worker: -1})
		default:
			again = append(again, c)
		}
	}
	w.e.backlog.PushFront(again)
	w.recalled, w.unanswered = false, 0
	w.noteAlone()
	for _, seq := range w.cancelling {
		// It was not given back, so it has begun: it has the grace to return.
		w.startGrace(seq)
	}
	w.cancelling = w.cancelling[:0]
	w.e.wake()
	w.proceed()
	w.e.mu.Unlock()
	if len(outcomes) > 0 {
		w.host.End(outcomes)
	}
	return violation
}

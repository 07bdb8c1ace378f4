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
		if r := resp.GetResults(); r != nil {
			if results, err = session.Results(results[:0], r); err != nil {
				return err
			}
			if outcomes, err = w.ended(outcomes[:0], results); err != nil {
				return err
			}
			w.host.End(outcomes)
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
		if r.Seq > w.sent {
			return outcomes, fmt.Errorf("%w: a result for call %d, which was not sent", session.ErrProtocol, r.Seq)
		}
		c := w.window.take(r.Seq)
		if c == nil {
			return outcomes, fmt.Errorf("%w: a second result for call %d", session.ErrProtocol, r.Seq)
		}
		c.Private = scheduler.Private{}
		o := scheduler.Outcome{Call: c, Err: r.Err, Payload: r.Payload, ContentType: r.ContentType, Elapsed: r.Elapsed, Worker: w.number}
		if r.Err != nil && c.CancelRequested() && task.IsKind(r.Err, task.KindCancelled) {
			o.Cancelled, o.Err = true, c.CancelCause()
		}
		outcomes = append(outcomes, o)
		total += r.Elapsed
	}
	if len(results) > 0 {
		w.pace.add(len(results), total)
	}
	w.proceed()
	return outcomes, nil
}

// returned takes calls back that the worker has not begun.
func (w *worker) returned(r *pb.Returned) error {
	var outcomes []scheduler.Outcome
	var again []*scheduler.Call
	w.e.mu.Lock()
	for _, seq := range r.GetSeq() {
		c := w.window.take(seq)
		if c == nil || seq > w.sent {
			w.e.mu.Unlock()
			return fmt.Errorf("%w: call %d was returned, which the worker does not have", session.ErrProtocol, seq)
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
	w.e.backlog.pushFront(again)
	w.recalled = false
	w.e.wake()
	w.proceed()
	w.e.mu.Unlock()
	if len(outcomes) > 0 {
		w.host.End(outcomes)
	}
	return nil
}

// proceed decides what the worker does now that something has changed: it goes
// on with the backlog, closes, or takes work off another.
func (w *worker) proceed() {
	switch {
	case w.stopping && w.window.len == 0:
		w.poke()
	case w.recall > 0 || len(w.cancels) > 0:
		w.poke()
	case w.e.backlog.len > 0:
		if w.canTake() {
			w.poke()
		}
	case w.window.len == 0 && !w.idle:
		w.idle = true
		w.relieve()
	}
}

// minRelief is how much work another worker must hold for a recall to be
// worth its round trip.
const minRelief = 200 * time.Microsecond

// relieve recalls half of what the busiest worker holds and has not begun, so
// that this one, which has nothing to do, can do it.
func (w *worker) relieve() {
	var busiest *worker
	var most time.Duration
	for _, other := range w.e.workers {
		if other == w || other.dead || other.recalled || other.recall > 0 || other.ledger == nil {
			continue
		}
		n := other.window.len - 1
		if n < 1 {
			continue
		}
		if work := other.pace.work(n); work > most && work >= minRelief {
			busiest, most = other, work
		}
	}
	if busiest != nil {
		busiest.recall = busiest.window.next() - uint64((busiest.window.len)/2)
		busiest.poke()
	}
}

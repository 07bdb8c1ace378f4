package process

import (
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const (
	// frameCalls and frameBytes bound the calls in one frame.
	frameCalls = 512
	frameBytes = 256 << 10
	// callOverhead bounds what a frame holds of one call besides its payload.
	callOverhead = 64
	// frameOverhead bounds what a frame holds besides one payload.
	frameOverhead = 512
)

// canTake reports whether the worker may be sent calls. It may not while it is
// likely to be killed, so that nothing begins there that is innocent.
func (w *worker) canTake() bool {
	return !w.dead && !w.e.paused && !w.closing && !w.recalled && w.recall == 0 && w.grace == nil && !w.surviving && w.killedBy == nil && !w.unfit && w.room() > 0
}

// room returns how many more calls the worker may hold.
func (w *worker) room() int {
	switch {
	case w.ledger == nil:
		return 1 - w.window.len
	case w.window.len == 0:
		return w.pace.hold()
	}
	room := w.pace.hold() - w.window.len
	if room > 0 && w.stuck() {
		return 0 // others will be sooner
	}
	return room
}

// send sends what there is to send until the session ends. It runs on a
// goroutine of its own for each session.
func (w *worker) send(s *session.Session, proc *pluginproc.Process) {
	var batch session.Batch
	var calls []*scheduler.Call
	var refused []scheduler.Outcome
	var first uint64
	for {
		req := &pb.SessionRequest{}
		w.e.mu.Lock()
		for !w.nextRequest(req) {
			if w.dead {
				w.e.mu.Unlock()
				return
			}
			if w.closing {
				killing := w.killing
				w.e.mu.Unlock()
				if killing {
					return
				}
				// An error means that the stream has ended, which the receiver tells.
				_ = s.CloseSend()
				killLater(proc)
				return
			}
			w.rest()
			w.dozing = true
			w.ready.Wait()
			w.dozing = false
		}
		if w.takeMessages(req) {
			calls, refused = calls[:0], nil
		} else {
			calls, refused, first = w.takeCalls(calls[:0])
		}
		index := w.index
		w.e.mu.Unlock()

		if len(refused) > 0 {
			w.host.End(refused)
		}
		for i, c := range calls {
			batch.Add(first+uint64(i), index[c.Code()], c.Payload(), c.ContentType(), c.ID(), c.Constraints().Deadline, c.Attempt())
			if c.Heard() {
				batch.Heard()
			}
		}
		req.Tasks = batch.Tasks()
		if err := s.Send(req); err != nil {
			return // the receiver tells
		}
		batch.Reset()
		clear(calls)
	}
}

// killLater kills a process that was asked to end and does not.
func killLater(proc *pluginproc.Process) {
	if !proc.ExitsWithin(endGrace) {
		proc.Kill()
	}
}

// nextRequest fills in what is to be sent besides calls, and reports whether
// there is anything to send at all.
func (w *worker) nextRequest(req *pb.SessionRequest) bool {
	if w.dead {
		return false
	}
	if w.closesNow() {
		return false
	}
	if !w.recalled && (w.recall > 0 || len(w.cancels) > 0) {
		req.RecallFrom = w.recall
		for _, seq := range w.cancels {
			if req.RecallFrom == 0 || seq < req.RecallFrom {
				req.RecallFrom = seq
			}
		}
		req.Cancel = append([]uint64(nil), w.cancels...)
		w.cancelling = append(w.cancelling[:0], w.cancels...)
		w.recall, w.cancels, w.recalled = 0, nil, true
	}
	req.Ping = w.pings.take()
	return req.RecallFrom > 0 || req.Ping > 0 || len(w.messages) > 0 || w.e.backlog.Len() > 0 && w.canTake()
}

// closesNow decides whether the session is to be closed.
func (w *worker) closesNow() bool {
	if w.stopping && w.window.len == 0 {
		w.closing = true
	}
	return w.closing
}

// takeCalls moves calls from the backlog to the worker: as many as it may
// hold, and no more than its share, so that a short backlog is spread. A plugin
// that was replaced by another while the host ran may not have a call's code.
func (w *worker) takeCalls(calls []*scheduler.Call) (taken []*scheduler.Call, refused []scheduler.Outcome, first uint64) {
	first = w.window.next()
	if !w.canTake() {
		return calls, nil, first
	}
	n := min(w.room(), frameCalls, w.share(), w.quota())
	bytes := 0
	w.outgrown()
	for len(calls) < n {
		c := w.e.backlog.Pop()
		if c == nil {
			break
		}
		if !w.suits(c) {
			w.e.backlog.PushFront([]*scheduler.Call{c})
			break
		}
		if _, ok := w.index[c.Code()]; !ok {
			c.Private = scheduler.Private{}
			refused = append(refused, scheduler.Outcome{Call: c, Worker: -1, Err: task.Errorf(task.KindUnknownTask,
				"task %s: plugin %s does not have it any more: its executable has changed since the run began", c.Code(), w.cfg.name)})
			continue
		}
		size := len(c.Payload()) + callOverhead
		if len(calls) > 0 && bytes+size > frameBytes {
			w.e.backlog.PushFront([]*scheduler.Call{c})
			break
		}
		bytes += size
		w.prepare(c)
		w.sent = w.window.push(c)
		c.Private = scheduler.Private{Owner: w, Seq: w.sent}
		calls = append(calls, c)
	}
	if len(calls) > 0 {
		if w.window.len == len(calls) {
			w.progress = time.Now()
		}
		w.begun, w.idle = true, false
		w.spent()
	}
	if w.e.backlog.Len() > 0 {
		w.e.wake() // others may have room too
	}
	if w.window.len > 1 && len(w.e.workers) > 1 {
		w.e.balanceLater() // one of them may take longer than was to be expected
	}
	return calls, refused, first
}

// share returns how much of the backlog is this worker's to take.
func (w *worker) share() int {
	takers := 0
	for _, other := range w.e.workers {
		if other == w || other.canTake() {
			takers++
		}
	}
	return (w.e.backlog.Len() + takers - 1) / max(takers, 1)
}

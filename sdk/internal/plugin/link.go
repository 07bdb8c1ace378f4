package plugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// ErrHostGone is returned to those who wait for the host when the session has
// ended.
var ErrHostGone = errors.New("the host has ended the session")

// Link is an event plugin's link to its host: what is to be told, in order and
// one at a time, and what is asked and answered.
type Link struct {
	out    *outbox
	attach *pb.Attach
	mirror Mirror
	leave  func() // ends the process
	base   context.Context
	tasks  []*pb.TaskInfo // of the loop

	mu      sync.Mutex
	ready   sync.Cond
	queue   []func() // what the loop has to do
	ended   bool
	nextID  uint64
	replies map[uint64]chan *pb.Reply
	ends    map[uint64]*Ending // of futures that this plugin submitted
	waiting uint32
	gauges  *pb.Gauges
	told    bool // the host knows of the subscriptions

	// Of the loop alone:
	seq     uint64 // last record that was dealt with
	acked   uint64
	ackedAt time.Time
	floor   []byte // see newFloor
	idle    chan struct{}
}

// Ending is the end of a future that was submitted over a link, which comes
// later.
type Ending struct {
	done    chan struct{}
	end     *pb.FutureEnd
	claimed bool // by the future, which keeps it
}

func newLink(base context.Context, out *outbox, attach *pb.Attach) *Link {
	l := &Link{out: out, attach: attach, base: base, replies: map[uint64]chan *pb.Reply{}, ends: map[uint64]*Ending{},
		seq: attach.GetResumeAfter(), acked: attach.GetResumeAfter(), idle: make(chan struct{})}
	l.tasks = attach.GetRun().GetTasks()
	l.ready.L = &l.mu
	return l
}

// Attach returns what the host said when it opened the session.
func (l *Link) Attach() *pb.Attach { return l.attach }

// Gauges returns what the host last said of how it stands, nil for nothing.
func (l *Link) Gauges() *pb.Gauges {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gauges
}

// Do has fn called by the loop, never beside a callback.
func (l *Link) Do(fn func()) {
	l.mu.Lock()
	l.queue = append(l.queue, fn)
	l.mu.Unlock()
	l.ready.Signal()
}

// Changed tells the host of the subscriptions, once it has heard of the first.
func (l *Link) Changed() {
	l.mu.Lock()
	told := l.told
	l.mu.Unlock()
	if told {
		l.out.add(&pb.SessionResponse{Subscriptions: l.mirror.Subscriptions()})
	}
}

// Call asks the host for something and waits for the answer.
func (l *Link) Call(ctx context.Context, c *pb.Call) (*pb.Reply, error) {
	answer, err := l.send(c)
	if err != nil {
		return nil, err
	}
	select {
	case r, ok := <-answer:
		if !ok {
			return nil, ErrHostGone
		}
		if f := r.GetFailure(); f != nil {
			return nil, failure.ToError(f)
		}
		return r, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Tell asks the host for something. What is wrong with that is logged.
func (l *Link) Tell(c *pb.Call, what string) {
	answer, err := l.send(c)
	if err != nil {
		slog.ErrorContext(l.base, what, "error", err)
		return
	}
	go func() {
		if r, ok := <-answer; ok && r.GetFailure() != nil {
			slog.ErrorContext(l.base, what, "error", failure.ToError(r.GetFailure()))
		}
	}()
}

func (l *Link) send(c *pb.Call) (<-chan *pb.Reply, error) {
	answer := make(chan *pb.Reply, 1)
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return nil, ErrHostGone
	}
	l.nextID++
	c.Id = l.nextID
	l.replies[c.Id] = answer
	l.mu.Unlock()
	l.out.add(&pb.SessionResponse{Calls: []*pb.Call{c}})
	return answer, nil
}

// Submit submits a call and returns the number of its future, and its end.
func (l *Link) Submit(ctx context.Context, s *pb.Submit) (uint64, *Ending, error) {
	r, err := l.Call(ctx, &pb.Call{What: &pb.Call_Submit{Submit: s}})
	if err != nil {
		return 0, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0, nil, ErrHostGone
	}
	e := l.endingOf(r.GetFuture())
	e.claimed = true
	if e.end != nil {
		delete(l.ends, r.GetFuture())
	}
	return r.GetFuture(), e, nil
}

// endingOf returns the end of a future, which may have come before the answer
// to who submitted it. l.mu is held.
func (l *Link) endingOf(future uint64) *Ending {
	e, ok := l.ends[future]
	if !ok {
		e = &Ending{done: make(chan struct{})}
		l.ends[future] = e
	}
	return e
}

// Await waits for the end of a future. Waiting inside a callback works: the
// host lets tasks run meanwhile.
func (l *Link) Await(ctx context.Context, e *Ending) (*pb.FutureEnd, error) {
	select {
	case <-e.done:
		return l.endOf(e)
	default:
	}
	l.wait(1)
	defer l.wait(-1)
	select {
	case <-e.done:
		return l.endOf(e)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *Link) endOf(e *Ending) (*pb.FutureEnd, error) {
	if e.end == nil {
		return nil, ErrHostGone
	}
	return e.end, nil
}

func (l *Link) wait(n int) {
	l.mu.Lock()
	l.waiting = uint32(int(l.waiting) + n)
	now := l.waiting
	l.mu.Unlock()
	l.out.add(&pb.SessionResponse{Waiting: &now})
}

// serve serves the session until the host ends it.
func (l *Link) serve(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]) error {
	ctx, cancel := context.WithCancel(l.base)
	defer cancel()
	go l.loop(ctx)
	err := receive(stream, func(req *pb.SessionRequest) error { return l.handle(ctx, req) })
	cancel()
	l.end()
	select {
	case <-l.idle:
	case <-time.After(shutdownGrace):
	}
	return err
}

// end wakes all who wait for the host.
func (l *Link) end() {
	l.mu.Lock()
	l.ended = true
	for id, answer := range l.replies {
		close(answer)
		delete(l.replies, id)
	}
	for _, e := range l.ends {
		if e.end == nil {
			close(e.done)
		}
	}
	l.ends = map[uint64]*Ending{}
	l.mu.Unlock()
	l.ready.Broadcast()
}

// handle takes in a request. It never waits for a callback.
func (l *Link) handle(ctx context.Context, req *pb.SessionRequest) error {
	l.mu.Lock()
	for _, r := range req.GetReplies() {
		if answer, ok := l.replies[r.GetId()]; ok {
			delete(l.replies, r.GetId())
			answer <- r
		}
	}
	for _, end := range req.GetEnds() {
		e := l.endingOf(end.GetFuture())
		if e.end == nil {
			e.end = end
			close(e.done)
			if e.claimed {
				delete(l.ends, end.GetFuture())
			}
		}
	}
	if g := req.GetGauges(); g != nil {
		l.gauges = g
	}
	l.mu.Unlock()
	if n := req.GetPing(); n > 0 {
		l.out.pong(n)
	}
	if e := req.GetEvents(); e != nil {
		l.Do(func() { l.tell(e) })
	}
	if f := req.GetFinish(); f != nil {
		l.Do(func() { l.finish(ctx, f) })
	}
	return nil
}

// loop does what is to be done, one thing at a time.
func (l *Link) loop(ctx context.Context) {
	returned := false
	defer func() {
		if returned {
			close(l.idle)
			return
		}
		// A callback called runtime.Goexit, which ends this goroutine and no other.
		slog.ErrorContext(l.base, "a callback called runtime.Goexit")
		go l.loop(ctx)
	}()
	for {
		l.mu.Lock()
		for len(l.queue) == 0 && !l.ended {
			l.ready.Wait()
		}
		if l.ended {
			l.mu.Unlock()
			returned = true
			return
		}
		if l.floor == nil {
			l.floor = newFloor()
		}
		do := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		l.mu.Unlock()
		l.guarded("function given to CallLater", do)
	}
}

// guarded calls fn and logs a panic.
func (l *Link) guarded(what string, fn func()) {
	defer func() {
		if v := recover(); v != nil {
			Panicked(l.base, what+" panicked", "error", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	fn()
}

// ackEvery is how long an acknowledgement may wait for others to go with it.
const ackEvery = 2 * time.Millisecond

// tell tells the records of a frame and acknowledges them.
func (l *Link) tell(e *pb.Events) {
	l.tasks = append(l.tasks[:len(l.tasks):len(l.tasks)], e.GetTasks()...)
	if g := e.GetGap(); g != nil {
		l.mirror.Miss(g)
		l.seq = g.GetLast()
	}
	err := eachRecord(e, l.tasks, func(r *Record) {
		if r.Seq > l.seq {
			l.seq = r.Seq // before, as a callback may end this goroutine
			l.mirror.Tell(r)
		}
		if time.Since(l.ackedAt) > ackEvery {
			l.ack()
		}
	})
	if err != nil {
		slog.ErrorContext(l.base, "the host sent what cannot be read", "error", err)
	}
	l.ack()
}

// ack acknowledges what was dealt with, together with the plugin's state.
func (l *Link) ack() {
	l.ackedAt = time.Now()
	if l.seq == l.acked {
		return
	}
	l.mirror.Acknowledging()
	l.sendAck()
}

// sendAck sends the last record that was dealt with, and the plugin's state.
func (l *Link) sendAck() {
	a := &pb.Ack{Seq: l.seq, Calls: l.mirror.Calls()}
	state, err := l.mirror.State()
	switch {
	case err != nil:
		slog.ErrorContext(l.base, "the plugin's state cannot be kept; the last one that could be is", "error", err)
	case state != nil:
		a.State = state
	}
	l.acked = l.seq
	l.out.add(&pb.SessionResponse{Ack: a})
}

// finish tells that there is no more, and answers when everything is flushed.
func (l *Link) finish(ctx context.Context, f *pb.Finish) {
	l.guarded("flushing", func() {
		if err := l.mirror.Finish(ctx, f); err != nil {
			slog.ErrorContext(ctx, "not everything could be flushed", "error", err)
		}
	})
	// The records are acknowledged, before what writes them was flushed. The
	// state may have changed since.
	l.sendAck()
	l.out.add(&pb.SessionResponse{Finished: true})
	if !f.GetStay() && l.mirror.Linger() > 0 {
		l.guarded("lingering", func() { l.mirror.Lingering(ctx) })
		l.leave()
	}
}

// setUpMirror makes the mirror of an event plugin.
func (l *Link) setUpMirror(ctx context.Context, p *EventPlugin, config []byte) error {
	return onGoroutine(func() error {
		m, err := p.SetUp(ctx, l, config)
		if err != nil {
			return err
		}
		l.mirror = m
		return m.Restore(l.attach)
	})
}

// errNoSuchPlugin says that the process is not what the host took it for.
func errNoSuchPlugin(name string) error {
	return task.Errorf(task.KindError, "this process offers no event plugin %q", name)
}

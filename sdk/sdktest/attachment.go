package sdktest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// patience is how long a plugin may take for what it is told.
const patience = 30 * time.Second

// Attachment is an event plugin that is attached to a run which the test makes
// up: the test tells what happens, and looks at what the plugin did. It is made
// by [Attach] and ends with the test.
//
// The methods that tell something return when the plugin has dealt with it, and
// with all that came of it: what it submitted has run, and its callbacks have
// returned. They fail the test if that takes more than 30 s. They are for the
// test's own goroutine; Asked, Handlers and Logs are for any.
type Attachment struct {
	t      testing.TB
	host   Host
	part   *plugin.EventPlugin
	config []byte
	book   *book
	worker *Plugin     // runs tasks; nil if none has a function
	codes  []task.Code // of the first tasks
	began  time.Time
	runs   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something below changes
	process *process

	tasks   []*pb.TaskInfo
	told    int // tasks that the process knows of
	log     []*entry
	counts  map[address]uint64
	cursor  int // entries of log that were sent or passed over
	flying  uint64
	acks    []acked
	subs    *pb.Subscriptions
	missing bool // what is told now is to be missed
	missed  uint64

	futures map[uint64]*future
	last    uint64 // future
	running int
	refused map[refusal]uint64
	asked   []Request
	stopped *pb.Stop
	timeout bool
	closing bool // work may be submitted no more
	dying   bool // the process is to end itself

	finished bool
	ended    bool // the run is over
}

// acked is what came with an acknowledgement.
type acked struct {
	seq   uint64
	state []byte
	calls []uint64
}

// change tells those who wait that something has changed. a.mu is held.
func (a *Attachment) change() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// receive handles what a process sends until its session ends.
func (a *Attachment) receive(pr *process) {
	defer close(pr.over)
	for {
		resp, err := pr.session.Receive()
		a.mu.Lock()
		if err != nil {
			pr.why = err
			a.change()
			a.mu.Unlock()
			return
		}
		if pr == a.process {
			a.handle(resp)
		}
		a.mu.Unlock()
	}
}

// handle takes in what the plugin says. a.mu is held.
func (a *Attachment) handle(resp *pb.SessionResponse) {
	for _, c := range resp.GetCalls() {
		r := &pb.Reply{Id: c.GetId()}
		after, err := a.carryOut(c, r)
		r.Failure = failure.FromError(err)
		a.send(&pb.SessionRequest{Replies: []*pb.Reply{r}})
		if after != nil {
			after()
		}
	}
	if subs := resp.GetSubscriptions(); subs != nil {
		a.subs = subs
	}
	if ack := resp.GetAck(); ack != nil && ack.GetSeq() >= a.flying {
		last := &a.acks[len(a.acks)-1]
		now := acked{seq: ack.GetSeq(), state: last.state, calls: ack.GetCalls()}
		if ack.State != nil {
			now.state = ack.GetState()
		}
		if now.seq == last.seq {
			*last = now // the state is of after the last record
		} else {
			a.acks = append(a.acks, now)
		}
		a.flying = 0
	}
	a.finished = a.finished || resp.GetFinished()
	a.pump()
	a.change()
}

// send sends to the process. That it cannot is told by the end of its session.
// a.mu is held: the plugin reads whatever its callbacks do.
func (a *Attachment) send(req *pb.SessionRequest) { _ = a.process.session.Send(req) }

// await waits until done, which is called with a.mu held, and fails the test
// if that does not come.
func (a *Attachment) await(done func() bool) {
	a.t.Helper()
	t := time.NewTimer(patience)
	defer t.Stop()
	for {
		a.mu.Lock()
		ok, over, changed := done(), a.process.why, a.changed
		open, dying, itself := a.openCalls(), a.dying, a.process.ended()
		a.mu.Unlock()
		switch {
		case ok || over != nil && dying && itself != nil:
			return
		case over != nil && itself != nil:
			a.t.Fatalf("sdktest: event plugin %s has ended itself: %v", a.part.Name, itself)
			return
		case over != nil:
			a.t.Fatalf("sdktest: the session of event plugin %s has ended: %v", a.part.Name, over)
			return
		}
		select {
		case <-changed:
		case <-t.C:
			a.t.Fatalf("sdktest: event plugin %s has not dealt with everything after %v: a callback does not return%s", a.part.Name, patience, open)
			return
		}
	}
}

// openCalls says what a callback may wait for in vain. a.mu is held.
func (a *Attachment) openCalls() string {
	for _, f := range a.futures {
		if f.own && f.cancel == nil {
			return fmt.Sprintf("; future %d of task %s, which it submitted, is open: pass the task's definition to Attach to have it run", f.id, f.task)
		}
	}
	return ""
}

// quiet reports whether all that was told has been dealt with, and all that
// runs has ended. a.mu is held.
func (a *Attachment) quiet() bool { return a.flying == 0 && a.cursor == len(a.log) && a.running == 0 }

// close ends what is left when the test is over.
func (a *Attachment) close() {
	a.mu.Lock()
	pr := a.process
	for _, f := range a.futures {
		if f.cancel != nil {
			f.cancel(context.Canceled)
		}
	}
	a.mu.Unlock()
	a.runs.Wait()
	if pr != nil {
		a.end(pr)
	}
}

// Logs returns what the plugin, and the tasks that run in the test, have logged
// so far, in order. What a callback logged is there when it has returned.
func (a *Attachment) Logs() []Line { return a.book.all() }

// Checkpoint decodes the state that came with the last acknowledgement
// (sdk.Checkpoint) into what into points to. The test fails if there is none.
func (a *Attachment) Checkpoint(into any) {
	a.t.Helper()
	a.mu.Lock()
	state := a.acks[len(a.acks)-1].state
	a.mu.Unlock()
	if state == nil {
		a.t.Fatalf("sdktest: event plugin %s has no state: it comes with the first event, of sdk.Checkpoint", a.part.Name)
		return
	}
	if err := json.Unmarshal(state, into); err != nil {
		a.t.Fatalf("sdktest: the state of event plugin %s: %v", a.part.Name, err)
	}
}

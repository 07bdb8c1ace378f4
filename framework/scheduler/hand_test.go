package scheduler_test

import (
	"context"
	"sync"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// byHand is an executor whose calls the test ends, or the function that it
// gives.
type byHand struct {
	encodes  bool
	starting func()                // called by Start; may be nil
	taking   func(*scheduler.Call) // called by Submit; may be nil
	pausing  func(paused bool)     // called by Pause; may be nil

	mu    sync.Mutex
	host  scheduler.Host
	calls []*scheduler.Call

	killed bool // by the last Stop
}

func (e *byHand) Name() string                                  { return "hand" }
func (e *byHand) Offers(string, bool) (scheduler.Offer, string) { return scheduler.OfferYes, "" }
func (e *byHand) Codes() []string                               { return nil }
func (e *byHand) Encodes() bool                                 { return e.encodes }
func (e *byHand) Began(*scheduler.Call) bool                    { return false }

func (e *byHand) Send(*scheduler.Call, int, task.Message) error { return scheduler.ErrTalkEnded }

func (e *byHand) Status() scheduler.ExecutorStatus {
	return scheduler.ExecutorStatus{Name: "hand", Kind: "hand", Workers: 1}
}

func (e *byHand) Start(_ context.Context, host scheduler.Host) error {
	e.mu.Lock()
	e.host = host
	e.mu.Unlock()
	if e.starting != nil {
		e.starting()
	}
	return nil
}

func (e *byHand) Submit(c *scheduler.Call) {
	e.mu.Lock()
	e.calls = append(e.calls, c)
	e.mu.Unlock()
	if e.taking != nil {
		e.taking(c)
	}
}

func (e *byHand) Cancel(c *scheduler.Call) {
	if e.take(c) {
		e.host.End([]scheduler.Outcome{{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1}})
	}
}

func (e *byHand) Pause(paused bool) {
	if e.pausing != nil {
		e.pausing(paused)
	}
}

func (e *byHand) Stop(kill bool, cause error) {
	e.killed = kill
	for kill {
		c := e.first()
		if c == nil {
			return
		}
		e.take(c)
		e.host.End([]scheduler.Outcome{{Call: c, Cancelled: true, Err: cause, Worker: -1}})
	}
}

func (e *byHand) first() *scheduler.Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.calls) == 0 {
		return nil
	}
	return e.calls[0]
}

// take reports whether the call had not ended.
func (e *byHand) take(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, other := range e.calls {
		if other == c {
			e.calls = append(e.calls[:i:i], e.calls[i+1:]...)
			return true
		}
	}
	return false
}

// all takes all calls.
func (e *byHand) all() (calls []*scheduler.Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls, e.calls = e.calls, nil
	return calls
}

// run runs a call where it is submitted and ends it.
func (e *byHand) run(c *scheduler.Call) {
	if e.take(c) {
		err := c.Run(context.Background())
		e.host.End([]scheduler.Outcome{{Call: c, Err: err}})
	}
}

// end ends all calls with what their code returns.
func (e *byHand) end(code task.Code) {
	var outcomes []scheduler.Outcome
	for _, c := range e.all() {
		o := scheduler.Outcome{Call: c}
		o.Payload, o.Err = code.Serve(context.Background(), c.Payload())
		outcomes = append(outcomes, o)
	}
	e.host.End(outcomes)
}

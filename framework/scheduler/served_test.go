package scheduler_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// served is an executor that, like one with worker processes, sees nothing of
// a call but its encoded input. It runs each on a goroutine of its own.
type served struct {
	name       string
	codes      map[string]task.Code
	unsure     bool // it knows its code only when started
	startErr   error
	failAtOnce error // told to Host.Fail by Start

	mu      sync.Mutex
	host    scheduler.Host
	started int
	stopped int
	began   map[*scheduler.Call]context.CancelFunc
	wg      sync.WaitGroup
}

func newServed(codes ...task.Code) *served {
	e := &served{name: "served", codes: map[string]task.Code{}, began: map[*scheduler.Call]context.CancelFunc{}}
	for _, c := range codes {
		e.codes[c.Code()] = c
	}
	return e
}

func (e *served) Name() string { return e.name }

func (e *served) Offers(code string, _ bool) (scheduler.Offer, string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.unsure && e.started == 0:
		return scheduler.OfferUnknown, ""
	case e.codes[code] != nil:
		return scheduler.OfferYes, ""
	}
	return scheduler.OfferNo, ""
}

func (e *served) Codes() (out []string) {
	for name := range e.codes {
		out = append(out, name)
	}
	return out
}

func (e *served) Encodes() bool { return true }

func (e *served) Status() scheduler.ExecutorStatus {
	return scheduler.ExecutorStatus{Name: e.name, Kind: "served", Workers: 2}
}

func (e *served) Start(_ context.Context, host scheduler.Host) error {
	if e.startErr != nil {
		return e.startErr
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.host = host
	e.started++
	if e.failAtOnce != nil {
		host.Fail(e.failAtOnce)
	}
	return nil
}

func (e *served) Submit(c *scheduler.Call) {
	ctx, cancel := context.WithCancel(context.Background())
	e.mu.Lock()
	e.began[c] = cancel
	e.mu.Unlock()
	e.wg.Go(func() {
		o := scheduler.Outcome{Call: c}
		o.Payload, o.Err = e.codes[c.Code()].Serve(ctx, c.Payload())
		if o.Err != nil && c.CancelRequested() {
			o.Err, o.Cancelled = c.CancelCause(), true
		}
		o.ContentType = e.codes[c.Code()].OutputCodec().ContentType()
		e.mu.Lock()
		delete(e.began, c)
		e.mu.Unlock()
		cancel()
		e.host.End([]scheduler.Outcome{o})
	})
}

func (e *served) Cancel(c *scheduler.Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if cancel, ok := e.began[c]; ok {
		cancel()
	}
}

func (e *served) Send(*scheduler.Call, int, task.Message) error { return scheduler.ErrTalkEnded }

func (e *served) Began(c *scheduler.Call) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.began[c] != nil
}

func (e *served) Stop(kill bool, _ error) {
	e.mu.Lock()
	e.stopped++
	var running []scheduler.AnyFuture
	if kill {
		for c := range e.began {
			running = append(running, c.Future())
		}
	}
	e.mu.Unlock()
	for _, f := range running {
		f.Cancel(errors.New("killed"))
	}
	e.wg.Wait()
}

// only returns the one call that runs.
func (e *served) only(t *testing.T) *scheduler.Call {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	require.Len(t, e.began, 1)
	for c := range e.began {
		return c
	}
	return nil
}

func (e *served) Pause(bool) {}

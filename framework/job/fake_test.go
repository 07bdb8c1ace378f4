package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// errWithdrawn is returned by code to have its call end as cancelled, which
// with a real plugin takes somebody who cancels it.
var errWithdrawn = errors.New("withdrawn")

// code is a task of the fake plugin.
type code func(ctx context.Context, in json.RawMessage) (json.RawMessage, error)

// fake is an executor that runs calls one at a time in this process, from
// payloads, as a plugin's worker does.
type fake struct {
	job.Plugin
	codes map[string]code

	mu      sync.Mutex
	ready   sync.Cond
	host    scheduler.Host
	waiting []*scheduler.Call
	running *scheduler.Call
	ctx     context.Context // of what runs
	cancel  context.CancelCauseFunc
	stopped bool
	killed  error
	wg      sync.WaitGroup
}

func newFake(p job.Plugin, codes map[string]code) *fake {
	f := &fake{Plugin: p, codes: codes}
	f.ready.L = &f.mu
	return f
}

func (f *fake) Name() string { return f.Plugin.Name }

func (f *fake) Offers(name string, _ bool) (scheduler.Offer, string) {
	if f.host.End == nil {
		return scheduler.OfferUnknown, ""
	}
	if f.codes[name] == nil {
		return scheduler.OfferNo, ""
	}
	return scheduler.OfferYes, ""
}

func (f *fake) Codes() []string { return slices.Sorted(maps.Keys(f.codes)) }
func (f *fake) Encodes() bool   { return true }

func (f *fake) Status() scheduler.ExecutorStatus {
	return scheduler.ExecutorStatus{Name: f.Plugin.Name, Kind: "fake", Workers: 1}
}

func (f *fake) Start(_ context.Context, host scheduler.Host) error {
	f.host = host
	host.Report(scheduler.WorkerEvent{Executor: f.Plugin.Name, State: scheduler.WorkerReady})
	f.wg.Go(f.work)
	return nil
}

func (f *fake) work() {
	for {
		f.mu.Lock()
		for len(f.waiting) == 0 && !f.stopped {
			f.ready.Wait()
		}
		if len(f.waiting) == 0 {
			f.mu.Unlock()
			return
		}
		c := f.waiting[0]
		f.waiting = f.waiting[1:]
		ctx, cancel := task.Context(context.Background(), task.Info{Task: c.Code(), Future: c.ID(), Attempt: c.Attempt()}, time.Time{})
		task.Connect(ctx, c.Heard(), poster{c}, 0)
		f.running, f.ctx, f.cancel = c, ctx, cancel
		f.mu.Unlock()
		out, err := f.codes[c.Code()](ctx, c.Payload())
		task.Disconnect(ctx)
		f.mu.Lock()
		f.running = nil
		o := scheduler.Outcome{Call: c, Payload: out, Err: err, Elapsed: 1}
		if cause := context.Cause(ctx); cause != nil && err != nil {
			o.Cancelled, o.Err = true, cause
		}
		if errors.Is(err, errWithdrawn) {
			o.Cancelled = true
		}
		f.mu.Unlock()
		cancel(nil)
		f.host.End([]scheduler.Outcome{o})
	}
}

func (f *fake) Submit(c *scheduler.Call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.killed != nil || c.CancelRequested() {
		go f.host.End([]scheduler.Outcome{{Call: c, Cancelled: true, Err: f.killed, Worker: -1}})
		return
	}
	f.waiting = append(f.waiting, c)
	f.ready.Signal()
}

func (f *fake) Cancel(c *scheduler.Call) {
	f.mu.Lock()
	if f.running == c {
		f.cancel(c.CancelCause())
	}
	i := slices.Index(f.waiting, c)
	if i >= 0 {
		f.waiting = slices.Delete(f.waiting, i, i+1)
	}
	f.mu.Unlock()
	if i >= 0 {
		f.host.End([]scheduler.Outcome{{Call: c, Cancelled: true, Err: c.CancelCause(), Worker: -1}})
	}
}

// poster takes what code says to the scheduler.
type poster struct{ c *scheduler.Call }

func (p poster) Post(_ uint64, m task.Message) error { return p.c.Receive(m) }

func (f *fake) Send(c *scheduler.Call, _ int, m task.Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running != c {
		return scheduler.ErrTalkEnded
	}
	task.Deliver(f.ctx, m)
	return nil
}

func (f *fake) Began(c *scheduler.Call) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running == c
}

func (f *fake) Stop(kill bool, cause error) {
	f.mu.Lock()
	f.stopped = true
	var dropped []scheduler.Outcome
	if kill {
		f.killed = cause
		for _, c := range f.waiting {
			dropped = append(dropped, scheduler.Outcome{Call: c, Cancelled: true, Err: cause, Worker: -1})
		}
		f.waiting = nil
		if f.running != nil {
			f.cancel(cause)
		}
	}
	f.mu.Unlock()
	f.ready.Broadcast()
	f.host.End(dropped)
	f.wg.Wait()
}

// fakeCodes are what every fake plugin offers.
func fakeCodes() map[string]code {
	return map[string]code{
		"echo": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil },
		"fail": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
			return nil, errors.New("cannot do " + string(in))
		},
		"withdraw": func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, errWithdrawn },
		"block": func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	}
}

func (f *fake) Pause(bool) {}

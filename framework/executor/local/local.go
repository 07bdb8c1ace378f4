package local

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Executor runs calls on goroutines of this process.
type Executor struct {
	kind    string
	workers int

	mu      sync.Mutex
	ready   sync.Cond
	host    scheduler.Host
	waiting scheduler.Backlog
	slots   []slot // one for each worker
	claimed bool   // from Start to the end of Stop
	open    bool   // from Start to Stop
	paused  bool   // nothing that waits is begun
	killed  error
	wg      sync.WaitGroup
}

// Sequential returns an executor that runs one call at a time, in the order of
// submission.
func Sequential() *Executor { return newExecutor("sequential", 1) }

// Pool returns an executor that runs up to workers calls at a time; 0 means
// one per CPU that Go may use (GOMAXPROCS). It panics if workers is negative.
func Pool(workers int) *Executor {
	if workers < 0 {
		panic(fmt.Sprintf("local: Pool(%d) is out of range: it must be 0 or more", workers))
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return newExecutor("pool", workers)
}

func newExecutor(kind string, workers int) *Executor {
	e := &Executor{kind: kind, workers: workers, slots: make([]slot, workers)}
	e.ready.L = &e.mu
	return e
}

// Name implements [scheduler.Executor].
func (e *Executor) Name() string { return e.kind }

// Offers implements [scheduler.Executor]: whatever is linked can be run.
func (e *Executor) Offers(_ string, linked bool) (scheduler.Offer, string) {
	if linked {
		return scheduler.OfferYes, ""
	}
	return scheduler.OfferNo, "its code is not linked into this program, and executor " + e.kind + " has no other"
}

// Codes implements [scheduler.Executor].
func (e *Executor) Codes() []string { return nil }

// Encodes implements [scheduler.Executor].
func (e *Executor) Encodes() bool { return false }

// Status implements [scheduler.Executor].
func (e *Executor) Status() scheduler.ExecutorStatus {
	return scheduler.ExecutorStatus{Name: e.kind, Kind: e.kind, Workers: e.workers}
}

// Busy implements [scheduler.Gauged].
func (e *Executor) Busy() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	running := 0
	for i := range e.slots {
		if e.slots[i].runs() {
			running++
		}
	}
	if e.paused {
		return running
	}
	return min(e.workers, running+e.waiting.Len())
}

// Start implements [scheduler.Executor].
func (e *Executor) Start(_ context.Context, host scheduler.Host) error {
	if task.InWorker() {
		return errors.New("local: a scheduler cannot be started inside a worker process")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.claimed {
		return fmt.Errorf("local: executor %s is started already: give each scheduler one of its own", e.kind)
	}
	e.host, e.claimed, e.open, e.killed = host, true, true, nil
	for n := range e.workers {
		e.wg.Go(func() { e.work(n) })
	}
	return nil
}

package process

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/session"
)

const (
	// pingEvery is how often a worker is asked for a sign of life.
	pingEvery = 5 * time.Second
	// pingMisses is how many questions in a row may remain without any answer
	// before the worker counts as hung: half a minute, so that a machine that
	// is busy or swaps kills nobody.
	pingMisses = 6
	// recallMisses is how many heartbeats a recall may remain unanswered.
	recallMisses = 6
)

// heartbeat asks a worker's reader for signs of life. Any frame is one.
type heartbeat struct {
	due    bool // guarded by Executor.mu
	number uint64
	missed atomic.Int32
}

// take returns the number of a ping that is due, 0 for none. Executor.mu is held.
func (h *heartbeat) take() uint64 {
	if !h.due {
		return 0
	}
	h.due = false
	h.number++
	return h.number
}

func (h *heartbeat) heard() { h.missed.Store(0) }

// beat pings the worker until done is closed. It calls hung, with the reason,
// if there is no answer.
func (w *worker) beat(done <-chan struct{}, hung func(why error)) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
		}
		if w.pings.missed.Add(1) > pingMisses {
			hung(errors.New("it gave no sign of life"))
			return
		}
		w.e.mu.Lock()
		w.pings.due = true
		if w.recalled {
			w.unanswered++
		}
		unanswered := w.unanswered
		w.poke()
		w.e.mu.Unlock()
		if unanswered > recallMisses {
			hung(fmt.Errorf("%w: it answers pings and no recall", session.ErrProtocol))
			return
		}
	}
}

package local

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// slot is what one worker runs. All but over and told is written under the
// executor's lock, and by its worker alone while nothing runs.
type slot struct {
	call    *scheduler.Call // nil for nothing
	ctx     context.Context
	cancel  context.CancelCauseFunc
	began   time.Time
	warning *time.Timer   // nil until the call is told to stop
	warned  chan struct{} // closed by the warning, if it comes
	late    *time.Timer   // warns of code whose time is over, nil without a limit

	told atomic.Bool // to stop
	over atomic.Bool // the code has returned; call is here until the worker is back

	outcome [1]scheduler.Outcome // what the worker ends calls with
}

// slotOf returns where a call runs, nil if it does not. The executor's lock is
// held.
func slotOf(c *scheduler.Call) *slot {
	if s, ok := c.Private.Owner.(*slot); ok && s.call == c && s.runs() {
		return s
	}
	return nil
}

func (s *slot) runs() bool { return s.call != nil && !s.over.Load() }

// free makes the slot ready for the next call. The executor's lock is held.
func (s *slot) free() {
	if s.warning != nil {
		s.warning.Stop() // told at the moment at which the code returned
	}
	s.call, s.ctx, s.cancel, s.warning, s.warned, s.late = nil, nil, nil, nil, nil, nil
	s.told.Store(false)
	s.outcome[0] = scheduler.Outcome{}
}

package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/signalbox-go/signalbox/framework/status"
	"github.com/signalbox-go/signalbox/framework/view"
)

// Of returns the run of a scheduler of this process as a source. All who look
// at one run should share the watch.
func Of(w *status.Watch) Source { return scheduled{w} }

// scheduled is a run of this process.
type scheduled struct{ w *status.Watch }

// errByHand is why futures are cancelled, and runs stopped, at a screen.
var errByHand = errors.New("cancelled at the screen")

// Look implements [Source].
func (s scheduled) Look(_ context.Context, tree bool) (view.Run, error) { return s.w.Look(tree), nil }

// Pause implements [Source].
func (s scheduled) Pause(_ context.Context, paused bool) error {
	if paused {
		s.w.Scheduler().Pause()
	} else {
		s.w.Scheduler().Resume()
	}
	return nil
}

// Cancel implements [Source].
func (s scheduled) Cancel(_ context.Context, task string, future uint64) (int, error) {
	if future == 0 {
		t := s.w.Scheduler().Task(task)
		if t == nil {
			return 0, fmt.Errorf("there is no task %q", task)
		}
		return t.Cancel(errByHand), nil
	}
	for _, st := range s.w.Scheduler().Staff() { // those that run are not in the middle of a long queue
		if st.Call != nil && st.Call.ID() == future {
			return one(st.Call.Future().Cancel(errByHand)), nil
		}
	}
	for _, f := range s.w.Scheduler().Queue() {
		if f.ID() == future {
			return one(f.Cancel(errByHand)), nil
		}
	}
	return 0, nil // it has ended
}

func one(done bool) int {
	if done {
		return 1
	}
	return 0
}

// Stop implements [Source].
func (s scheduled) Stop(context.Context) error {
	const message = "stopped at the screen"
	s.w.Scheduler().StopWith(message, nil)
	s.w.Scheduler().CancelWaiting(errors.New(message))
	return nil
}

package live

import (
	"context"

	"github.com/signalbox-go/signalbox/framework/view"
)

// Source is a run that can be looked at and acted on: one of this process, see
// [Of], or of another. Its methods may be called from any goroutine and return
// soon. Errors of acts are shown; one of Look ends what looks.
type Source interface {
	// Look tells how the run fares, with its events and callbacks if asked for.
	Look(ctx context.Context, tree bool) (view.Run, error)
	// Pause pauses or resumes dispatch.
	Pause(ctx context.Context, paused bool) error
	// Cancel asks for a future to be cancelled or, if that is 0, for all of a
	// task, and returns how many that were.
	Cancel(ctx context.Context, task string, future uint64) (int, error)
	// Stop ends the run: what runs is completed, what waits is cancelled.
	Stop(ctx context.Context) error
}

//go:build linux

package faultstest

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// T is what a case reports to; a *testing.T is one.
type T interface {
	require.TestingT
	Logf(format string, args ...any)
}

// Case is something that goes wrong.
type Case struct {
	Name string
	// Workers is how many there are; 0 means two.
	Workers int
	// Peer has the workers be a peer that behaves so, instead of an sdk plugin.
	Peer string
	// Options are further options of the executor.
	Options []process.Option
	// Extensions are those of task misbehave.
	Extensions []scheduler.Extension
	// Ends tells that the run may end by itself, as its workers are given up.
	Ends bool
	// Do has it go wrong. Afterwards all calls are awaited.
	Do func(h *House)
	// Long tells that it takes so long that it is left to the long form.
	Long bool
	// Light tells that single calls are not kept in mind.
	Light bool
	// Alone replaces Do for what needs no scheduler in this process.
	Alone func(h *House)
}

// patience bounds what should take milliseconds, on a busy machine.
const patience = time.Minute

// bystanders is how many calls of another task there are before and after what a
// case does, on the same workers. All must succeed.
const bystanders = 20

// Run runs a case and holds it against the rules:
//
//   - every accepted future has ended, once, with an outcome that its call allows;
//   - the scheduler, the metrics and the journal count the same, by task and outcome;
//   - each call's code ran once at most, and once exactly if it has a result;
//   - calls that have nothing to do with it have succeeded;
//   - no process, file descriptor, socket, temporary file or goroutine is left.
//
// Cases must not run side by side in one process: they count what is open.
func Run(t T, c Case) {
	h := &House{T: t, c: c, counts: map[uint64]int{}, mark: fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())}
	defer h.cleanUp()
	h.open()
	if c.Alone != nil {
		c.Alone(h)
	} else {
		h.begin(context.Background())
		h.bystanders(bystanders)
		c.Do(h)
		if !c.Ends {
			h.bystanders(bystanders)
		}
		h.finish()
	}
	h.requireNothingLeft()
}

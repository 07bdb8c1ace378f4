package scheduler_test

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// program is what callbacks of a run do, and its tasks, made up of a seed. What
// there is to do in a place depends on the seed and the place alone, so that it is
// the same in a scheduler and in the model of one.
type program struct {
	seed uint64
	most int // calls that are submitted
}

// outcomes of code.
const (
	succeeds = iota
	fails
	panics
)

// act is one thing that a callback does.
type act struct {
	what  actKind
	which int           // of the calls up to now, to cancel
	delay time.Duration // of a timer
}

type actKind int

const (
	actSubmit actKind = iota
	actCancel
	actCancelAll
	actTimer
	actStop
	actPanic // ends the callback
)

func (p program) dice(place string, n int) *rand.Rand {
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, p.seed)
	fmt.Fprint(h, place, n)
	return rand.New(rand.NewPCG(p.seed, h.Sum64()))
}

// acts returns what the n-th callback of a kind does, when that many calls have
// been submitted.
func (p program) acts(place string, n, submitted int) (acts []act) {
	d := p.dice(place, n)
	count := d.IntN(4)
	if place == "start" {
		count += 3
	}
	for range count {
		a := act{which: d.IntN(max(1, submitted)), delay: time.Duration(d.Int64N(int64(time.Second)))}
		switch roll := d.IntN(100); {
		case roll < 55:
			a.what = actSubmit
		case roll < 72:
			a.what = actCancel
		case roll < 74:
			a.what = actCancelAll
		case roll < 90:
			a.what = actTimer
			if d.IntN(4) == 0 {
				a.delay = 0
			}
		case roll < 91:
			a.what = actStop
		default:
			a.what = actPanic
		}
		acts = append(acts, a)
	}
	return acts
}

// call is one call of a program.
type programCall struct {
	takes    time.Duration
	comes    int // to an outcome
	priority int
	refused  bool // by an extension
}

// call returns what the n-th call is like.
func (p program) call(n int) programCall {
	d := p.dice("call", n)
	return programCall{
		takes:    1 + time.Duration(d.Int64N(int64(time.Second))), // never two at the same moment, in practice
		comes:    [...]int{succeeds, succeeds, succeeds, fails, panics}[d.IntN(5)],
		priority: d.IntN(3) - 1,
		refused:  d.IntN(10) == 0,
	}
}

// timeout is how long the run may take, 0 for as long as it likes.
func (p program) timeout() time.Duration {
	if d := p.dice("timeout", 0); d.IntN(4) == 0 {
		return 1 + time.Duration(d.Int64N(int64(3*time.Second)))
	}
	return 0
}

//go:build linux

package faultstest

import (
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Chaos is a random walk: calls of all kinds, some of which are cancelled, on
// workers that are killed at random. What each call may come to is known
// beforehand, and held against what it came to.
type Chaos struct {
	// Seed determines the walk: what is submitted, in which order, and how long
	// it is until the next worker is killed, and which one.
	Seed uint64
	// Calls is how many calls there are, and Kills how many workers are killed.
	Calls, Kills int
	// Every is how long it is from kill to kill, in the mean; they are a Poisson
	// process.
	Every time.Duration
}

// inFlight is how many calls a walk has open at a time.
const inFlight = 1000

// Case returns the walk as a case. It ends when all calls have ended and all
// kills were done; further calls are made as long as there are kills to come.
func (c Chaos) Case() Case {
	return Case{Name: "chaos", Workers: 4, Options: []process.Option{process.Restarts(1_000_000)}, Do: c.walk}
}

func (c Chaos) walk(h *House) {
	h.Logf("seed %d", c.Seed)
	killed := make(chan int, 1)
	stop := make(chan struct{})
	go func() { killed <- c.kill(h, stop) }()
	random := rand.New(rand.NewPCG(c.Seed, 1))
	open := make([]*scheduler.Future[int], 0, inFlight)
	n := 0
	for kills := -1; n < c.Calls || kills < 0; n++ {
		if len(open) == inFlight {
			h.Await(open[0]) // those before it have ended, as a rule
			open = slices.DeleteFunc(open, func(f *scheduler.Future[int]) bool { return f.State().Ended() })
		}
		open = append(open, h.step(random))
		select {
		case kills = <-killed:
			killed <- kills
		default:
			kills = -1
		}
	}
	close(stop)
	require.Equal(h, c.Kills, <-killed, "kills")
	h.Logf("%d calls, %d workers lost", n, h.Workers().Lost)
}

// step submits the next call of a walk.
func (h *House) step(random *rand.Rand) *scheduler.Future[int] {
	// Whatever code would do, its worker may be killed meanwhile.
	lost := []string{task.KindWorkerLost, task.KindResultLost}
	switch n := random.IntN(1000); {
	case n < 700:
		return h.Do("nothing", "", append(lost, Result)...)
	case n < 800:
		return h.Do("fail", "", append(lost, task.KindError)...)
	case n < 850:
		return h.Do("panic", "", append(lost, task.KindPanic)...)
	case n < 990:
		f := h.Do("nothing", "", append(lost, Result, Cancelled)...)
		f.Cancel()
		return f
	case n < 994:
		f := h.Do("wait", "", append(lost, Cancelled)...)
		f.Cancel()
		return f
	case n == 994 && random.IntN(4) == 0:
		return h.Do("exit", strconv.Itoa(random.IntN(3)), lost...)
	default:
		return h.Do("nothing", "", append(lost, Result)...)
	}
}

// kill kills workers, and returns how many.
func (c Chaos) kill(h *House, stop <-chan struct{}) (n int) {
	random := rand.New(rand.NewPCG(c.Seed, 2))
	next := time.NewTimer(0)
	defer next.Stop()
	dead := map[int]bool{}
	for n < c.Kills {
		next.Reset(time.Duration(random.ExpFloat64() * float64(c.Every)))
		select {
		case <-next.C:
		case <-stop:
			return n
		}
		staff := h.Staff()
		if len(staff) == 0 {
			return n // the run is over
		}
		if w := staff[random.IntN(len(staff))]; w.PID > 0 && !dead[w.PID] && unix.Kill(w.PID, unix.SIGKILL) == nil {
			dead[w.PID] = true
			n++
		}
	}
	return n
}

// Soak has so many calls pass, and requires that memory, goroutines and file
// descriptors are the same behind them as early on.
type Soak struct{ Calls int }

// heapGrowth is what the heap may differ by in a soak, in bytes.
const heapGrowth = 16 << 20

// Case returns the soak as a case.
func (s Soak) Case() Case { return Case{Name: "soak", Light: true, Do: s.run} }

func (s Soak) run(h *House) {
	var base [3]int64
	for done := 0; done < s.Calls; {
		round := min(10_000, s.Calls-done)
		last := make([]*scheduler.Future[int], round)
		for i := range round {
			f, err := h.bad.Submit(Job{ID: done + i, Path: os.DevNull, Act: "nothing"})
			require.NoError(h, err)
			last[i] = f
		}
		for i, f := range last {
			h.Await(f)
			require.Equal(h, done+i, f.Value(), "%v", f.Err())
		}
		done += round
		if done == 20_000 {
			base = standing(h)
		}
	}
	end := standing(h)
	h.Logf("heap %d -> %d bytes, goroutines %d -> %d, descriptors %d -> %d", base[0], end[0], base[1], end[1], base[2], end[2])
	require.Less(h, end[0]-base[0], int64(heapGrowth))
	require.LessOrEqual(h, end[1], base[1]+5)
	require.LessOrEqual(h, end[2], base[2]+5)
	h.extra = uint64(s.Calls)
}

// standing returns what the heap, goroutines and descriptors are when all is quiet.
func standing(h *House) [3]int64 {
	runtime.GC()
	runtime.GC()
	return [3]int64{heap(), int64(runtime.NumGoroutine()), int64(descriptors(h))}
}

//go:build linux

package process_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// TestNothingWaitsBehindALongCall has one worker run a long call, with short
// ones submitted right behind it: they run on the other.
func TestNothingWaitsBehindALongCall(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{2, 3} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, workers)
			r.begin()
			r.warm()
			d := newDoor(t)
			for range 30 {
				var long, short []*scheduler.Future[int]
				for range 20 {
					short = append(short, submit(t, r.Scheduler, pid, 0))
				}
				var behind []*scheduler.Future[int]
				for range workers - 1 {
					long = append(long, submit(t, r.Scheduler, holdTask, place{Socket: d.path}))
					for range 20 {
						behind = append(behind, submit(t, r.Scheduler, pid, 0))
					}
				}
				var guests []*guest
				for range long {
					guests = append(guests, d.guest())
				}
				for _, f := range append(short, behind...) {
					await(t, f)
					require.NoError(t, f.Err())
				}
				for _, f := range long {
					require.Equal(t, scheduler.Running, f.State())
				}
				for _, g := range guests {
					g.letGo()
				}
				for _, f := range long {
					await(t, f)
					require.NoError(t, f.Err())
				}
			}
			r.finish()
			require.Zero(t, r.Workers().Lost)
		})
	}
}

// TestNothingWaitsInASteadyStream has one worker run a long call while others
// keep coming, so that there is always something to do for the other: what was
// sent behind the long call runs there all the same.
func TestNothingWaitsInASteadyStream(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	d := newDoor(t)
	const short, ahead = 100 * time.Microsecond, 300
	var stream []*scheduler.Future[int]
	ended := 0 // of stream, from the front
	flow := func() {
		for ended < len(stream) && stream[ended].State().Ended() {
			ended++
		}
		open := 0
		for _, f := range stream[ended:] {
			if !f.State().Ended() {
				open++
			}
		}
		for range ahead - open {
			stream = append(stream, submit(t, r.Scheduler, burn, short))
		}
	}
	for round := range 8 {
		flow()
		long := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
		last := len(stream) + ahead // well behind it
		began := time.Now()
		for ended < last {
			require.Less(t, time.Since(began), patience, "round %d: call %d waits behind the long one, while %d came after it", round, ended, len(stream)-ended)
			flow()
		}
		require.Equal(t, scheduler.Running, long.State())
		d.guest().letGo()
		await(t, long)
		require.NoError(t, long.Err())
	}
	for _, f := range stream {
		await(t, f)
		require.NoError(t, f.Err())
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 2}, r.Workers())
}

// TestShortOnesRunElsewhere has the only busy worker hold calls when another
// becomes free.
func TestShortOnesRunElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.begin()
	d := newDoor(t)
	for range 30 {
		r.warm()
		// Both workers are held, and short calls wait behind them or in the backlog.
		one := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
		two := submit(t, r.Scheduler, holdTask, place{Socket: d.path})
		var short []*scheduler.Future[int]
		for range 40 {
			short = append(short, submit(t, r.Scheduler, pid, 0))
		}
		g, h := d.guest(), d.guest()
		require.NotEqual(t, g.pid, h.pid)
		g.letGo()
		for _, f := range short {
			await(t, f)
			require.NoError(t, f.Err())
		}
		require.False(t, one.State().Ended() && two.State().Ended(), "one is still held")
		h.letGo()
		await(t, one)
		await(t, two)
	}
	r.finish()
}

// lobby is a door whose guests are let go as a test pleases.
type lobby struct {
	mu    sync.Mutex
	conns []net.Conn
}

// open takes in guests until the door is closed.
func (l *lobby) open(d *door) (closed <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		var greetings sync.WaitGroup
		defer greetings.Wait()
		for {
			conn, err := d.l.Accept()
			if err != nil {
				return
			}
			greetings.Go(func() {
				// It says who it is before it can be let go, unless it has been cancelled.
				_, _ = bufio.NewReader(conn).ReadString('\n')
				l.mu.Lock()
				l.conns = append(l.conns, conn)
				l.mu.Unlock()
			})
		}
	}()
	return done
}

// letGo lets all guests go.
func (l *lobby) letGo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_, _ = c.Write([]byte{1}) // it may have gone
		_ = c.Close()
	}
	l.conns = nil
}

// TestRecallStress mixes long calls, short ones and cancellations on three
// workers. At most two long calls are under way, so that one worker is free and
// every short call has to end, whatever the others do.
func TestRecallStress(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			r := newRig(t, 3, process.Grace(time.Minute))
			r.begin()
			d, l := newDoor(t), &lobby{}
			closed := l.open(d)
			var long, short, all []*scheduler.Future[int]
			underWay := func() int {
				long = slices.DeleteFunc(long, func(f *scheduler.Future[int]) bool { return f.State().Ended() })
				return len(long)
			}
			for step := range 3000 {
				switch n := random.IntN(100); {
				case n < 55:
					for range 1 + random.IntN(6) {
						f := submit(t, r.Scheduler, pid, 0)
						short, all = append(short, f), append(all, f)
					}
				case n < 65:
					f := submit(t, r.Scheduler, burn, time.Duration(random.IntN(int(3*time.Millisecond))))
					short, all = append(short, f), append(all, f)
				case n < 75 && underWay() < 2:
					f := submit(t, r.Scheduler, holdTask, place{Socket: d.path, Heed: true})
					long, all = append(long, f), append(all, f)
				case n < 93 && len(all) > 0:
					all[max(0, len(all)-1-random.IntN(40))].Cancel(errEnough)
				case n < 95:
					l.letGo()
				}
				if step%100 == 99 {
					for _, f := range short {
						await(t, f)
					}
					short = nil
				}
			}
			for underWay() > 0 {
				l.letGo()
				for _, f := range long {
					select {
					case <-f.Done():
					case <-time.After(10 * time.Millisecond): // it may come to the door yet
					}
				}
			}
			ends := map[scheduler.State]int{}
			for _, f := range all {
				await(t, f)
				if f.State() != scheduler.Cancelled {
					require.NoError(t, f.Err())
				}
				ends[f.State()]++
			}
			t.Logf("seed %d: %v", seed, ends)
			r.finish()
			require.Equal(t, scheduler.WorkerCounts{Started: 3}, r.Workers())
			require.NoError(t, d.l.Close())
			<-closed
		})
	}
}

package local_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestWhatTheyAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		e       *local.Executor
		kind    string
		workers int
	}{
		"sequential":       {local.Sequential(), "sequential", 1},
		"pool":             {local.Pool(7), "pool", 7},
		"one for each CPU": {local.Pool(0), "pool", runtime.GOMAXPROCS(0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.kind, c.e.Name())
			require.Equal(t, scheduler.ExecutorStatus{Name: c.kind, Kind: c.kind, Workers: c.workers}, c.e.Status())
			require.False(t, c.e.Encodes())
			require.Empty(t, c.e.Codes())
			offer, hint := c.e.Offers("anything", true)
			require.Equal(t, scheduler.OfferYes, offer)
			require.Empty(t, hint)
			offer, hint = c.e.Offers("anything", false)
			require.Equal(t, scheduler.OfferNo, offer)
			require.Contains(t, hint, "not linked")
			require.Contains(t, hint, c.kind)
		})
	}
}

func TestPoolRefusesANegativeNumber(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "local: Pool(-1) is out of range: it must be 0 or more", func() { local.Pool(-1) })
}

// A pool runs exactly as many calls at a time as it has workers.
func TestPoolRunsSideBySide(t *testing.T) {
	t.Parallel()
	const workers = 5
	s := on(local.Pool(workers))
	arrived, letGo := make(chan int), make(chan struct{})
	var now, most atomic.Int32
	meet := scheduler.NewTask(s, task.New("meet", func(ctx context.Context, _ int) (int, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		info, _ := task.InfoFrom(ctx)
		arrived <- info.Worker
		<-letGo
		return info.Worker, nil
	}))
	wait := start(t, s)
	for range 3 * workers {
		submit(t, meet, 0)
	}
	seen := map[int]bool{}
	for range workers {
		seen[<-arrived] = true
	}
	require.Len(t, seen, workers, "each worker has one")
	close(letGo)
	for range 2 * workers {
		<-arrived
	}
	wait()
	require.Equal(t, int32(workers), most.Load())
}

// Sequential runs in the order of submission, also past what was cancelled.
func TestSequentialOrder(t *testing.T) {
	t.Parallel()
	s := on(local.Sequential())
	letGo := make(chan struct{})
	var ran []int // only ever one call runs
	note := scheduler.NewTask(s, task.New("note", func(_ context.Context, n int) (int, error) {
		<-letGo
		ran = append(ran, n)
		return n, nil
	}))
	wait := start(t, s, tolerant()...)
	const n = 5000 // more than the queue remembers of what is over
	want := []int{0}
	submit(t, note, 0)
	for i := 1; i < n; i++ {
		f := submit(t, note, i)
		if i%3 == 0 {
			require.True(t, f.Cancel(), "it waits behind the first")
			continue
		}
		want = append(want, i)
	}
	close(letGo)
	for i := range n { // while it takes from the queue
		submit(t, note, n+i)
		want = append(want, n+i)
	}
	wait()
	require.Equal(t, want, ran)
}

// What has no encoding is handed over as it is, in both directions.
func TestValuesAreHandedOver(t *testing.T) {
	t.Parallel()
	type input struct {
		ch   chan string
		next *input
	}
	for name, e := range map[string]*local.Executor{"sequential": local.Sequential(), "pool": local.Pool(2)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := on(e)
			loop := &input{ch: make(chan string, 1)}
			loop.next = loop
			bind := scheduler.NewTask(s, task.New("bind", func(_ context.Context, in *input) (func() *input, error) {
				in.ch <- "was here"
				return func() *input { return in.next }, nil
			}))
			wait := start(t, s)
			f := submit(t, bind, loop)
			got, err := f.Wait(t.Context())
			require.NoError(t, err)
			require.Same(t, loop, got())
			require.Equal(t, "was here", <-loop.ch)
			wait()
		})
	}
}

// nothing is an error that cannot tell its text: it is nil.
type nothing struct{ text string }

func (n *nothing) Error() string { return n.text }

// An error whose methods panic is that panic, whoever looks at it.
func TestErrorsThatCannotBeTold(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]*local.Executor{"sequential": local.Sequential(), "pool": local.Pool(2)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := on(e)
			code := scheduler.NewTask(s, task.New("code", func(context.Context, int) (int, error) { return 0, (*nothing)(nil) }))
			end := start(t, s, tolerant()...)
			f := submit(t, code, 0)
			<-f.Done()
			require.True(t, task.IsKind(f.Err(), task.KindPanic), "%v", f.Err())
			require.ErrorContains(t, f.Err(), "a nil *local_test.nothing")
			end()
		})
	}
}

// A program that is its own worker must not multiply.
func TestNoSchedulerInAWorker(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"=1")
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "local: a scheduler cannot be started inside a worker process")
}

func TestOneExecutorForTwoSchedulers(t *testing.T) {
	t.Parallel()
	e := local.Pool(1)
	first, second := on(e), on(e)
	wait := start(t, first, scheduler.KeepRunning())
	_, err := second.Run(t.Context())
	require.EqualError(t, err, "local: executor pool is started already: give each scheduler one of its own")
	first.Stop()
	wait()
	start(t, second)() // one after the other is fine
}

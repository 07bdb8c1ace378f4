package scheduler_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var (
	programSeed  = flag.Uint64("program.seed", 0, "seed of the random program to replay, 0 for new ones")
	programCount = flag.Int("program.count", 300, "how many random programs to run on each executor")
)

// programs calls run with random programs, in fake time. Each is replayed by the
// seed that its failure tells.
func programs(t *testing.T, run func(t *testing.T, p program)) {
	first, count := *programSeed, 1
	if first == 0 {
		first, count = rand.Uint64()>>1+1, *programCount
	}
	t.Logf("programs from seed %d on", first)
	for i := range count {
		seed := first + uint64(i)
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Logf("replay: go test ./framework/scheduler -run '%s' -program.seed=%d", strings.Split(t.Name(), "/")[0], seed)
			synctest.Test(t, func(t *testing.T) { run(t, program{seed: seed, most: 40}) })
		})
		if !ok {
			return // one is enough to look at
		}
	}
}

// TestProgramsGoAsInTheModel has random programs run by one worker, and compares
// all that happens, and when, with what happens in a simple model.
func TestProgramsGoAsInTheModel(t *testing.T) {
	t.Parallel()
	programs(t, func(t *testing.T, p program) {
		m, r := runModel(p), runProgram(t, p, local.Sequential())
		for i := range min(len(m.trace), len(r.trace)) {
			require.Equal(t, m.trace[i], r.trace[i], "after\n%s", strings.Join(r.trace[max(0, i-10):i], "\n"))
		}
		require.Equal(t, m.trace, r.trace)
		require.Equal(t, map[string]scheduler.ExitCode{"exhausted": scheduler.ExitExhausted, "stop": scheduler.ExitStopped, "timeout": scheduler.ExitTimeout}[m.ended], r.exit.Code)
		r.requireAccounted(t)
	})
}

// TestProgramsOfManyWorkers have what happens at a moment happen in any order, so
// that only what holds in each is looked at.
func TestProgramsOfManyWorkers(t *testing.T) {
	t.Parallel()
	programs(t, func(t *testing.T, p program) { runProgram(t, p, local.Pool(3)).requireAccounted(t) })
}

// programRun is a program as it was run.
type programRun struct {
	program
	t       *testing.T
	s       *scheduler.Scheduler
	work    *scheduler.Task[int, int]
	began   time.Time
	trace   []string
	exit    scheduler.Exit
	futures []*scheduler.Future[int] // nil where refused
	ran     []int                    // how often the code of a call was run
	counts  map[string]int
	made    int
}

var errProgram = errors.New("the program says so")

func runProgram(t *testing.T, p program, on scheduler.Executor) *programRun {
	r := &programRun{program: p, t: t, s: quiet(on), began: time.Now(), counts: map[string]int{}, ran: make([]int, p.most)}
	r.work = scheduler.NewTask(r.s, task.New("work", r.code), treeExtension{name: "picky", refuse: func(input any) error {
		if r.call(input.(int)).refused {
			return errProgram
		}
		return nil
	}})
	r.listen()
	opts := []scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}
	if d := p.timeout(); d > 0 {
		opts = append(opts, scheduler.Timeout(d))
	}
	r.exit = mustRun(t, r.s, opts...)
	return r
}

// code is that of calls. Only one worker runs a call, so that counting needs no
// lock.
func (r *programRun) code(ctx context.Context, n int) (int, error) {
	r.ran[n]++
	c := r.call(n)
	timer := time.NewTimer(c.takes)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-timer.C:
	}
	switch c.comes {
	case fails:
		return 0, errProgram
	case panics:
		panic(errProgram)
	}
	return 2 * n, nil
}

func (r *programRun) say(format string, args ...any) {
	r.trace = append(r.trace, fmt.Sprintf("%v ", time.Since(r.began))+fmt.Sprintf(format, args...))
}

func (r *programRun) listen() {
	n := func(f scheduler.AnyFuture) int { return f.Input().(int) }
	s, w := r.s, r.work
	s.OnStart.Do(func() { r.say("on_start"); r.callback("start") })
	s.OnEmpty.Do(func() { r.say("on_empty"); r.callback("empty") })
	s.OnStop.Do(func(scheduler.Stopped) { r.say("on_stop") })
	for _, sub := range []event.SignalSubscriber{s.OnTimeout, s.OnFinishing, s.OnFinished} {
		sub.Do(func() { r.say("%s", sub.Event().Name()) })
	}
	s.OnFutureSubmitted.Do(func(e scheduler.FutureSubmitted) { r.say("future_submitted %d", n(e.Future)) })
	s.OnFutureDone.Do(func(e scheduler.FutureDone) { r.say("future_done %d", n(e.Future)) })
	s.OnFutureResult.Do(func(e scheduler.FutureResult) { r.say("future_result %d", n(e.Future)) })
	s.OnFutureException.Do(func(e scheduler.FutureException) { r.say("future_exception %d", n(e.Future)) })
	s.OnFutureCancelled.Do(func(e scheduler.FutureCancelled) { r.say("future_cancelled %d", n(e.Future)) })
	w.OnSubmitted.Do(func(e scheduler.Submitted[int]) { r.say("submitted %d", e.Input); r.callback("submitted") })
	w.OnDone.Do(func(e scheduler.Done) { r.say("done %d", n(e.Future)) })
	w.OnResult.Do(func(e scheduler.Result[int]) { r.say("result %d", n(e.Future)); r.callback("result") })
	w.OnException.Do(func(e scheduler.Exception) { r.say("exception %d", n(e.Future)); r.callback("exception") })
	w.OnCancelled.Do(func(e scheduler.TaskCancelled) { r.say("cancelled %d", n(e.Future)); r.callback("cancelled") })
}

// callback does what the program has a callback do. Before and after each act,
// all that follows from it happens, in the executor.
func (r *programRun) callback(place string) {
	r.counts[place]++
	synctest.Wait()
	for _, a := range r.acts(place, r.counts[place], len(r.futures)) {
		r.act(a)
		synctest.Wait()
	}
}

func (r *programRun) act(a act) {
	switch a.what {
	case actSubmit:
		r.submit()
	case actCancel:
		if a.which < len(r.futures) && r.futures[a.which] != nil {
			r.say("cancel %d: %v", a.which, r.futures[a.which].Cancel(errProgram))
		}
	case actCancelAll:
		r.say("cancel all: %d", r.cancelAll())
	case actTimer:
		n := r.made
		r.made++
		if _, err := r.s.CallLater(a.delay, func() { r.say("timer %d", n); r.callback("timer") }); err != nil {
			r.say("later %d: not running", n)
		}
	case actStop:
		r.s.Stop()
	case actPanic:
		r.say("panic")
		panic(errProgram)
	}
}

// cancelAll cancels one call after the other where all is to happen in the order
// of the model: code that is told to stop ends beside the others otherwise.
func (r *programRun) cancelAll() (n int) {
	if r.s.Executors()[0].Workers > 1 {
		return r.s.Cancel(errProgram)
	}
	for _, f := range r.futures {
		if f != nil && f.Cancel(errProgram) {
			n++
		}
		synctest.Wait()
	}
	return n
}

func (r *programRun) submit() {
	n := len(r.futures)
	if n == r.most {
		return
	}
	f, err := r.work.Submit(n, scheduler.Priority(r.call(n).priority))
	r.futures = append(r.futures, f)
	switch {
	case errors.Is(err, scheduler.ErrNotRunning):
		r.say("submit %d: not running", n)
	case errors.Is(err, errProgram):
		r.say("submit %d: refused", n)
	case err == nil:
		r.say("submit %d: accepted", n)
	default:
		r.say("submit %d: %v", n, err)
	}
}

// requireAccounted requires what holds of every run: each accepted call ended
// once, and was told of once, in order; no code was run twice; and the counts are
// those of what was told.
func (r *programRun) requireAccounted(t *testing.T) {
	told, submits := map[int][]string{}, 0
	for _, line := range r.trace {
		var at, name string
		var n int
		if got, _ := fmt.Sscanf(line, "%s %s %d", &at, &name, &n); got == 3 && !strings.Contains(line, ":") && name != "timer" {
			told[n] = append(told[n], name)
		}
		if strings.Contains(line, " submit ") {
			submits++
		}
	}
	var want scheduler.Counts
	for n, f := range r.futures {
		if f == nil {
			want.Refused++
			require.Empty(t, told[n])
			require.Zero(t, r.ran[n])
			continue
		}
		want.Submitted++
		c := r.call(n)
		switch f.State() {
		case scheduler.Succeeded:
			want.Results++
			require.Equal(t, succeeds, c.comes)
			require.Equal(t, 2*n, f.Value())
			require.Equal(t, []string{"future_submitted", "submitted", "future_done", "future_result", "done", "result"}, told[n])
			require.Equal(t, 1, r.ran[n])
		case scheduler.Failed:
			want.Exceptions++
			require.NotEqual(t, succeeds, c.comes)
			require.Equal(t, []string{"future_submitted", "submitted", "future_done", "future_exception", "done", "exception"}, told[n])
			require.Equal(t, 1, r.ran[n])
		case scheduler.Cancelled:
			want.Cancelled++
			require.ErrorIs(t, f.Err(), errProgram)
			require.Equal(t, []string{"future_submitted", "submitted", "future_cancelled", "cancelled"}, told[n])
			require.LessOrEqual(t, r.ran[n], 1)
		default:
			require.Fail(t, "not ended", "call %d: %v", n, f.State())
		}
	}
	require.Equal(t, want, r.s.Counts())
	require.Equal(t, len(r.futures), submits)
	require.True(t, r.s.Empty())
	require.True(t, strings.HasSuffix(r.trace[len(r.trace)-1], " on_finished"), r.trace[len(r.trace)-1])
}

package scheduler_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// reserving returns an extension that reserves with these functions.
func reserving(commit func(scheduler.AnyFuture), rollback func()) *testExtension {
	return &testExtension{name: "reserving", pre: func(sub *scheduler.Submission) error {
		sub.Reserve(commit, rollback)
		return nil
	}}
}

// TestCommitComesBeforeEvents has a commit take a second of the bubble's time,
// in which the queue is empty, or the run is stopped, or its time is over.
func TestCommitComesBeforeEvents(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		end  func(*scheduler.Scheduler)
		opts []scheduler.RunOption
		want []string
		code scheduler.ExitCode
	}{
		"nothing": {nil, nil, []string{"empty", "committed", "submitted", "result", "empty", "finishing"}, scheduler.ExitExhausted},
		"stopped": {(*scheduler.Scheduler).Stop, nil, []string{"empty", "committed", "finishing", "submitted", "result"}, scheduler.ExitStopped},
		"its time is over": {nil, []scheduler.RunOption{scheduler.Timeout(500 * time.Millisecond)},
			[]string{"empty", "committed", "finishing", "submitted", "result"}, scheduler.ExitTimeout},
		"killed": {func(s *scheduler.Scheduler) { s.Kill("enough", nil) }, nil,
			[]string{"empty", "committed", "finishing", "submitted", "cancelled"}, scheduler.ExitStopped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				s := pool(1)
				var mu sync.Mutex
				var told []string
				note := func(x string) {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, x)
				}
				ext := reserving(func(f scheduler.AnyFuture) {
					time.Sleep(time.Second) // not synchronisation: it is to take a while
					note("committed")
					f.WhenDone(func(scheduler.AnyFuture) { note(f.State().String()) })
				}, nil)
				slow := scheduler.NewTask(s, task.New("slow", sleepRet), ext)
				s.OnEmpty.Do(func() { note("empty") })
				s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { note("submitted") })
				s.OnFinishing.Do(func() { note("finishing") })
				mustStart(t, s, append(test.opts, scheduler.CancellationPolicy(scheduler.Continue))...)
				synctest.Wait()
				submitted := make(chan struct{})
				go func() {
					defer close(submitted)
					slow.Submit(0)
				}()
				synctest.Wait()
				if test.end != nil {
					test.end(s)
				}
				require.Equal(t, test.code, mustWait(t, s).Code)
				<-submitted
				require.Equal(t, test.want, told)
			})
		})
	}
}

// TestFunctionsOfReservationsThatFail panic, or end their goroutine.
func TestFunctionsOfReservationsThatFail(t *testing.T) {
	t.Parallel()

	why := errors.New("no commit today")
	for name, fail := range map[string]func(){"panic": func() { panic(why) }, "goexit": runtime.Goexit} {
		for _, refused := range []bool{false, true} {
			var got []string
			note := func(x string) func() { return func() { got = append(got, x) } }
			s := pool(1)
			failing := reserving(func(scheduler.AnyFuture) { fail() }, fail)
			around := func(x string) *testExtension {
				return reserving(func(scheduler.AnyFuture) { note("commit " + x)() }, note("roll back "+x))
			}
			last := &testExtension{name: "last", pre: func(*scheduler.Submission) error {
				if refused {
					return errors.New("full")
				}
				return nil
			}}
			double := scheduler.NewTask(s, task.New("double", twice), around("a"), failing, around("b"), last)
			mustStart(t, s)
			var f *scheduler.Future[int]
			over := make(chan struct{})
			double.OnSubmitted.Do(func(scheduler.Submitted[int]) { note("submitted")() })
			go func() {
				defer close(over)
				f, _ = double.Submit(1)
			}()
			<-over
			exit, err := s.Wait()
			if name == "panic" {
				require.ErrorIs(t, err, why, "it falls under the policy")
				require.Equal(t, scheduler.ExitException, exit.Code)
				var panicked *event.PanicError
				require.ErrorAs(t, err, &panicked)
			} else {
				require.NoError(t, err)
			}
			if refused {
				require.Equal(t, []string{"roll back b", "roll back a"}, got)
				require.Equal(t, scheduler.Counts{Refused: 1}, s.Counts())
				continue
			}
			require.Equal(t, []string{"commit a", "commit b", "submitted"}, got)
			require.Equal(t, scheduler.Counts{Submitted: 1, Results: 1}, s.Counts(), "the future is not lost")
			if name == "panic" {
				require.Equal(t, scheduler.Succeeded, f.State())
			}
		}
	}
}

// TestPreSubmitThatEndsItsGoroutine has reservations rolled back.
func TestPreSubmitThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()

	s := pool(1)
	rolledBack := 0
	ending := &testExtension{name: "x", pre: func(*scheduler.Submission) error { runtime.Goexit(); return nil }}
	double := scheduler.NewTask(s, task.New("double", twice), reserving(nil, func() { rolledBack++ }), ending)
	mustStart(t, s)
	for range 2 { // it holds no lock
		over := make(chan struct{})
		go func() {
			defer close(over)
			double.Submit(1)
		}()
		<-over
	}
	mustWait(t, s)
	require.Equal(t, 2, rolledBack)
	require.Zero(t, s.Counts().Submitted)
}

// TestCommitInsideACallback submits where the run's own goroutine commits.
func TestCommitInsideACallback(t *testing.T) {
	t.Parallel()

	s := pool(1)
	other := doubleTask(s)
	double := scheduler.NewTask(s, task.New("extended", twice), reserving(func(scheduler.AnyFuture) {
		other.Submit(1)
		s.Stop()
		_, err := other.Submit(1)
		if !errors.Is(err, scheduler.ErrNotRunning) {
			panic(err)
		}
	}, nil))
	s.OnStart.Do(func() { double.Submit(1) })
	require.Equal(t, scheduler.ExitStopped, mustRun(t, s).Code)
	require.EqualValues(t, 2, s.Counts().Results)
}

package retry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func quiet(e scheduler.Executor) *scheduler.Scheduler {
	return scheduler.New(e, scheduler.Logger(slog.New(slog.DiscardHandler)))
}

func start(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) {
	t.Helper()
	opts = append(opts, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue))
	require.NoError(t, s.Start(t.Context(), opts...))
}

func wait(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	_, err := s.Wait()
	require.NoError(t, err)
}

func submit[In, Out any](t *testing.T, tsk *scheduler.Task[In, Out], in In, opts ...scheduler.CallOption) *scheduler.Future[Out] {
	t.Helper()
	f, err := tsk.Submit(in, opts...)
	require.NoError(t, err)
	return f
}

// flaky is code that ends, attempt by attempt, in these errors, and then in a
// result. It notes when each began.
type flaky struct {
	mu    sync.Mutex
	begun []time.Time
	errs  []error
}

func (c *flaky) def() *task.Def[int, int] {
	return task.New("flaky", func(ctx context.Context, x int) (int, error) {
		info, _ := task.InfoFrom(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.begun = append(c.begun, time.Now())
		if info.Attempt != len(c.begun) {
			return 0, task.NotRetryable(fmt.Errorf("attempt %d at the %d. time", info.Attempt, len(c.begun)))
		}
		if info.Attempt <= len(c.errs) {
			return 0, c.errs[info.Attempt-1]
		}
		return x, nil
	})
}

var (
	errNo    = errors.New("no")
	errQuota = task.WithKind("quota", errors.New("quota exceeded"))
)

func TestMistakesAreToldBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	s := quiet(local.Pool(1))
	for name, c := range map[string]struct {
		opt  retry.Option
		want string
	}{
		"attempts":   {retry.Attempts(1), "Attempts is 1: it must be 2 or more, the first included"},
		"first":      {retry.Backoff(0, time.Second), "Backoff begins with 0s: it must be more than 0"},
		"longest":    {retry.Backoff(time.Minute, time.Second), "Backoff goes up to 1s, which is less than the first delay of 1m0s"},
		"lost":       {retry.WorkersLost(0), "WorkersLost is 0: it must be 1 or more"},
		"memory":     {retry.MoreMemory(1), "MoreMemory is 1: it must be more than 1, and at most 1000"},
		"no kinds":   {retry.On(), `On needs a kind, such as "worker-lost"; without On every error that may be mended counts`},
		"empty kind": {retry.On("quota", ""), "On has an empty kind"},
		"cancelled":  {retry.On("cancelled"), `On has "cancelled": what was cancelled is never attempted again`},
		"decode":     {retry.On("decode"), `On has "decode": another attempt ends in the same`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scheduler.AddTask(s, (&flaky{}).def().As(name), retry.New(c.opt))
			require.EqualError(t, err, "scheduler: task "+name+": extension retry: "+c.want)
		})
	}
	require.PanicsWithValue(t, "retry: New: option 1 is nil", func() { retry.New(nil) })
	_, err := scheduler.AddTask(s, (&flaky{}).def(), retry.New(), retry.New())
	require.ErrorContains(t, err, "the task is retried already: give that extension all options")
}

func TestAttemptsUntilOneSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, code := quiet(local.Pool(1)), &flaky{errs: []error{errNo, errQuota, errNo}}
		tsk := scheduler.NewTask(s, code.def(), retry.New(retry.Attempts(5), retry.Backoff(10*time.Second, 25*time.Second)))
		var told []retry.Scheduled
		var order []string
		event.On(tsk, retry.RetryScheduled, func(r retry.Scheduled) {
			told = append(told, r)
			order = append(order, fmt.Sprint("retry ", r.Attempt))
		})
		tsk.OnDone.Do(func(e scheduler.Done) { order = append(order, fmt.Sprint("done ", e.Future.Attempt())) })
		start(t, s)
		f := submit(t, tsk, 7)
		synctest.Wait()
		require.Equal(t, scheduler.Pending, f.State())
		require.Equal(t, []string{"Attempts up to 5", "Further attempts 1, given up 0"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
		wait(t, s)
		require.Equal(t, []string{"retry 1", "retry 2", "retry 3", "done 4"}, order)
		require.Equal(t, scheduler.Counts{Submitted: 1, Results: 1}, s.Counts())
		for i, r := range told {
			interval := min(10*time.Second<<i, 25*time.Second)
			require.GreaterOrEqual(t, r.Delay, interval/2)
			require.LessOrEqual(t, r.Delay, min(interval*3/2, 25*time.Second))
			require.Equal(t, r.Delay, code.begun[i+1].Sub(code.begun[i]))
			require.Same(t, f, r.Future)
			require.Equal(t, code.errs[i], r.Err)
		}
		text, err := json.Marshal(told[1])
		require.NoError(t, err)
		require.JSONEq(t, fmt.Sprintf(`{"task":"flaky","future":1,"attempt":2,"error":"quota exceeded","kind":"quota","delay_s":%v}`, told[1].Delay.Seconds()), string(text))
	})
}

func TestTheErrorListsTheAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			errs     []error
			attempts int
			want     string
		}{
			{[]error{errNo, errNo, errQuota}, 3, "3 attempts failed: 1 to 2: no; 3: quota exceeded"},
			{[]error{errNo, errNo, errNo}, 3, "3 attempts failed: no"},
			{[]error{errNo, task.NotRetryable(errQuota)}, 2, "2 attempts failed: 1: no; 2: quota exceeded"},
			{[]error{task.NotRetryable(errQuota)}, 1, "quota exceeded"},
		} {
			s, code := quiet(local.Pool(1)), &flaky{errs: c.errs}
			tsk := scheduler.NewTask(s, code.def(), retry.New())
			ends := 0
			tsk.OnException.Do(func(scheduler.Exception) { ends++ })
			start(t, s)
			_, err := submit(t, tsk, 1).Wait(t.Context())
			require.EqualError(t, err, c.want)
			require.Len(t, code.begun, c.attempts)
			last := c.errs[len(c.errs)-1]
			require.Equal(t, task.KindOf(last), task.KindOf(err))
			require.Equal(t, task.IsRetryable(last), task.IsRetryable(err))
			require.ErrorIs(t, err, last)
			var all *retry.Error
			require.Equal(t, c.attempts > 1, errors.As(err, &all))
			if all != nil {
				require.Len(t, all.Attempts, c.attempts)
				require.Equal(t, retry.Attempt{Number: 1, Err: c.errs[0], Elapsed: all.Attempts[0].Elapsed}, all.Attempts[0])
			}
			wait(t, s)
			require.Equal(t, 1, ends)
		}
	})
}

func TestOnlySomeKinds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, code := quiet(local.Pool(1)), &flaky{errs: []error{errQuota, errNo}}
		tsk := scheduler.NewTask(s, code.def(), retry.New(retry.Attempts(9), retry.On("quota", task.KindWorkerLost)))
		start(t, s)
		_, err := submit(t, tsk, 1).Wait(t.Context())
		require.EqualError(t, err, "2 attempts failed: 1: quota exceeded; 2: no")
		wait(t, s)
	})
}

// The deadline is one for all attempts: none begins after it.
func TestNoAttemptAfterTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, code := quiet(local.Pool(1)), &flaky{errs: make([]error, 100)}
		for i := range code.errs {
			code.errs[i] = errNo
		}
		tsk := scheduler.NewTask(s, code.def(), retry.New(retry.Attempts(100), retry.Backoff(10*time.Second, 10*time.Second)))
		start(t, s)
		begun := time.Now()
		_, err := submit(t, tsk, 1, scheduler.Within(time.Minute)).Wait(t.Context())
		require.ErrorIs(t, err, errNo)
		require.Less(t, time.Since(begun), time.Minute)
		require.Greater(t, time.Since(begun), 49*time.Second)
		require.Greater(t, len(code.begun), 5)
		wait(t, s)
	})
}

func TestCancelledAndKilledBetweenAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, kill := range []bool{false, true} {
			s, code := quiet(local.Pool(1)), &flaky{errs: []error{errNo}}
			tsk := scheduler.NewTask(s, code.def(), retry.New(retry.Backoff(time.Hour, time.Hour)))
			start(t, s)
			begun := time.Now()
			f := submit(t, tsk, 1)
			synctest.Wait()
			if kill {
				s.Kill("enough", nil)
			} else {
				require.True(t, f.Cancel())
			}
			wait(t, s)
			require.Equal(t, scheduler.Cancelled, f.State())
			require.Zero(t, time.Since(begun))
			require.Len(t, code.begun, 1)
		}
	})
}

// A call that is attempted again keeps the place that a limiter gave it.
func TestWithALimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, limited := range []bool{true, false} {
			s, code := quiet(local.Pool(2)), &flaky{errs: []error{errNo, errNo}}
			extensions := []scheduler.Extension{limiter.New(limiter.MaxConcurrent(1), limiter.Queue()), retry.New()}
			if limited { // in either order
				extensions[0], extensions[1] = extensions[1], extensions[0]
			}
			tsk := scheduler.NewTask(s, code.def(), extensions...)
			start(t, s)
			first := submit(t, tsk, 1)
			synctest.Wait()
			second := submit(t, tsk, 2)
			_, err := first.Wait(t.Context())
			require.NoError(t, err)
			_, err = second.Wait(t.Context())
			require.ErrorContains(t, err, "attempt 1 at the 4. time", "it came after the first's third attempt")
			wait(t, s)
		}
	})
}

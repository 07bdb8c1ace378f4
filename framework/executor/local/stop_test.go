package local_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var errEnough = errors.New("enough")

const warning = "WARN waiting for code that does not heed its context; code in this process cannot be killed executor=pool task=deaf"

// Code that does not stop within 5 s of being told to is named once, however
// it was told.
func TestWarning(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*scheduler.Scheduler, scheduler.AnyFuture){
		"cancelled":       func(_ *scheduler.Scheduler, f scheduler.AnyFuture) { f.Cancel(errEnough) },
		"cancelled twice": func(_ *scheduler.Scheduler, f scheduler.AnyFuture) { f.Cancel(errEnough); f.Cancel() },
		"killed":          func(s *scheduler.Scheduler, _ scheduler.AnyFuture) { s.Kill("no time", errEnough) },
		"both": func(s *scheduler.Scheduler, f scheduler.AnyFuture) {
			f.Cancel(errEnough)
			s.Kill("no time", errEnough)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log lines
				s := logging(local.Pool(2), &log)
				began, letGo := make(chan struct{}), make(chan struct{})
				deaf := scheduler.NewTask(s, task.New("deaf", func(context.Context, int) (int, error) {
					close(began)
					<-letGo
					return 7, nil
				}))
				require.NoError(t, s.Start(context.Background(), tolerant()...))
				f := submit(t, deaf, 1)
				<-began
				time.Sleep(time.Hour) // it may take as long as it likes
				synctest.Wait()
				require.Empty(t, log.all())

				tell(s, f)
				time.Sleep(5*time.Second - 1)
				synctest.Wait()
				require.Empty(t, log.all())
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				require.Equal(t, []string{warning + " future=1 waited=5s"}, log.all())
				require.Equal(t, scheduler.Running, f.State(), "it has not stopped")

				time.Sleep(time.Hour)
				close(letGo)
				_, err := s.Wait()
				require.NoError(t, err)
				require.Len(t, log.all(), 1)
				require.Equal(t, scheduler.Succeeded, f.State(), "it is what it came to")
			})
		})
	}
}

func TestNoWarningForCodeThatHeedsItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log lines
		s := logging(local.Pool(2), &log)
		slow := scheduler.NewTask(s, task.New("slow", func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			time.Sleep(5*time.Second - 1) // it cleans up
			return 0, ctx.Err()
		}))
		require.NoError(t, s.Start(context.Background(), tolerant()...))
		f, g := submit(t, slow, 1), submit(t, slow, 2)
		synctest.Wait()
		f.Cancel(errEnough)
		<-f.Done()
		require.Equal(t, scheduler.Cancelled, f.State())
		require.ErrorIs(t, f.Err(), errEnough)
		s.Kill("no time", errEnough)
		_, err := s.Wait()
		require.NoError(t, err)
		require.Equal(t, scheduler.Cancelled, g.State())
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Empty(t, log.all())
	})
}

// Logging must not hold what a logger may ask for.
func TestLoggerMayUseTheScheduler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log lines
		s := logging(local.Pool(1), &log)
		letGo := make(chan struct{})
		deaf := scheduler.NewTask(s, task.New("deaf", func(context.Context, int) (int, error) { <-letGo; return 0, nil }))
		log.onLine = func() {
			_, _ = deaf.Submit(2) // accepted or not: it does not hang
			_ = s.String()
			close(letGo)
		}
		require.NoError(t, s.Start(context.Background(), tolerant()...))
		f := submit(t, deaf, 1)
		synctest.Wait()
		f.Cancel()
		<-f.Done()
		_, err := s.Wait()
		require.NoError(t, err)
		require.Len(t, log.all(), 1)
	})
}

// What code came to is not hidden by its having been told to stop.
func TestWhatAStoppedCallCameTo(t *testing.T) {
	t.Parallel()
	errQuota := errors.New("quota")
	for name, c := range map[string]struct {
		code func(context.Context) (int, error)
		want scheduler.State
		kind string
	}{
		"the context's error": {func(ctx context.Context) (int, error) { return 0, ctx.Err() }, scheduler.Cancelled, ""},
		"its cause":           {func(ctx context.Context) (int, error) { return 0, context.Cause(ctx) }, scheduler.Cancelled, ""},
		"another error":       {func(context.Context) (int, error) { return 0, errQuota }, scheduler.Cancelled, ""},
		"a result":            {func(context.Context) (int, error) { return 1, nil }, scheduler.Succeeded, ""},
		"an error of a kind":  {func(context.Context) (int, error) { return 0, task.WithKind("quota", errQuota) }, scheduler.Failed, "quota"},
		"a panic":             {func(context.Context) (int, error) { panic("out of cheese") }, scheduler.Failed, task.KindPanic},
		"an untold error":     {func(context.Context) (int, error) { return 0, (*nothing)(nil) }, scheduler.Failed, task.KindPanic},
	} {
		for how, stop := range map[string]func(*scheduler.Scheduler, scheduler.AnyFuture, error){
			"cancelled": func(_ *scheduler.Scheduler, f scheduler.AnyFuture, why error) { f.Cancel(why) },
			"killed":    func(s *scheduler.Scheduler, _ scheduler.AnyFuture, why error) { s.Kill("no time", why) },
		} {
			for because, why := range map[string]error{"enough": errEnough, "a deadline of the host": context.DeadlineExceeded} {
				t.Run(name+", "+how+", "+because, func(t *testing.T) {
					t.Parallel()
					s := on(local.Pool(1))
					began := make(chan struct{})
					code := scheduler.NewTask(s, task.New("code", func(ctx context.Context, _ int) (int, error) {
						close(began)
						<-ctx.Done()
						return c.code(ctx)
					}))
					wait := start(t, s, tolerant()...)
					f := submit(t, code, 0)
					<-began
					stop(s, f, why)
					<-f.Done()
					wait()
					require.Equal(t, c.want, f.State(), "%v", f.Err())
					require.Zero(t, f.Worker())
					switch c.want {
					case scheduler.Cancelled:
						require.ErrorIs(t, f.Err(), why)
						require.NotErrorIs(t, f.Err(), errQuota)
					case scheduler.Failed:
						require.Equal(t, c.kind, task.KindOf(f.Err()))
					}
				})
			}
		}
	}
}

// Why a future was cancelled is told alike, whether its code ran or waited.
func TestCancelWithoutACause(t *testing.T) {
	t.Parallel()
	s := on(local.Sequential())
	began := make(chan struct{}, 2)
	code := scheduler.NewTask(s, task.New("code", func(ctx context.Context, _ int) (int, error) {
		began <- struct{}{}
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	wait := start(t, s, tolerant()...)
	runs, waits := submit(t, code, 0), submit(t, code, 0)
	<-began
	waits.Cancel()
	runs.Cancel()
	wait()
	var first, second *scheduler.CancelledError
	require.ErrorAs(t, runs.Err(), &first)
	require.ErrorAs(t, waits.Err(), &second)
	require.NoError(t, first.Cause)
	require.NoError(t, second.Cause)
	require.Equal(t, -1, waits.Worker())
}

// The deadline of the context of a run is its end, not that of its calls.
func TestDeadlineOfTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := on(local.Pool(1))
		code := scheduler.NewTask(s, task.New("code", func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		require.NoError(t, s.Start(ctx, tolerant()...))
		f := submit(t, code, 0)
		_, err := s.Wait()
		require.NoError(t, err)
		require.Equal(t, scheduler.Cancelled, f.State(), "%v", f.Err())
		require.ErrorIs(t, f.Err(), context.DeadlineExceeded)
	})
}

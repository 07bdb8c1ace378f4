package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var treeDouble = task.New("double", func(_ context.Context, x int) (int, error) { return x * 2, nil })

func treeHello() {}

func treeQuiet() scheduler.Option { return scheduler.Logger(slog.New(slog.DiscardHandler)) }

func treeRun(t *testing.T, s *scheduler.Scheduler, opts ...scheduler.RunOption) {
	t.Helper()
	_, err := s.Run(t.Context(), opts...)
	require.NoError(t, err)
}

func treeEmpty(*testing.T) *scheduler.Scheduler { return scheduler.New(local.Sequential()) }

func treeDecorator(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential())
	s.OnStart.Do(treeHello)
	treeRun(t, s)
	return s
}

func treeRepeat(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Pool(2))
	double := scheduler.NewTask(s, treeDouble)
	s.OnStart.Do(func() { _, _ = double.Submit(1) }, event.Repeat(2), event.Named("onStart"))
	treeRun(t, s)
	return s
}

func treeLimit(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Pool(2))
	s.OnStart.Do(func() { _, _ = scheduler.Submit(s, treeDouble, 2) }, event.Named("submitCalculations"))
	s.OnFutureResult.Do(func(e scheduler.FutureResult) { _, _ = scheduler.Submit(s, treeDouble, e.Value().(int)) },
		event.Limit(3), event.Named("printResult"))
	treeRun(t, s)
	return s
}

func treeWhen(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential())
	s.OnStart.Do(treeHello, event.When(func() bool { return true }))
	s.OnStart.Do(treeHello, event.When(func() bool { return false }), event.Named("gutenTag"))
	treeRun(t, s)
	return s
}

func treeEvery(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential())
	s.OnStart.Do(treeHello, event.Every(2))
	for range 5 {
		treeRun(t, s)
	}
	return s
}

type treePage struct {
	Path string
	Work int
}

// treeQueue submits eight calls to two workers. look is called inside a
// callback, when two have ended, two run and four wait.
func treeQueue(t *testing.T, look func(*scheduler.Scheduler)) *scheduler.Scheduler {
	submitted, release, entered := make(chan struct{}), make(chan struct{}), make(chan struct{}, 8)
	s := scheduler.New(local.Pool(2), scheduler.Name("pages"))
	work := scheduler.NewTask(s, task.New("work", func(_ context.Context, p treePage) (int, error) {
		<-submitted
		if p.Work >= 2 {
			entered <- struct{}{}
			<-release
		}
		return p.Work, nil
	}))
	s.OnStart.Do(func() {
		for i := range 8 {
			_, _ = work.Submit(treePage{Path: fmt.Sprintf("page-%d.png", i), Work: i})
		}
		close(submitted)
	}, event.Named("submitAll"))
	results := 0
	work.OnResult.Do(func(scheduler.Result[int]) {
		if results++; results == 2 {
			<-entered
			<-entered
			look(s)
			close(release)
		}
	}, event.Named("onResult"))
	treeRun(t, s)
	return s
}

func treeHidden(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential())
	double := scheduler.NewTask(s, treeDouble)
	s.OnStart.Do(func() { _, _ = double.Submit(1) }, event.Hidden())
	s.OnStart.Do(treeHello)
	double.OnResult.Do(func(scheduler.Result[int]) {}, event.Hidden())
	double.OnResult.Do(func(scheduler.Result[int]) {}, event.Named("seen"))
	double.OnResult.Do(func(scheduler.Result[int]) {}, event.Hidden())
	treeRun(t, s)
	return s
}

// treeExtension is an extension with events and something to show.
type treeExtension struct {
	name   string
	events []event.Any
	lines  func() []string
	refuse func(input any) error
}

func (e treeExtension) Name() string { return e.name }

func (e treeExtension) Attach(t scheduler.AnyTask) error {
	t.Emitter().Add(e.events...)
	return nil
}

func (e treeExtension) PreSubmit(sub *scheduler.Submission) error {
	if e.refuse == nil {
		return nil
	}
	return e.refuse(sub.Input)
}

type treeShown struct{ treeExtension }

func (e treeShown) Lines() []string { return e.lines() }

var treeLimitReached = event.New[treePage]("call-limit-reached")

func treeExtensions(*testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Pool(2))
	scheduler.NewTask(s, treeDouble.As("other"))
	fn := scheduler.NewTask(s, treeDouble.As("fn"),
		treeShown{treeExtension{
			name:   "limiter",
			events: []event.Any{treeLimitReached, event.New[treePage]("concurrent-limit-reached")},
			lines:  func() []string { return []string{"Calls      0/2", "Concurrent 0/3", "Not while  other"} },
		}},
		treeShown{treeExtension{
			name:   "comm",
			events: []event.Any{event.New[[]byte]("comm-message"), event.NewSignal("comm-close")},
			lines:  func() []string { return []string{"Open: 0"} },
		}},
		treeShown{treeExtension{name: "broken", lines: func() []string { panic("no lines") }}},
		treeShown{treeExtension{name: "idle", lines: func() []string { return nil }}},
		treeExtension{name: "warnings"},
	)
	event.On(fn, treeLimitReached, func(treePage) {}, event.Named("callback"))
	return s
}

func treeRefusals(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential(), treeQuiet())
	even := scheduler.NewTask(s, treeDouble.As("even"), treeExtension{name: "parity", refuse: func(input any) error {
		if input.(int)%2 == 0 {
			return nil
		}
		return errors.New("odd numbers are for others\nto double")
	}})
	_, err := even.Submit(2)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	for range 2 {
		_, err = scheduler.Submit(s, treeDouble, 1)
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
	}
	s.OnStart.Do(func() {
		for i := range 5 {
			_, _ = even.Submit(i)
		}
	}, event.Named("submitAll"))
	treeRun(t, s)
	return s
}

func treeLong(t *testing.T) *scheduler.Scheduler {
	long := strings.Repeat("very-", 30) + "long"
	s := scheduler.New(local.Sequential(), scheduler.Name(long))
	double := scheduler.NewTask(s, treeDouble.As(long), treeShown{treeExtension{
		name: long, events: []event.Any{event.NewSignal(long)}, lines: func() []string { return []string{long, "short\x1b[2J"} },
	}})
	s.OnStart.Do(func() { _, _ = double.Submit(1) }, event.Named(long))
	double.OnResult.Do(func(scheduler.Result[int]) {}, event.Named(long))
	treeRun(t, s)
	return s
}

// treeException ends by an error; closures without a name are shown by where
// they stand.
func treeException(t *testing.T) *scheduler.Scheduler {
	s := scheduler.New(local.Sequential())
	bad := scheduler.NewTask(s, task.New("bad", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, errors.New("bad") }))
	s.OnStart.Do(func() { _, _ = bad.Submit(struct{}{}) })
	bad.OnException.Do(func(scheduler.Exception) {})
	exit, err := s.Run(t.Context(), scheduler.ExceptionPolicy(scheduler.End))
	require.NoError(t, err)
	require.Equal(t, scheduler.ExitException, exit.Code)
	return s
}

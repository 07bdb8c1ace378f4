package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

var square = task.New("square", func(_ context.Context, x int) (int, error) { return x * x, nil })

func Example() {
	s := scheduler.New(local.Sequential())
	squares := scheduler.NewTask(s, square)

	s.OnStart.Do(func() { squares.Submit(2) }, event.Repeat(2))
	squares.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println(e.Value) })

	exit, err := s.Run(context.Background())
	fmt.Println(exit, err)
	// Output:
	// 4
	// 4
	// exhausted <nil>
}

// A call without a task: the scheduler's events tell of it.
func ExampleSubmit() {
	s := scheduler.New(local.Pool(2))
	again := func() { scheduler.Submit(s, square, 2) }
	s.OnStart.Do(again)
	s.OnFutureResult.Do(func(scheduler.FutureResult) { again() }, event.Limit(3))
	s.Run(context.Background())
	fmt.Println(s.OnFutureResult.Count())
	// Output: 4
}

// Inside a service: submitting is allowed when Start returns.
func ExampleScheduler_Start() {
	ctx := context.Background()
	s := scheduler.New(local.Pool(0))
	squares := scheduler.NewTask(s, square)
	if err := s.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	v, err := squares.Call(ctx, 7)
	fmt.Println(v, err)
	for v, err := range squares.Map(ctx, slices.Values([]int{1, 2, 3})) {
		fmt.Println(v, err)
	}
	s.Stop()
	exit, err := s.Wait()
	fmt.Println(exit, err)
	// Output:
	// 49 <nil>
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
	// stopped: stopped by Scheduler.Stop <nil>
}

// Rules are asked in order; the first that knows the error decides.
func ExampleExceptionPolicy() {
	errQuota := errors.New("no quota left")
	s := scheduler.New(local.Sequential())
	charge := scheduler.NewTask(s, task.New("charge", func(_ context.Context, n int) (int, error) {
		return 0, fmt.Errorf("charging %d: %w", n, errQuota)
	}))
	s.OnStart.Do(func() { charge.Submit(5) })
	exit, err := s.Run(context.Background(),
		scheduler.ExceptionPolicy(scheduler.ForError(errQuota, scheduler.End), scheduler.Continue))
	fmt.Println(exit.Code, exit.Err, err)
	// Output: exception charging 5: no quota left <nil>
}

// quotaReached is told with the amount that was too much.
var quotaReached = event.New[int]("quota-reached")

// quota is an extension that lets a task have so much in flight at a time.
type quota struct {
	mu   sync.Mutex
	left int
}

func (q *quota) Name() string { return "quota" }

func (q *quota) Attach(t scheduler.AnyTask) error {
	t.Emitter().Add(quotaReached)
	return nil
}

func (q *quota) PreSubmit(sub *scheduler.Submission) error {
	amount := sub.Input.(int)
	if !q.take(amount) {
		event.Emit(sub.Task, quotaReached, amount)
		return errors.New("too little is left")
	}
	giveBack := func() { q.take(-amount) }
	sub.Reserve(func(f scheduler.AnyFuture) { f.WhenDone(func(scheduler.AnyFuture) { giveBack() }) }, giveBack)
	return nil
}

func (q *quota) take(amount int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if amount > q.left {
		return false
	}
	q.left -= amount
	return true
}

// An extension of one's own: it reserves what a call will need, refuses what
// would be too much, and tells so by an event of the task.
func ExampleExtension() {
	s := scheduler.New(local.Sequential(), scheduler.Logger(slog.New(slog.DiscardHandler)))
	spend := scheduler.NewTask(s, task.New("spend", func(_ context.Context, n int) (int, error) { return n, nil }), &quota{left: 10})

	event.On(spend, quotaReached, func(n int) { fmt.Println("too much:", n) })
	spend.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println("spent:", e.Value) })
	s.OnStart.Do(func() {
		if _, err := spend.Submit(11); err != nil {
			fmt.Println(err)
		}
		spend.Submit(7)
	})
	s.OnEmpty.Do(func() { spend.Submit(9) }, event.Limit(1))

	s.Run(context.Background())
	// Output:
	// scheduler: submit to task spend refused: extension quota: too little is left
	// too much: 11
	// spent: 7
	// spent: 9
}

// Options of calls are also options of tasks: here a deadline on what runs
// longer than it may.
func ExampleWithin() {
	s := scheduler.New(local.Sequential())
	forever := task.New("forever", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	limited := scheduler.NewTask(s, forever, scheduler.Within(10*time.Millisecond))
	limited.OnException.Do(func(e scheduler.Exception) { fmt.Println(errors.Is(e.Err, context.DeadlineExceeded)) })

	s.OnStart.Do(func() { limited.Submit(1) })
	exit, err := s.Run(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue))
	fmt.Println(exit, err)
	// Output:
	// true
	// exhausted <nil>
}

// What waits begins in the order of its priority.
func ExamplePriority() {
	s := scheduler.New(local.Sequential())
	submitted := make(chan struct{})
	say := scheduler.NewTask(s, task.New("say", func(_ context.Context, text string) (string, error) {
		<-submitted
		return text, nil
	}), scheduler.Priority(1))
	say.OnResult.Do(func(e scheduler.Result[string]) { fmt.Println(e.Value) })

	s.OnStart.Do(func() {
		say.Submit("begins at once", scheduler.Priority(9))
		say.Submit("has the task's priority")
		say.Submit("can wait", scheduler.Priority(-1))
		say.Submit("is urgent", scheduler.Priority(5))
		close(submitted)
	})
	s.Run(context.Background())
	// Output:
	// begins at once
	// is urgent
	// has the task's priority
	// can wait
}

// All calls of a task are cancelled; those of others go on.
func ExampleTask_Cancel() {
	s := scheduler.New(local.Pool(2))
	forever := scheduler.NewTask(s, task.New("forever", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	squares := scheduler.NewTask(s, square)
	forever.OnCancelled.Do(func(e scheduler.TaskCancelled) { fmt.Println(e.Err) })
	squares.OnResult.Do(func(scheduler.Result[int]) {
		fmt.Println("cancelled:", forever.Cancel(errors.New("the square is known")))
	})

	s.OnStart.Do(func() {
		forever.Submit(1)
		squares.Submit(7)
	})
	s.Run(context.Background(), scheduler.CancellationPolicy(scheduler.Continue))
	// Output:
	// cancelled: 1
	// future 1 of task forever was cancelled: the square is known
}

// Code tells how far it is, by sdk.Progress where it is a plugin's.
func ExampleProgress() {
	s := scheduler.New(local.Sequential())
	fit := scheduler.NewTask(s, task.New("fit", func(ctx context.Context, epochs int) (int, error) {
		task.ReportProgress(ctx, 3, float64(epochs), "epoch 3")
		return epochs, nil
	}))
	event.On(fit, scheduler.OnProgress, func(p scheduler.Progress) { fmt.Println(p.Done, "of", p.Total, p.Text) })
	fit.OnResult.Do(func(e scheduler.Result[int]) { fmt.Println("done", e.Value) })

	s.OnStart.Do(func() { fit.Submit(10) })
	s.Run(context.Background())
	// Output:
	// 3 of 10 epoch 3
	// done 10
}

package scheduler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
)

var (
	treeRef   = regexp.MustCompile(`Ref: [0-9a-f]{8} `)
	treePlace = regexp.MustCompile(`_test\.go:\d+\(`)
)

// requireTree compares a tree with a golden file, references and lines of
// source left open.
func requireTree(t *testing.T, name, got string) {
	t.Helper()
	got = treeRef.ReplaceAllString(got, "Ref: xxxxxxxx ")
	got = treePlace.ReplaceAllStringFunc(got, func(place string) string {
		return "_test.go:" + strings.Repeat("N", len(place)-len("_test.go:(")) + "("
	})
	path := filepath.Join("testdata", "trees", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test -update writes it")
	require.Equal(t, string(want), got, "%s; go test -update rewrites it", path)
}

func TestPrintedSchedulersAreGolden(t *testing.T) {
	t.Parallel()

	programs := map[string]func(*testing.T) *scheduler.Scheduler{
		"empty.txt":      treeEmpty,
		"decorator.txt":  treeDecorator,
		"repeat.txt":     treeRepeat,
		"limit.txt":      treeLimit,
		"when.txt":       treeWhen,
		"every.txt":      treeEvery,
		"exception.txt":  treeException,
		"hidden.txt":     treeHidden,
		"extensions.txt": treeExtensions,
		"refusals.txt":   treeRefusals,
		"long.txt":       treeLong,
		"queue.txt": func(t *testing.T) *scheduler.Scheduler {
			return treeQueue(t, func(*scheduler.Scheduler) {})
		},
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireTree(t, name, fmt.Sprint(program(t)))
		})
	}
}

func TestSnapshotsInsideACallbackAreGolden(t *testing.T) {
	t.Parallel()

	treeQueue(t, func(s *scheduler.Scheduler) {
		snapshot := s.Snapshot()
		requireTree(t, "midrun.txt", snapshot.String())
		requireTree(t, "midrun.txt", fmt.Sprint(s))
		for name, opts := range map[string]view.Options{
			"midrun-60.txt":    {Width: 60},
			"midrun-200.txt":   {Width: 200},
			"midrun-ascii.txt": {ASCII: true},
		} {
			var b strings.Builder
			require.NoError(t, view.Render(&b, snapshot, opts))
			requireTree(t, name, b.String())
		}
	})
}

func TestSnapshotIsPlainData(t *testing.T) {
	t.Parallel()

	for _, program := range []func(*testing.T) *scheduler.Scheduler{treeEmpty, treeExtensions, treeRefusals} {
		s := program(t)
		snapshot := s.Snapshot()
		require.Equal(t, s.Ref()[:8], snapshot.Ref)
		data, err := json.Marshal(snapshot)
		require.NoError(t, err)
		require.NotContains(t, string(data), "null")
		var back view.Scheduler
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, snapshot, back)
	}
}

func TestHiddenHandlersAreInNoSnapshot(t *testing.T) {
	t.Parallel()

	for _, e := range treeHidden(t).Snapshot().Tasks[0].Events {
		if e.Name == "on_result" {
			require.Equal(t, []view.Handler{{Name: "seen", Type: "scheduler.Result[int]", Calls: 1}}, e.Handlers)
		}
	}
}

// displayed is an observer that has something to show.
type displayed struct {
	watcher
	show func(*view.Scheduler)
}

func (d *displayed) Show(out *view.Scheduler) { d.show(out) }

func TestObserversMayBeSeen(t *testing.T) {
	t.Parallel()

	seen := &displayed{show: func(out *view.Scheduler) {
		out.EventPlugins = append(out.EventPlugins, view.EventPlugin{Name: "alert", State: "running", Events: []view.Event{}})
		out.Events[0].Handlers = append(out.Events[0].Handlers, view.Handler{Name: "f", Plugin: "alert"})
	}}
	broken := &displayed{show: func(*view.Scheduler) { panic("broken") }}
	s := scheduler.New(local.Sequential(), scheduler.Observed(&watcher{}), scheduler.Observed(broken), scheduler.Observed(seen))
	for range 2 { // a snapshot does not reach into the next one
		snapshot := s.Snapshot()
		require.Equal(t, []view.EventPlugin{
			{Name: "*scheduler_test.displayed", Error: "Show panicked: broken", Events: []view.Event{}},
			{Name: "alert", State: "running", Events: []view.Event{}},
		}, snapshot.EventPlugins)
		require.Equal(t, []view.Handler{{Name: "f", Plugin: "alert"}}, snapshot.Events[0].Handlers)
	}
}

// TestEveryCallbackMayPrint prints from every place where users' code runs.
func TestEveryCallbackMayPrint(t *testing.T) {
	t.Parallel()

	s := scheduler.New(local.Sequential())
	var mu sync.Mutex
	printed := map[string]string{}
	look := func(where string) {
		tree := s.String()
		mu.Lock()
		defer mu.Unlock()
		printed[where] = tree
	}
	double := scheduler.NewTask(s, task.New("double", func(_ context.Context, x int) (int, error) {
		look("code")
		return 2 * x, nil
	}), treeExtension{name: "looking", refuse: func(any) error { look("PreSubmit"); return nil }})
	s.OnStart.Do(func() {
		look("callback")
		f, err := double.Submit(1)
		require.NoError(t, err)
		f.OnDone(func(*scheduler.Future[int]) { look("done-callback") })
		_, err = s.CallLater(0, func() { look("timer"); s.Stop() })
		require.NoError(t, err)
	}, event.When(func() bool { look("predicate"); return true }), event.Named("starter"))
	treeRun(t, s, scheduler.KeepRunning())

	for _, where := range []string{"predicate", "callback", "PreSubmit", "code", "done-callback", "timer"} {
		require.Contains(t, printed[where], "Task double(int) -> int", where)
	}
	require.Contains(t, printed["predicate"], "└── starter()\n", "not called yet")
	require.Contains(t, printed["callback"], "└── starter()\n", "the call is not over")
	require.Contains(t, printed["timer"], "└── starter() (1)\n")
}

func TestABlockedCallbackHoldsUpNoSnapshot(t *testing.T) {
	t.Parallel()

	s := scheduler.New(local.Sequential())
	inside, release := make(chan struct{}), make(chan struct{})
	s.OnStart.Do(func() { close(inside); <-release }, event.Named("blocked"))
	ended := make(chan error)
	go func() {
		_, err := s.Run(t.Context())
		ended <- err
	}()
	<-inside
	require.Contains(t, s.String(), "┗━━ @on_start 1\n    └── blocked()\n")
	close(release)
	require.NoError(t, <-ended)
	require.Contains(t, s.String(), "┗━━ @on_start 1\n    └── blocked() (1)\n")
}

// TestSnapshotsAreSafeBesideEverything is for the race detector. The task's
// code changes what its input refers to.
func TestSnapshotsAreSafeBesideEverything(t *testing.T) {
	t.Parallel()

	type in struct {
		Numbers []int
		Names   map[string]int
		Next    *treePage
	}
	s := scheduler.New(local.Pool(4), treeQuiet())
	held := 0 // by the extension, under mu
	var mu sync.Mutex
	work := scheduler.NewTask(s, task.New("work", func(_ context.Context, x in) (int, error) {
		x.Numbers[0]++
		x.Names["a"]++
		x.Next.Work++
		return 0, nil
	}), treeShown{treeExtension{name: "holder",
		lines: func() []string {
			mu.Lock()
			defer mu.Unlock()
			return []string{fmt.Sprint(held)}
		},
		refuse: func(any) error {
			mu.Lock()
			defer mu.Unlock()
			if held++; held%10 == 0 {
				return errors.New("every tenth")
			}
			return nil
		},
	}})
	work.OnDone.Do(func(scheduler.Done) { _ = s.Snapshot() }, event.Every(3), event.When(func() bool { return true }))
	require.NoError(t, s.Start(t.Context()))

	var users, lookers sync.WaitGroup
	over := make(chan struct{})
	for range 2 {
		lookers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					_ = s.String()
				}
			}
		})
	}
	for user := range 3 {
		users.Go(func() {
			for i := range 100 {
				_, _ = work.Submit(in{Numbers: []int{0}, Names: map[string]int{}, Next: &treePage{}})
				switch {
				case i%25 == 0:
					scheduler.NewTask(s, treeDouble.As(fmt.Sprintf("double-%d-%d", user, i)))
				case i%10 == 0:
					h := s.OnFutureDone.Do(func(scheduler.FutureDone) {})
					defer h.Unsubscribe()
				}
			}
		})
	}
	users.Wait()
	_, err := s.Wait()
	close(over)
	lookers.Wait()
	require.NoError(t, err)
	require.Equal(t, uint64(300), s.Counts().Results+s.Counts().Refused)
	require.Len(t, s.Snapshot().Tasks, 13)
}

// queueOf starts a run in which that many futures wait behind one that runs.
func queueOf(tb testing.TB, n int) *scheduler.Scheduler {
	tb.Helper()
	s := scheduler.New(local.Sequential())
	hold := scheduler.NewTask(s, task.New("hold", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	told, count := make(chan struct{}), 0
	s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) {
		if count++; count == n {
			close(told)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(tb, s.Start(ctx, scheduler.CancellationPolicy(scheduler.Continue)))
	tb.Cleanup(func() {
		cancel()
		_, _ = s.Wait()
	})
	for i := range n {
		_, err := hold.Submit(i)
		require.NoError(tb, err)
	}
	<-told
	return s
}

// Not parallel: it counts allocations.
func TestSnapshotsOfLongQueuesAreAsCheap(t *testing.T) {
	cost := func(n int) float64 {
		s := queueOf(t, n)
		require.Equal(t, n, s.Snapshot().Queue.Len)
		return testing.AllocsPerRun(100, func() { s.Snapshot() })
	}
	require.InDelta(t, cost(10), cost(100_000), 20)
}

func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{10, 1_000_000} {
		b.Run(fmt.Sprintf("queue=%d", n), func(b *testing.B) {
			s := queueOf(b, n)
			b.ReportAllocs()
			for b.Loop() {
				s.Snapshot()
			}
		})
	}
}

func ExampleScheduler_String() {
	s := scheduler.New(local.Pool(2))
	double := scheduler.NewTask(s, treeDouble)
	s.OnStart.Do(func() { _, _ = double.Submit(1) }, event.Repeat(2), event.Named("submit"))
	if _, err := s.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	tree := s.String()
	fmt.Print(tree[:strings.Index(tree, "┗━━")])
	// Output:
	// ╭─ Scheduler ──────────────────────────────────────────────────────────────────╮
	// │  Executor       Queue: (0)                                                   │
	// │  ╭─ pool ────╮                                                               │
	// │  │ 2 workers │                                                               │
	// │  ╰───────────╯                                                               │
	// ╰──────────────────────────────────────────────────────────────────────────────╯
	// ┣━━ @on_start 1
	// ┃   └── submit() (2)
	// ┃   @on_finishing 1
	// ┃   @on_finished 1
	// ┃   @on_stop
	// ┃   @on_timeout
	// ┃   @on_empty 1
	// ┃   @on_future_submitted 2
	// ┃   @on_future_done 2
	// ┃   @on_future_cancelled
	// ┃   @on_future_exception
	// ┃   @on_future_result 2
}

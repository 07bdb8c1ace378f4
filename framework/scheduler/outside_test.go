package scheduler_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// The events of the user's own in these tests.
var mine = event.New[string]("mine")

func TestEmittingWhileNoRunGoesOn(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	got := ""
	event.On(s, mine, func(x string) {
		got += x
		if x == "a" {
			event.Emit(double, mine, "b")
			got += "A"
		}
	})
	event.On(double, mine, func(x string) { got += x })
	event.Emit(s, mine, "a")
	untilTold(s)
	untilTold(s) // and what that callback emitted
	require.Equal(t, "aAb", got, "soon, and nothing within something else")
	mustRun(t, s)
	event.Emit(s, mine, "c")
	mustRun(t, s) // which begins when it has been told
	require.Equal(t, "aAbc", got)
	n, err := s.Emitter().Count("mine")
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

func TestAPanicWhileNoRunGoesOnIsLogged(t *testing.T) {
	t.Parallel()

	log := &logged{}
	s := scheduler.New(local.Pool(1), scheduler.Logger(slogOf(log)))
	event.On(s, mine, func(string) { panic("between runs") }, event.Named("bad"))
	event.Emit(s, mine, "x")
	untilTold(s)
	failures := log.with("callback failed")
	require.Len(t, failures, 1)
	require.Equal(t, `callback bad on "mine" panicked: between runs`, failures[0]["error"])
	require.Contains(t, failures[0]["stack"], "outside_test.go")
	mustRun(t, s)
}

func TestWhatIsEmittedInARunTakesItsPlace(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	var got []string
	note := func(x string) { got = append(got, x) }
	event.On(s, mine, func(x string) { note("mine " + x) })
	double.OnSubmitted.Do(func(scheduler.Submitted[int]) { note("submitted") })
	s.OnStart.Do(func() {
		event.Emit(s, mine, "1")
		double.Submit(1)
		event.Emit(s, mine, "2")
		note("start")
	})
	s.OnFinished.Do(func() { note("finished") })
	s.OnFinishing.Do(func() { event.Emit(s, mine, "3") })
	mustRun(t, s)
	require.Equal(t, []string{"start", "mine 1", "submitted", "mine 2", "mine 3", "finished"}, got)
}

// TestARunTakesOverFromWhoEmits starts a run while a callback of an emission
// before it still runs on another goroutine.
func TestARunTakesOverFromWhoEmits(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	entered, release := make(chan struct{}), make(chan struct{})
	var got []string // without a lock, for the race detector
	event.On(s, mine, func(x string) {
		if x == "first" {
			close(entered)
			<-release
		}
		got = append(got, x)
	})
	s.OnStart.Do(func() { got = append(got, "start") })
	double.OnSubmitted.Do(func(scheduler.Submitted[int]) { got = append(got, "submitted") })
	var before sync.WaitGroup
	before.Go(func() { event.Emit(s, mine, "first") })
	<-entered
	event.Emit(s, mine, "second")
	mustStart(t, s)
	mustSubmit(t, double, 1)
	event.Emit(s, mine, "third")
	close(release)
	before.Wait()
	mustWait(t, s)
	require.Equal(t, []string{"first", "second", "start", "submitted", "third"}, got)
}

// TestEmittingOutsideARunWaitsForNobody emits while the emitter holds a lock
// that the callback needs, and while a callback stands still.
func TestEmittingOutsideARunWaitsForNobody(t *testing.T) {
	t.Parallel()

	s := pool(1)
	var mu sync.Mutex
	release := make(chan struct{})
	got := ""
	event.On(s, mine, func(x string) {
		mu.Lock()
		defer mu.Unlock()
		got += x
		if x == "b" {
			<-release
		}
	})
	mu.Lock()
	event.Emit(s, mine, "a")
	mu.Unlock()
	event.Emit(s, mine, "b")
	event.Emit(s, mine, "c")
	close(release)
	untilTold(s)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, "abc", got)
}

// TestExtensionsAreNotAskedOutsideARun has an extension emit, and a callback
// of that submit to the same task.
func TestExtensionsAreNotAskedOutsideARun(t *testing.T) {
	t.Parallel()

	s := pool(1)
	asked, resubmitted := 0, 0
	ext := &testExtension{name: "x", pre: func(sub *scheduler.Submission) error {
		asked++
		event.Emit(sub.Task, mine, "asked")
		return nil
	}}
	double := scheduler.NewTask(s, task.New("double", twice), ext)
	event.On(double, mine, func(string) {
		resubmitted++
		double.Submit(2)
	}, event.Limit(1))
	_, err := double.Submit(1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	untilTold(s)
	require.Zero(t, asked)
	require.Equal(t, []scheduler.Refusals{{Task: "double", Reason: "not running", Count: 1}}, s.Refusals())

	s.OnStart.Do(func() { double.Submit(1) })
	mustRun(t, s)
	require.Equal(t, []int{2, 1}, []int{asked, resubmitted})
	require.EqualValues(t, 2, s.Counts().Results)
}

func TestARunInsideACallback(t *testing.T) {
	t.Parallel()

	s := pool(1)
	double := doubleTask(s)
	var errs []error
	note := func(_ scheduler.Exit, err error) { errs = append(errs, err) }
	event.On(s, mine, func(string) {
		note(s.Run(t.Context()))
		errs = append(errs, s.Start(t.Context()))
		note(s.Run(t.Context()))
		note(s.Wait())
		double.Submit(1)
	}, event.Limit(1))
	s.OnFinishing.Do(func() { note(s.Wait()) })
	event.Emit(s, mine, "outside")
	untilTold(s)
	mustWait(t, s)
	require.ErrorIs(t, errs[0], scheduler.ErrInCallback)
	require.NoError(t, errs[1], "Start works")
	require.ErrorIs(t, errs[2], scheduler.ErrRunning)
	require.ErrorIs(t, errs[3], scheduler.ErrInCallback)
	require.ErrorIs(t, errs[4], scheduler.ErrInCallback)
	require.Len(t, errs, 5)
	require.Equal(t, 1, s.OnStart.Count())
	require.EqualValues(t, 1, s.Counts().Results)

	other := pool(1)
	event.On(s, mine, func(string) { note(other.Run(t.Context())) })
	event.Emit(s, mine, "another scheduler")
	untilTold(s)
	require.NoError(t, errs[5])
}

package limiter_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestMistakesAreToldBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	s := pool(1)
	other := scheduler.NewTask(pool(1), task.New("other", echo))
	for name, c := range map[string]struct {
		opts []limiter.Option
		want string
	}{
		"calls":      {[]limiter.Option{limiter.MaxCalls(0)}, "MaxCalls is 0: it must be 1 or more"},
		"concurrent": {[]limiter.Option{limiter.MaxConcurrent(-2)}, "MaxConcurrent is -2: it must be 1 or more"},
		"two": {[]limiter.Option{limiter.MaxConcurrent(-2), limiter.MaxCalls(-1)},
			"MaxCalls is -1: it must be 1 or more\nMaxConcurrent is -2: it must be 1 or more"},
		"rate":         {[]limiter.Option{limiter.Rate(0, 1)}, "Rate is 0 calls per second: it must be more than 0"},
		"no number":    {[]limiter.Option{limiter.Rate(math.NaN(), 1)}, "Rate is NaN calls per second: it must be more than 0"},
		"burst":        {[]limiter.Option{limiter.Rate(1, 0)}, "Rate has a burst of 0: it must be 1 or more"},
		"nil":          {[]limiter.Option{limiter.NotWhileRunning(nil)}, "NotWhileRunning: task 1 is nil"},
		"foreign":      {[]limiter.Option{limiter.NotWhileRunning(other)}, "NotWhileRunning names task other, which belongs to another scheduler"},
		"nothing":      {nil, "there is no limit: give it MaxCalls, MaxConcurrent, NotWhileRunning or Rate"},
		"queue alone":  {[]limiter.Option{limiter.Queue()}, "Queue needs MaxConcurrent, NotWhileRunning or Rate to wait for"},
		"queued calls": {[]limiter.Option{limiter.MaxCalls(1), limiter.MaxConcurrent(1), limiter.Queue()}, "Queue does not go with MaxCalls: a call beyond that number would wait for ever"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scheduler.AddTask(s, task.New(name, echo), limiter.New(c.opts...))
			require.EqualError(t, err, "scheduler: task "+name+": extension limiter: "+c.want)
		})
	}
	require.PanicsWithValue(t, "limiter: New: option 1 is nil", func() { limiter.New(nil) })
}

func TestALimiterBelongsToOneTask(t *testing.T) {
	t.Parallel()
	s := pool(1)
	l := limiter.New(limiter.MaxCalls(1))
	a := scheduler.NewTask(s, task.New("a", echo), l)
	_, err := scheduler.AddTask(s, task.New("b", echo), l)
	require.ErrorContains(t, err, "it is attached to task a already: make one for each task")
	require.ErrorContains(t, a.Attach(limiter.New(limiter.MaxCalls(1))), "the task has a limiter already: give that one all limits")
	require.ErrorContains(t, scheduler.NewTask(s, task.New("c", echo)).Attach(limiter.New(limiter.NotWhileRunning(a), limiter.NotWhileRunning(s.Task("c")))),
		"NotWhileRunning names c, the task itself: use MaxConcurrent(1)")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := pool(4), &gauge{}
		load := scheduler.NewTask(s, sleeper("load", g))
		tsk := scheduler.NewTask(s, sleeper("tsk", g), limiter.New(limiter.MaxCalls(3), limiter.MaxConcurrent(1), limiter.NotWhileRunning(load)))
		refused := map[string][]limiter.Refused{}
		for _, ev := range []event.Event[limiter.Refused]{limiter.CallLimitReached, limiter.ConcurrentLimitReached, limiter.DisabledDueToRunningTask} {
			_, err := tsk.Emitter().Lookup(ev.Name())
			require.NoError(t, err, "known before it is heard")
			event.On(tsk, ev, func(r limiter.Refused) { refused[ev.Name()] = append(refused[ev.Name()], r) })
		}
		start(t, s, scheduler.KeepRunning())
		try := func(in int, want error, text string) {
			t.Helper()
			_, err := tsk.Submit(in)
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, err, limiter.ErrLimit)
			require.EqualError(t, err, "scheduler: submit to task tsk refused: extension limiter: "+text)
		}
		loading := submit(t, load, 5)
		try(1, limiter.ErrRunningTask, "disabled due to running task load")
		<-loading.Done()
		running := submit(t, tsk, 5)
		try(2, limiter.ErrConcurrentLimit, "concurrent limit reached: 1 at a time")
		submit(t, load, 1) // which may begin at any time
		<-running.Done()
		submit(t, tsk, 5).Cancel()
		synctest.Wait()
		<-submit(t, tsk, 1).Done()
		try(3, limiter.ErrCallLimit, "call limit reached: 3 calls")
		require.NotErrorIs(t, limiter.ErrCallLimit, limiter.ErrRunningTask)
		require.Equal(t, []string{"Calls 3/3", "Concurrent 0/1", "Not while running load"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
		require.Equal(t, []string{"tsk is not run while this is"}, load.Extensions()[0].(scheduler.Shown).Lines())
		require.Contains(t, s.String(), "Calls 3/3")
		s.Stop()
		wait(t, s)
		require.Len(t, refused, 3)
		for name, want := range map[string]string{
			"disabled-due-to-running-task": `{"task":"tsk","other":"load","input":1,"error":"disabled due to running task load"}`,
			"concurrent-limit-reached":     `{"task":"tsk","input":2,"error":"concurrent limit reached: 1 at a time"}`,
			"call-limit-reached":           `{"task":"tsk","input":3,"error":"call limit reached: 3 calls"}`,
		} {
			require.Len(t, refused[name], 1)
			told, err := json.Marshal(refused[name][0])
			require.NoError(t, err)
			require.JSONEq(t, want, string(told))
		}
		require.Len(t, s.Refusals(), 3, "reasons are few")
	})
}

// What a later extension refuses does not count.
func TestRefusedByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range [][]limiter.Option{
			{limiter.MaxCalls(1), limiter.MaxConcurrent(1), limiter.Rate(0.001, 1)},
			{limiter.MaxConcurrent(1), limiter.Rate(0.001, 1), limiter.Queue()},
		} {
			s := pool(1)
			veto := &vetoing{err: errors.New("not now")}
			tsk := scheduler.NewTask(s, task.New("tsk", echo), limiter.New(opts...), veto)
			start(t, s)
			for range 3 {
				_, err := tsk.Submit(1)
				require.ErrorIs(t, err, veto.err)
			}
			veto.err = nil
			v, err := submit(t, tsk, 7).Wait(t.Context())
			require.NoError(t, err)
			require.Equal(t, 7, v)
			wait(t, s)
		}
	})
}

// vetoing refuses by its error.
type vetoing struct{ err error }

func (*vetoing) Name() string                            { return "veto" }
func (*vetoing) Attach(scheduler.AnyTask) error          { return nil }
func (v *vetoing) PreSubmit(*scheduler.Submission) error { return v.err }

func TestRateRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := pool(1)
		tsk := scheduler.NewTask(s, task.New("tsk", echo), limiter.New(limiter.Rate(2, 3)))
		told := 0
		event.On(tsk, limiter.RateLimitReached, func(limiter.Refused) { told++ })
		start(t, s, scheduler.KeepRunning())
		accepted := func() (n int) {
			for {
				if _, err := tsk.Submit(0); err != nil {
					require.ErrorIs(t, err, limiter.ErrRateLimit)
					require.ErrorContains(t, err, "rate limit reached: 2 per second")
					return n
				}
				n++
			}
		}
		require.Equal(t, 3, accepted())
		time.Sleep(499 * time.Millisecond) // not synchronisation: the bubble's time
		require.Equal(t, 0, accepted())
		time.Sleep(time.Millisecond) // not synchronisation: the bubble's time
		require.Equal(t, 1, accepted())
		time.Sleep(time.Hour) // not synchronisation: the bubble's time
		require.Equal(t, 3, accepted())
		s.Stop()
		wait(t, s)
		require.Equal(t, 4, told)
		require.Equal(t, []string{"Rate 2/s, burst 3"}, tsk.Extensions()[0].(scheduler.Shown).Lines())
	})
}

// A limiter that is attached while calls go on counts them.
func TestAttachedLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := pool(4), &gauge{}
		a, b := scheduler.NewTask(s, sleeper("a", g)), scheduler.NewTask(s, sleeper("b", g))
		start(t, s, scheduler.KeepRunning())
		running := submit(t, a, 5)
		other := submit(t, b, 10)
		require.NoError(t, a.Attach(limiter.New(limiter.MaxConcurrent(1), limiter.NotWhileRunning(b))))
		_, err := a.Submit(1)
		require.ErrorIs(t, err, limiter.ErrConcurrentLimit)
		<-running.Done()
		synctest.Wait()
		_, err = a.Submit(1)
		require.ErrorIs(t, err, limiter.ErrRunningTask)
		<-other.Done()
		synctest.Wait()
		submit(t, a, 1)
		s.Stop()
		wait(t, s)
	})
}

package scheduler_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestNothingWhereSomethingIsNeeded(t *testing.T) {
	t.Parallel()

	s := pool(1)
	for want, misuse := range map[string]func(){
		"scheduler: New: option 2 is nil":               func() { scheduler.New(local.Pool(1), scheduler.Name("x"), nil) },
		"scheduler: Also: executor 1 is nil":            func() { scheduler.Also(nil) },
		"scheduler: option 2 of the run is nil":         func() { s.Run(t.Context(), scheduler.KeepRunning(), nil) },
		"scheduler: option 1 of the run is nil":         func() { s.Start(t.Context(), nil) },
		"scheduler: task double: extension 1 is nil":    func() { scheduler.NewTask(s, task.New("double", twice), nil) },
		"scheduler: a task needs a definition, not nil": func() { scheduler.NewTask[int, int](s, nil) },
		"scheduler: Submit needs a definition, not nil": func() { scheduler.Submit[int, int](s, nil, 1) },
	} {
		require.PanicsWithValue(t, want, misuse)
	}
	require.Nil(t, s.Task("double"), "nothing is half done")
	mustRun(t, s)
	require.Equal(t, 1, s.OnStart.Count())
}

// TestTheDefaultLogger is the one of slog at the time. It runs beside no other
// test.
func TestTheDefaultLogger(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	log := &logged{}
	slog.SetDefault(slogOf(log))
	for _, s := range []*scheduler.Scheduler{scheduler.New(local.Pool(1)), scheduler.New(local.Pool(1), scheduler.Logger(nil))} {
		_, err := doubleTask(s).Submit(1)
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
		require.NotNil(t, s.Log())
	}
	require.Len(t, log.with("submit refused"), 2)
}

// TestCallsWithoutATaskBearTheirDefinitionsName submits one function under
// several names.
func TestCallsWithoutATaskBearTheirDefinitionsName(t *testing.T) {
	t.Parallel()

	s := pool(1)
	def := task.New("double", twice)
	for _, name := range []string{"double", "twofold", "double", "twice"} {
		_, err := scheduler.Submit(s, def.As(name), 1)
		require.ErrorContains(t, err, "submit to task "+name)
	}
	mustStart(t, s)
	for _, name := range []string{"double", "twofold", "double", "twice"} {
		f, err := scheduler.Submit(s, def.As(name), 1)
		require.NoError(t, err)
		require.Equal(t, name, f.Task())
	}
	mustWait(t, s)
	require.ElementsMatch(t, []scheduler.Refusals{{Task: "double", Reason: "not running", Count: 2},
		{Task: "twofold", Reason: "not running", Count: 1}, {Task: "twice", Reason: "not running", Count: 1}}, s.Refusals())
}

package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestRefusalsAreCountedAndTheFirstIsLogged(t *testing.T) {
	t.Parallel()

	log := &logged{}
	s := scheduler.New(local.Pool(1), scheduler.Logger(slogOf(log)))
	double := doubleTask(s)
	for range 3 {
		_, err := double.Submit(1)
		var refused *scheduler.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, &scheduler.RefusedError{Task: "double", Reason: scheduler.ErrNotRunning}, refused)
		require.EqualError(t, err, "scheduler: submit to task double refused: not running")
	}
	_, err := scheduler.Submit(s, task.New("loose", twice), 1)
	require.ErrorIs(t, err, scheduler.ErrNotRunning)
	require.ElementsMatch(t, []scheduler.Refusals{{"double", "not running", 3}, {"loose", "not running", 1}}, s.Refusals())
	require.EqualValues(t, 4, s.Counts().Refused)
	require.EqualValues(t, 3, double.Stats().Refused)
	records := log.with("submit refused")
	require.Len(t, records, 2)
	require.Equal(t, "double", records[0]["task"])
	require.Equal(t, "not running", records[0]["reason"])
	require.Equal(t, "WARN", records[0]["level"])
	require.Regexp(t, `refusal_test\.go:\d+$`, records[0]["caller"], "where the user submitted")
	require.Regexp(t, `refusal_test\.go:\d+$`, records[1]["caller"])
}

func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()

	s := pool(1)
	n := 0
	picky := scheduler.NewTask(s, task.New("picky", twice), &testExtension{name: "picky", pre: func(*scheduler.Submission) error {
		n++
		return fmt.Errorf("reason %d", n)
	}})
	mustStart(t, s)
	for range 200 {
		_, err := picky.Submit(1)
		require.ErrorContains(t, err, "extension picky: reason")
	}
	mustWait(t, s)
	require.Len(t, s.Refusals(), 65)
	require.Contains(t, s.Refusals(), scheduler.Refusals{Task: "picky", Reason: "other reasons", Count: 136})
	require.EqualValues(t, 200, picky.Stats().Refused)
}

func TestInputThatDoesNotEncodeIsRefused(t *testing.T) {
	t.Parallel()

	type point struct {
		X, Y float64
	}
	def := task.New("norm", func(_ context.Context, p point) (float64, error) { return math.Hypot(p.X, p.Y), nil })
	s := quiet(newServed(def))
	norm := scheduler.NewTask(s, def)
	mustStart(t, s)
	v, err := norm.Call(t.Context(), point{3, 4})
	require.NoError(t, err)
	require.InEpsilon(t, 5.0, v, 0)
	_, err = norm.Submit(point{1, math.NaN()})
	require.EqualError(t, err, `scheduler: submit to task norm refused: input does not encode as application/json: field "Y": `+
		`json: unsupported value: NaN: JSON has no such number; the CBOR codec does (Def.CBOR)`)
	require.True(t, task.IsKind(err, task.KindEncode))
	mustWait(t, s)
	require.Equal(t, scheduler.Counts{Submitted: 1, Results: 1, Refused: 1}, s.Counts())
}

func TestUnknownTasks(t *testing.T) {
	t.Parallel()

	s := quiet(newServed(task.New("resize", twice), task.New("crop", twice)))
	_, err := scheduler.AddTask(s, scheduler.Named[int, int]("reseize"))
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.EqualError(t, err, `scheduler: unknown task "reseize"; did you mean "resize"?`)
	require.PanicsWithValue(t, err.Error(), func() { scheduler.NewTask(s, scheduler.Named[int, int]("reseize")) })
	_, err = scheduler.AddTask(s, scheduler.Named[int, int]("x"))
	require.ErrorContains(t, err, `unknown task "x"; there are `)
	_, err = scheduler.Submit(s, scheduler.Named[int, int]("kropp"), 1)
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.EqualValues(t, 1, s.Counts().Refused, "a call without a task is counted, too")

	_, err = scheduler.AddTask(pool(1), scheduler.Named[int, int]("ocr"))
	require.EqualError(t, err, `scheduler: unknown task "ocr": its code is not linked into this program, and executor pool has no other`)
	_, err = scheduler.AddTask(pool(1), task.New("double", twice).On("gpu"))
	require.EqualError(t, err, `scheduler: unknown task "double"; there is no executor "gpu", only pool`)
	_, err = scheduler.AddTask[int, int](pool(1), nil)
	require.EqualError(t, err, "scheduler: a task needs a definition, not nil")
}

func TestTwoTasksOverOneFunction(t *testing.T) {
	t.Parallel()

	s := pool(2)
	def := task.New("double", twice)
	one := scheduler.NewTask(s, def)
	attached := 0
	spy := &testExtension{name: "spy", attach: func(scheduler.AnyTask) error { attached++; return nil }}
	_, err := scheduler.AddTask(s, def, spy)
	require.EqualError(t, err, `scheduler: there is a task "double" already: give this one a name of its own with As`)
	require.Zero(t, attached, "nothing is half-made")
	two := scheduler.NewTask(s, def.As("second"))
	require.Equal(t, []string{"second", "double"}, []string{two.Name(), two.Code()})
	require.NotEqual(t, one.Ref(), two.Ref())
	mustStart(t, s)
	for i := range 3 {
		mustSubmit(t, two, i)
	}
	mustSubmit(t, one, 1)
	mustWait(t, s)
	require.Equal(t, []int{1, 3}, []int{one.OnResult.Count(), two.OnResult.Count()})
}

func TestSubmitWithoutATask(t *testing.T) {
	t.Parallel()

	s := pool(1)
	def := task.New("double", twice)
	var values []any
	s.OnFutureResult.Do(func(e scheduler.FutureResult) { values = append(values, e.Value(), e.Future.Task()) })
	s.OnStart.Do(func() {
		f, err := scheduler.Submit(s, def, 2)
		require.NoError(t, err)
		f.OnDone(func(f *scheduler.Future[int]) { values = append(values, "done") })
	})
	mustRun(t, s)
	require.Equal(t, []any{4, "double", "done"}, values)
	require.Empty(t, s.Tasks())
}

func TestErrorsKeepTheirIdentityWithinThisProcess(t *testing.T) {
	t.Parallel()

	mine := errors.New("mine")
	_, exit, err := failWith(t, mine)
	require.Equal(t, mine, err)
	require.Equal(t, mine, exit.Err)
}

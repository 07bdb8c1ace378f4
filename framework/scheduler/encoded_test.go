package scheduler_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func TestSubmitEncoded(t *testing.T) {
	t.Parallel()

	double := task.New("double", twice)
	for name, e := range map[string]scheduler.Executor{"encodes": newServed(double), "does not encode": local.Pool(1)} {
		s := quiet(e)
		var any scheduler.AnyTask = scheduler.NewTask(s, double)
		require.Equal(t, task.ContentJSON, any.ContentType())
		f, err := any.SubmitEncoded([]byte("21"), "")
		require.ErrorIs(t, err, scheduler.ErrNotRunning)
		require.True(t, f == nil, "not a nil future of a type")
		mustStart(t, s)
		for _, contentType := range []string{"", task.ContentJSON} {
			f, err := any.SubmitEncoded([]byte("21"), contentType)
			require.NoError(t, err)
			<-f.Done()
			require.Equal(t, 21, f.Input())
			require.Equal(t, 42, f.Value())
			payload, of, err := f.EncodedValue()
			require.NoError(t, err)
			require.Equal(t, []string{"42", task.ContentJSON}, []string{string(payload), of}, name)
		}
		for _, wrong := range []struct{ payload, contentType, want string }{
			{`"x"`, "", "the input does not decode as int (application/json): json: cannot unmarshal string into Go value of type int"},
			{`21`, task.ContentCBOR, "the input is application/cbor; the task takes application/json"},
		} {
			f, err := any.SubmitEncoded([]byte(wrong.payload), wrong.contentType)
			require.EqualError(t, err, "scheduler: submit to task double refused: "+wrong.want)
			var refused *scheduler.RefusedError
			require.ErrorAs(t, err, &refused)
			require.True(t, task.IsKind(err, task.KindDecode))
			require.True(t, f == nil)
		}
		mustWait(t, s)
		require.Equal(t, scheduler.Counts{Submitted: 2, Results: 2, Refused: 3}, s.Counts())
		require.Len(t, s.Refusals(), 3)
	}
}

func TestEncodedValueOfWhatHasNone(t *testing.T) {
	t.Parallel()

	s := pool(1)
	began := make(chan struct{})
	block := scheduler.NewTask(s, task.New("block", untilCancelled(began)))
	silent := scheduler.NewTask(s, task.New("silent", func(context.Context, int) (func(), error) { return func() {}, nil }))
	mustStart(t, s, scheduler.CancellationPolicy(scheduler.Continue))
	f := mustSubmit(t, block, 1)
	<-began
	payload, _, err := f.EncodedValue()
	require.NoError(t, err)
	require.Nil(t, payload, "there is no result yet")
	f.Cancel()
	<-f.Done()
	_, _, err = f.EncodedValue()
	require.ErrorIs(t, err, scheduler.ErrCancelled)
	g := mustSubmit(t, silent, 1)
	<-g.Done()
	_, _, err = g.EncodedValue()
	require.ErrorContains(t, err, "json: unsupported type: func()")
	mustWait(t, s)
}

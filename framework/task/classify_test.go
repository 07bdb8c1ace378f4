package task_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

func TestClassify(t *testing.T) {
	t.Parallel()

	why := errors.New("why")
	live := t.Context()
	cancelled, cancel := context.WithCancelCause(live)
	cancel(errors.New("enough"))
	impatient, cancel := context.WithCancelCause(live)
	cancel(context.DeadlineExceeded)
	late, release := context.WithDeadline(live, time.Unix(0, 0))
	defer release()
	tests := map[string]struct {
		ctx  context.Context
		err  error
		kind string
	}{
		"no error":                    {cancelled, nil, ""},
		"a context that goes on":      {live, why, task.KindError},
		"cancelled":                   {cancelled, why, task.KindCancelled},
		"cancelled for time":          {impatient, why, task.KindCancelled},
		"its time is over":            {late, why, task.KindDeadline},
		"it has a kind of its own":    {late, task.WithKind("quota", why), "quota"},
		"a panic remains a panic too": {cancelled, task.Errorf(task.KindPanic, "oh"), task.KindPanic},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := task.Classify(test.ctx, test.err)
			require.Equal(t, test.kind, task.KindOf(err))
			if test.err == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, test.err)
			}
		})
	}
}

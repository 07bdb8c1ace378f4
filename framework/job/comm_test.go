package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// talking is code that talks.
func talking() map[string]code {
	codes := fakeCodes()
	maps.Copy(codes, map[string]code{
		"fit": func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			task.ReportProgress(ctx, 1, 4, "begun")
			if err := task.Open(ctx); err != nil {
				return nil, err
			}
			for n := range 5 {
				if err := task.Send(ctx, map[string]any{"n": n}); err != nil {
					return nil, err
				}
				answer, err := task.Request[struct{ Stop bool }](ctx, map[string]any{"loss": 1 - 0.3*float64(n)}, time.Minute)
				if err != nil {
					return nil, err
				}
				if answer.Stop {
					return json.Marshal(n)
				}
			}
			return nil, errors.New("it was not stopped")
		},
		"hasty": func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			_, err := task.Request[any](ctx, 1, time.Minute)
			return nil, err
		},
	})
	return codes
}

func (r *rig) talks() {
	r.opts.Executor = func(p job.Plugin) scheduler.Executor { return newFake(p, talking()) }
}

func TestCommBlocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.talks()
	result := r.run(`
task "fit" {
  comm {}
}
on "start" {
  submit "fit" { input = "x" }
}
on "fit.progress" {
  log = "${event.name}: future ${event.future} attempt ${event.attempt} ${event.done}/${event.total} ${event.text}"
}
on "fit.comm-open" {
  log = "opened by ${event.input}"
}
on "fit.comm-message" {
  when = event.data.n > 1
  log = "n is ${event.data.n}"
}
on "fit.comm-request" {
  respond = { stop = event.data.loss < 0.2 }
}
on "fit.comm-close" {
  log = "ended ${event.ended}, error ${jsonencode(event.error)}"
}
`)
	require.NoError(t, result.Err)
	require.Equal(t, []string{`{"task":"fit","input":"x","result":3}`}, r.lines())
	for _, want := range []string{"progress: future 1 attempt 1 1/4 begun", "opened by x", "n is 2", "n is 3", "ended true, error null"} {
		require.Contains(t, r.log.String(), want)
	}
	require.NotContains(t, r.log.String(), "n is 1")
}

func TestRespondFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ blocks, want string }{
		"in an expression": {`
on "hasty.comm-request" { respond = event.data.nothing }`, "close-requested"},
		"twice": {`
on "hasty.comm-request" { respond = 1 }
on "hasty.comm-request" { respond = 2 }`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.talks()
			result := r.run(`
task "hasty" {
  comm {}
}
on "start" {
  submit "hasty" {}
}
on "hasty.exception" { log = "kind ${event.kind}" }
` + test.blocks)
			if test.want != "" {
				require.Contains(t, r.log.String(), "kind "+test.want)
			} else {
				require.Contains(t, r.log.String(), "the request has been answered already")
			}
			require.NotZero(t, result.ExitCode())
		})
	}
}

//go:build linux

package journal_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/internal/testlog"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/sdk"
)

// patience bounds what should take seconds, on a busy machine.
const patience = 2 * time.Minute

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) {
	switch {
	case x < -1:
		panic("far too small")
	case x < 0:
		return 0, errors.New("negative")
	}
	return 2 * x, nil
})

// rig is a scheduler with a journal, which is a process.
type rig struct {
	*scheduler.Scheduler
	t      testing.TB
	hub    *eventplugin.Hub
	double *scheduler.Task[int, int]
	logs   *testlog.Buffer
	path   string // of the journal
}

type config map[string]any

// newRig makes a scheduler with a journal in a folder.
func newRig(t testing.TB, dir string, c config, opts ...eventplugin.Option) *rig {
	t.Helper()
	r := &rig{t: t, logs: &testlog.Buffer{}, path: filepath.Join(dir, "journal.jsonl")}
	all := config{"file": r.path}
	maps.Copy(all, c)
	r.hub = eventplugin.New(eventplugin.Self("journal", append([]eventplugin.Option{eventplugin.Config(all), eventplugin.FlushWithin(patience)}, opts...)...))
	r.Scheduler = scheduler.New(local.Pool(2), scheduler.Name("test"), scheduler.Observed(r.hub), scheduler.Logger(slog.New(slog.NewTextHandler(r.logs, nil))))
	r.double = scheduler.NewTask(r.Scheduler, double)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.logs)
		}
	})
	return r
}

func (r *rig) run(opts ...scheduler.RunOption) scheduler.Exit {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	exit, err := r.Run(ctx, append([]scheduler.RunOption{scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)}, opts...)...)
	require.NoError(r.t, err)
	require.NoError(r.t, ctx.Err(), "the run hangs")
	return exit
}

// submitAtStart submits calls when a run starts.
func (r *rig) submitAtStart(inputs ...int) {
	r.OnStart.Do(func() {
		for _, x := range inputs {
			_, err := r.double.Submit(x)
			require.NoError(r.t, err)
		}
	})
}

// mixed are n inputs, every tenth of which fails.
func mixed(n int) []int {
	out := make([]int, n)
	for i := range out {
		if out[i] = i; i%10 == 9 {
			out[i] = -1
		}
	}
	return out
}

// kill kills the process of the journal. It returns before the next one is
// there.
func (r *rig) kill() {
	p, err := os.FindProcess(r.hub.Reports()[0].PID)
	require.NoError(r.t, err)
	if err := p.Kill(); err != nil {
		require.ErrorIs(r.t, err, os.ErrProcessDone)
	}
	_ = p.Release()
}

// entries reads the journal, which must be whole.
func entries(t *testing.T, path string) []reader.Entry {
	t.Helper()
	j, err := reader.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	var out []reader.Entry
	for e, err := range j.Entries() {
		require.NoError(t, err)
		e.Line = bytes.Clone(e.Line)
		out = append(out, e)
	}
	require.Zero(t, j.Torn())
	return out
}

// runs tells the lines of runs apart, in order.
func runs(all []reader.Entry) (out [][]reader.Entry) {
	for i := range all {
		if i == 0 || all[i].Source != all[i-1].Source {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], all[i])
	}
	return out
}

// requireWhole requires that the lines of one run tell everything that happened
// in it, once and in order, and each future once in each of its states.
func requireWhole(t *testing.T, lines []reader.Entry, futures int) {
	t.Helper()
	require.Equal(t, reader.TypeRun, lines[0].Type)
	defer func() {
		if t.Failed() {
			for i, e := range lines {
				if i < 3 || i > 0 && e.Seq != lines[i-1].Seq+1 {
					t.Logf("line %d: %s", i, e.Line)
				}
			}
		}
	}()
	var seq uint64
	states := map[uint64][]string{}
	ends := 0
	for i, e := range lines {
		if e.Type == reader.TypeSummary {
			require.Equal(t, len(lines)-1, i, "the summary is the last line")
			var s reader.Summary
			require.NoError(t, e.Decode(&s))
			require.Equal(t, seq, s.Records)
			require.Zero(t, s.Missed)
		}
		if !e.Record() {
			require.Equal(t, seq, e.Seq)
			continue
		}
		seq++
		require.Equal(t, seq, e.Seq, "line %d", i)
		if e.Future > 0 {
			states[e.Future] = append(states[e.Future], e.Type)
		}
	}
	require.Len(t, states, futures)
	for future, s := range states {
		require.Len(t, s, 2, "future %d", future)
		require.Equal(t, reader.TypeSubmitted, s[0])
		require.Contains(t, []string{reader.TypeResult, reader.TypeException, reader.TypeCancelled}, s[1])
		ends++
	}
	require.Equal(t, reader.TypeSummary, lines[len(lines)-1].Type)
}

var reverse = sdk.TaskFunc("reverse", func(_ context.Context, b []byte) ([]byte, error) {
	out := bytes.Clone(b)
	slices.Reverse(out)
	return out, nil
})

var halve = sdk.TaskFunc("halve", func(_ context.Context, x int) (float64, error) { return float64(x) / 2, nil }).CBOR()

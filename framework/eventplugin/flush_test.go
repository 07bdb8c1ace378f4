//go:build linux

package eventplugin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// flusher keeps what it hears to itself until the end. Then it says that it is
// not all.
func flusher(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	var heard []uint64
	finished := false
	s.OnFutureResult.Do(func(e sdk.FutureResult) { heard = append(heard, e.Future.ID) })
	s.OnFinished.Do(func() { finished = true })
	s.OnFlush(func(context.Context) error {
		for _, id := range heard {
			write("%d", id)
		}
		write("finished %t", finished)
		return errors.New("a page is missing")
	})
	s.OnFlush(func(context.Context) error { write("flushed again"); return nil })
	return nil
}

// clinger does not come to an end with flushing.
func clinger(s *sdk.Scheduler, c setting) error {
	write := writer(c.File)
	s.OnFutureResult.Do(func(sdk.FutureResult) {})
	s.OnFlush(func(context.Context) error {
		write("flushing")
		select {}
	})
	return nil
}

// TestPluginsFlushAtTheEnd reads what was flushed as soon as the run is over.
func TestPluginsFlushAtTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Sequential(), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "flusher", eventplugin.FlushWithin(patience))}
	})
	r.submitAtStart(make([]int, 3000)...)
	r.run()
	var want []string
	for id := range 3000 {
		want = append(want, fmt.Sprint(id+1))
	}
	require.Equal(t, append(want, "finished true", "flushed again"), r.lines("flusher"))
	require.Contains(t, r.logs.String(), `msg="not everything could be flushed" plugin=flusher`)
	require.Contains(t, r.logs.String(), "a page is missing")
	require.Zero(t, r.report().Undelivered)
}

func TestFlushingIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Sequential(), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "clinger", eventplugin.FlushWithin(300*time.Millisecond))}
	})
	r.submitAtStart(1, 2, 3)
	exit := r.run()
	require.Equal(t, scheduler.ExitExhausted, exit.Code)
	require.Equal(t, []string{"flushing"}, r.lines("clinger"))
	p := r.report()
	require.Zero(t, p.Undelivered, "it had dealt with all events")
	require.GreaterOrEqual(t, p.Flush, 300*time.Millisecond)
	require.Contains(t, r.logs.String(), "event plugin did not deal with everything in time")
}

// stillborn dies while it flushes, and the process that is to replace it does
// not come to an end with its set-up.
func stillborn(s *sdk.Scheduler, c setting) error {
	if _, err := os.Stat(c.Once); err == nil {
		select {}
	}
	must(nil, os.WriteFile(c.Once, nil, 0o600))
	s.OnFlush(func(context.Context) error { os.Exit(1); return nil })
	return nil
}

// TestReplacementsThatAreTooLateAreGivenUp has a run end that waits neither for
// a process that is being started nor for one that came after that.
func TestReplacementsThatAreTooLateAreGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, local.Sequential(), func(dir string) []*eventplugin.Spec {
		return []*eventplugin.Spec{self(dir, "stillborn", eventplugin.FlushWithin(500*time.Millisecond), eventplugin.StartTimeout(2*patience))}
	})
	r.run()
	p := r.report()
	require.Equal(t, eventplugin.Ended, p.State)
	require.Equal(t, 1, p.Restarts)
}

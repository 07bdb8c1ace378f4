//go:build linux

package process_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

// TestFaultProtocolViolations has a peer break the protocol when it gets its first
// call: its process is killed, the error says what it did, and what waits runs
// in the process that replaces it.
func TestFaultProtocolViolations(t *testing.T) {
	t.Parallel()
	for manners, want := range map[string]string{
		"result of another":   "a result for call 99, which was not sent",
		"result of none":      "a result for call 0, which the worker does not have",
		"no sizes":            "results of 1 tasks with 0 sizes and 1 times",
		"no times":            "results of 1 tasks with 1 sizes and 0 times",
		"too large a size":    "result 0 claims 18446744073709551615 bytes of",
		"too long a time":     "result 0 claims to have taken 18446744073709551615 ns",
		"bytes to spare":      "results with 1 bytes and 0 failures to spare",
		"failure of none":     "results with 0 bytes and 1 failures to spare",
		"content types":       "results of 1 tasks with 2 content types",
		"second welcome":      "a second welcome",
		"returns another":     "calls were returned that were not recalled",
		"returns unasked":     "calls were returned that were not recalled",
		"more than a message": "larger than max",

		"message without a kind": "1 messages with 0 kinds, 1 ids",
		"message of another":     "a message of call 99, which was not sent",
		"message to the host":    "task echo, future 1: the code sent grant, which is the host's to send",
		"message to nobody":      "task echo, future 1: the code sent open, which nobody hears",
	} {
		t.Run(manners, func(t *testing.T) {
			t.Parallel()
			r := newPeers(t, 1, manners, onceOnly(t), process.MaxMessage(1<<20))
			r.begin()
			f, next := submit(t, r.Scheduler, echo, 41), submit(t, r.Scheduler, echo, 42)
			await(t, f)
			lost := requireLost(t, f.Err(), task.KindWorkerLost)
			require.ErrorIs(t, lost.Cause, session.ErrProtocol)
			require.ErrorIs(t, f.Err(), session.ErrProtocol)
			require.ErrorContains(t, f.Err(), "was killed while it ran task echo")
			require.ErrorContains(t, f.Err(), want)
			await(t, next)
			require.NoError(t, next.Err())
			require.Equal(t, 42, next.Value())
			r.finish()
			require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
		})
	}
}

// TestFloodOfMessages has a peer say more than it may while the host is slow.
func TestFloodOfMessages(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "flood of messages", onceOnly(t))
	talk := comm.New[string, string]()
	flooding := scheduler.NewTask(r.Scheduler, echo, talk)
	flooding.OnSubmitted.Do(func(e scheduler.Submitted[int]) { <-e.Future.Done() })
	r.begin()
	f, err := flooding.Submit(1)
	require.NoError(t, err)
	await(t, f)
	require.ErrorIs(t, f.Err(), session.ErrProtocol)
	require.ErrorContains(t, f.Err(), "the code has said more than it may before it is heard")
	r.finish()
	require.Equal(t, task.MessageWindow/64, event.SubscriberOf(flooding, talk.Open).Count(), "what it might say is told")
	require.Equal(t, 1, event.SubscriberOf(flooding, talk.Close).Count())
}

// TestMessagesAfterTheEnd has a peer talk when its task has ended.
func TestMessagesAfterTheEnd(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "messages after the end", nil)
	talk := comm.New[string, string]()
	late := scheduler.NewTask(r.Scheduler, echo, talk)
	r.begin()
	for i := range 2 {
		f, err := late.Submit(i)
		require.NoError(t, err)
		await(t, f)
		require.NoError(t, f.Err())
	}
	eventually(t, patience, "all came", func() bool { return r.Counts().LateMessages == 6 })
	r.finish()
	require.Zero(t, event.SubscriberOf(late, talk.Open).Count())
}

// TestResultTwice has a peer answer a call twice: the first answer counts.
func TestResultTwice(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "result twice", onceOnly(t))
	r.begin()
	v, err := get(t, r.Scheduler, echo, 1)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	eventually(t, patience, "the peer is killed", func() bool { return r.Workers().Started == 2 })
	v, err = get(t, r.Scheduler, echo, 2)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	r.finish()
	require.Contains(t, r.logs.text(), "a result for call 1, which the worker does not have")
	require.Equal(t, uint64(1), r.Workers().Lost)
}

// TestWhatAPeerMaySay is what is new to this version, or of no interest.
func TestWhatAPeerMaySay(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "noise", nil)
	r.begin()
	for i := range 5 {
		f := submit(t, r.Scheduler, echo, i)
		await(t, f)
		require.NoError(t, f.Err())
		require.Equal(t, i, f.Value())
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestSessionEndedByThePeer has a peer end the session during a call, with an
// error of its own; its process lives on.
func TestSessionEndedByThePeer(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "ends the session", onceOnly(t))
	r.begin()
	_, err := get(t, r.Scheduler, echo, 1)
	lost := requireLost(t, err, task.KindWorkerLost)
	require.ErrorContains(t, lost, "was killed while it ran task echo: its session ended while it lived on: ")
	require.ErrorContains(t, lost.Cause, "enough for today")
	require.Equal(t, syscall.SIGKILL, lost.Exit.Signal)
	require.ErrorContains(t, lost, " (killed by signal 9 (SIGKILL); its stderr ends: closing time)")
	v, err := get(t, r.Scheduler, echo, 2)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	r.finish()
}

// TestPeersThatCannotStart are refused before any call is sent.
func TestPeersThatCannotStart(t *testing.T) {
	t.Parallel()
	for manners, want := range map[string]string{
		"no welcome":               "the first response has no welcome",
		"refuses the session":      "members only",
		"does not describe itself": "I would rather not",
		"no service":               "the process serves no Signalbox plugin: it must be built with the sdk",
	} {
		t.Run(manners, func(t *testing.T) {
			t.Parallel()
			r := newPeers(t, 2, manners, nil)
			err := r.Start(context.Background())
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, "process: plugin peer: ")
			require.Empty(t, processes(r.mark))
		})
	}
}

func TestPeerOfAnotherVersion(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 1, "", map[string]string{actEnv: "peer of the future"})
	err := r.Start(context.Background())
	require.ErrorIs(t, err, pluginproc.ErrVersion)
	require.ErrorContains(t, err, "the host speaks 1, the plugin speaks 7")
	require.Empty(t, processes(r.mark))
}

// TestPluginThatDiesAtOnce ends before it has said a word.
func TestPluginThatDiesAtOnce(t *testing.T) {
	t.Parallel()
	r := newPeers(t, 2, "", map[string]string{actEnv: "silent death"})
	err := r.Start(context.Background())
	require.ErrorIs(t, err, pluginproc.ErrDiedAtStart)
	require.ErrorContains(t, err, "exit code 7; it wrote nothing to stderr")
	require.Empty(t, processes(r.mark))
}

// TestCancelWithADeafPeer cancels a call that a peer without a ledger was sent:
// it counts as begun, so it has the grace, whether recalls are answered or not.
func TestCancelWithADeafPeer(t *testing.T) {
	t.Parallel()
	for _, manners := range []string{"says nothing", "deaf to recalls"} {
		t.Run(manners, func(t *testing.T) {
			t.Parallel()
			r := newPeers(t, 1, manners, onceOnly(t))
			r.begin()
			f := submit(t, r.Scheduler, echo, 1)
			eventually(t, patience, "the call is sent", func() bool { return f.State() == scheduler.Running })
			next := submit(t, r.Scheduler, echo, 2)
			began := time.Now()
			require.True(t, f.Cancel(errEnough))
			await(t, f)
			require.Equal(t, scheduler.Cancelled, f.State(), f.Err())
			require.ErrorIs(t, f.Err(), errEnough)
			require.GreaterOrEqual(t, time.Since(began), quickGrace)
			await(t, next)
			require.NoError(t, next.Err())
			r.finish()
			require.Equal(t, scheduler.WorkerCounts{Started: 2, Lost: 1}, r.Workers())
		})
	}
}

package eventplugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/wire"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const (
	// maxRestarts is how often a plugin's process is replaced within
	// restartWindow.
	maxRestarts   = 5
	restartWindow = time.Minute
	// endGrace is how long a process has to end after its session was closed.
	endGrace = 2 * time.Second
	// maxUnread bounds the answers to a plugin that it has not been sent, in bytes.
	// Only one that does not read them comes near it.
	maxUnread = 32 << 20
	// replyOverhead is what an answer takes besides what it says.
	replyOverhead = 256
)

// supervise keeps the plugin going: it serves the session of the process that
// was started, and replaces processes that die.
func (a *attachment) supervise() {
	defer close(a.over)
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.MaxInterval, delays.Multiplier = 20*time.Millisecond, 2*time.Second, 2
	delays.Reset()
	for {
		err := a.serve()
		a.mu.Lock()
		a.serving = false
		if a.life.Err() == nil {
			a.died = err
		}
		a.mu.Unlock()
		if a.life.Err() != nil {
			return
		}
		a.hub.log().Warn("event plugin died", "plugin", a.describe(), "error", err)
		for {
			if !a.mayRestart() {
				a.lose(fmt.Errorf("its process died more than %d times within %v; the last time: %w", maxRestarts, restartWindow, err))
				return
			}
			if !a.pause(delays.NextBackOff()) {
				return
			}
			err = a.start(a.life, true)
			if err == nil {
				break
			}
			if a.life.Err() != nil {
				return
			}
			if errors.Is(err, session.ErrSetup) || errors.Is(err, pluginproc.ErrChecksum) || errors.Is(err, pluginproc.ErrNotFound) {
				a.lose(fmt.Errorf("its process cannot be replaced: %w", err))
				return
			}
		}
	}
}

// mayRestart counts a death, and reports whether the budget allows another
// process.
func (a *attachment) mayRestart() bool {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.deaths) > 0 && now.Sub(a.deaths[0]) > restartWindow {
		a.deaths = a.deaths[1:]
	}
	a.deaths = append(a.deaths, now)
	if len(a.deaths) > maxRestarts {
		return false
	}
	a.restarts++
	return true
}

// pause waits before a restart. It reports false if the plugin is to end.
func (a *attachment) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-a.life.Done():
		return false
	}
}

// lose gives the plugin up.
func (a *attachment) lose(err error) {
	err = a.spec.errorf("%w", err)
	a.mu.Lock()
	a.lost = err
	a.mu.Unlock()
	mustNotMiss := a.hub.events.detach(a.reader)
	a.hub.advanced()
	s := a.hub.scheduler()
	switch {
	case a.spec.optional:
		a.hub.log().Warn("event plugin lost", "plugin", a.spec.name, "error", err)
	case mustNotMiss && s != nil:
		a.hub.log().Error("event plugin lost: the run is stopped", "plugin", a.spec.name, "error", err)
		s.StopWith("a lossless event plugin was lost", err)
	default:
		a.hub.log().Error("event plugin lost: the run goes on without it", "plugin", a.spec.name, "error", err)
	}
}

// serve serves the session of the process until both have ended, and returns
// why they did.
func (a *attachment) serve() error {
	a.mu.Lock()
	s, proc := a.session, a.proc
	a.mu.Unlock()
	dead := make(chan struct{})
	sender := make(chan struct{})
	go func() { defer close(sender); a.send(s, dead) }()
	beating := make(chan struct{})
	go func() { defer close(beating); a.beat(proc, dead) }()
	a.reader.poke()

	err := a.receive(s)
	if !proc.ExitsWithin(endGrace) || errors.Is(err, session.ErrProtocol) {
		proc.Kill()
	}
	close(dead)
	s.Close()
	proc.Discard()
	<-sender
	<-beating
	if errors.Is(err, session.ErrProtocol) {
		return err
	}
	return errors.New(proc.Exit().Explain())
}

// receive handles what the plugin sends until its session ends, and returns why
// it ended.
func (a *attachment) receive(s *session.Session) error {
	a.mu.Lock()
	a.unread = 0
	a.mu.Unlock()
	for {
		resp, err := s.Receive()
		if err != nil {
			return err
		}
		a.mu.Lock()
		a.unheard = 0
		a.mu.Unlock()
		if resp.GetResults() != nil || resp.GetReturned() != nil || resp.GetDrained() {
			return fmt.Errorf("%w: an event plugin answers tasks", session.ErrProtocol)
		}
		if resp.Waiting != nil {
			a.hub.events.excuse(a.reader, resp.GetWaiting() > 0)
			a.hub.advanced()
		}
		for _, c := range resp.GetCalls() {
			r := a.answer(c)
			a.mu.Lock()
			a.replies = append(a.replies, r)
			a.unread += replyOverhead + proto.Size(r)
			unread := a.unread
			a.mu.Unlock()
			if unread > maxUnread {
				return fmt.Errorf("%w: the plugin asks and does not read what it is answered: %d bytes wait for it", session.ErrProtocol, unread)
			}
			a.reader.poke()
		}
		if subs := resp.GetSubscriptions(); subs != nil {
			if err := a.subscribe(subs); err != nil {
				return err
			}
		}
		if ack := resp.GetAck(); ack != nil {
			if err := a.acknowledged(ack); err != nil {
				return err
			}
		}
		if resp.GetFinished() {
			a.mu.Lock()
			asked := a.asked
			if asked {
				a.asked, a.finishing = false, nil
				close(a.finished)
			}
			a.mu.Unlock()
			if !asked {
				return fmt.Errorf("%w: an event plugin has finished and was not asked to", session.ErrProtocol)
			}
		}
	}
}

// acknowledged takes note of what the plugin has dealt with.
func (a *attachment) acknowledged(ack *pb.Ack) error {
	if len(ack.GetState()) > wire.MaxState {
		return fmt.Errorf("%w: a state of %d bytes; it may have %d", session.ErrProtocol, len(ack.GetState()), wire.MaxState)
	}
	a.mu.Lock()
	if ack.GetSeq() > a.scanned {
		a.mu.Unlock()
		return fmt.Errorf("%w: record %d was acknowledged, which was not sent", session.ErrProtocol, ack.GetSeq())
	}
	full := a.full()
	n := 0
	for n < len(a.inflight) && a.inflight[n].seq <= ack.GetSeq() {
		a.bytes -= a.inflight[n].size()
		n++
	}
	clear(a.inflight[:n])
	a.inflight = a.inflight[n:]
	switch {
	case len(a.inflight) > 0:
		a.done = max(a.done, a.inflight[0].before())
	case len(a.resend) > 0:
		a.done = max(a.done, a.resend[0].before())
	default:
		a.done = a.scanned
	}
	if ack.State != nil {
		a.state = ack.GetState()
	}
	if len(ack.GetCalls()) > 0 {
		a.calls = ack.GetCalls()
	}
	a.progress = time.Now()
	a.mu.Unlock()
	if full {
		a.reader.poke() // otherwise the sender does not wait for this
	}
	a.hub.advanced()
	return nil
}

// before returns the last record before this one.
func (s *sent) before() uint64 { return s.seq - max(s.skipped, 1) }

// gapsAhead returns how many records are missing in what the plugin has not
// acknowledged. a.mu is held.
func (a *attachment) gapsAhead() (n uint64) {
	for _, list := range [][]sent{a.inflight, a.resend} {
		for i := range list {
			n += list[i].skipped
		}
	}
	return n
}

// keepsRun returns for how long the plugin may still keep a run from ending
// whose queue is empty since then; 0 if it does not.
func (a *attachment) keepsRun(since time.Time) time.Duration {
	if !a.spec.allows(Submit) {
		return 0
	}
	behind, last := a.hub.events.behind(a.reader)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lost != nil || behind == 0 && a.done >= last {
		return 0
	}
	if a.progress.After(since) {
		since = a.progress
	}
	left := a.spec.stall - time.Since(since)
	if left <= 0 {
		a.hub.log().Warn("the run ends although an event plugin that may submit has not dealt with everything", "plugin", a.spec.name, "waited", a.spec.stall)
		return 0
	}
	return left
}

const (
	// pingEvery is how often a plugin is asked for a sign of life.
	pingEvery = 2 * time.Second
	// pingMisses is how many questions may remain without any answer before it
	// counts as hung. The sdk answers while callbacks take their time.
	pingMisses = 8
)

// beat pings the plugin until dead is closed, and kills it if it is hung.
func (a *attachment) beat(proc *pluginproc.Process, dead <-chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-dead:
			return
		case <-t.C:
		}
		a.mu.Lock()
		hung := a.unheard >= pingMisses
		a.unheard++
		a.pings++
		a.ping = a.pings
		a.mu.Unlock()
		if hung {
			a.hub.log().Error("event plugin gives no sign of life and is killed", "plugin", a.describe())
			proc.Kill()
			return
		}
		a.reader.poke()
	}
}

// finish has the plugin deal with what remains and, unless it stays, end.
func (a *attachment) finish(ctx context.Context, f *pb.Finish) {
	began := time.Now()
	deadline := time.NewTimer(a.spec.flush)
	defer deadline.Stop()
	a.mu.Lock()
	lost := a.lost != nil
	a.finishing, a.finished = f, make(chan struct{})
	finished := a.finished
	a.mu.Unlock()
	if lost {
		<-a.over
		return
	}
	a.reader.poke()
	inTime := a.awaitFinished(ctx, finished, deadline.C)
	a.mu.Lock()
	a.flushed = time.Since(began)
	s, proc, linger := a.session, a.proc, a.linger
	lost = a.lost != nil
	stays := a.spec.stay && inTime && !lost
	if !stays {
		a.end()
	}
	a.mu.Unlock()
	if stays {
		return
	}
	switch {
	case lost: // which has been told
	case !inTime:
		a.hub.log().Warn("event plugin did not deal with everything in time", "plugin", a.spec.name, "waited", a.spec.flush)
	default:
		awaitExit(ctx, proc, linger)
		_ = s.CloseSend() // an error means that it has ended already
		proc.ExitsWithin(endGrace)
	}
	proc.Kill()
	a.reader.poke()
	<-a.over
}

// awaitFinished waits for the answer to finish, from this process or one that
// replaces it.
func (a *attachment) awaitFinished(ctx context.Context, finished <-chan struct{}, deadline <-chan time.Time) bool {
	select {
	case <-finished:
		return true
	case <-a.over:
	case <-deadline:
	case <-ctx.Done():
	}
	return false
}

// awaitExit waits for a plugin that stays for a while after it has finished.
func awaitExit(ctx context.Context, proc *pluginproc.Process, linger time.Duration) {
	if linger <= 0 {
		return
	}
	t := time.NewTimer(linger)
	defer t.Stop()
	select {
	case <-proc.Exited():
	case <-t.C:
	case <-ctx.Done():
	}
}

func (a *attachment) staying() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.life.Err() == nil && a.lost == nil
}

// kill ends the plugin at once.
func (a *attachment) kill() {
	a.mu.Lock()
	a.end() // no process is taken on any more
	proc := a.proc
	a.mu.Unlock()
	proc.Kill()
	a.reader.poke()
	<-a.over
}

// quit ends a plugin that stayed.
func (a *attachment) quit() {
	a.mu.Lock()
	a.end()
	s, proc := a.session, a.proc
	a.mu.Unlock()
	_ = s.CloseSend() // an error means that it has ended already
	proc.ExitsWithin(endGrace)
	a.kill()
}

// forget removes the plugin from the log.
func (a *attachment) forget() { a.hub.events.detach(a.reader) }

var _ scheduler.Observer = (*Hub)(nil)

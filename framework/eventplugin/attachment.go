package eventplugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// attachment is one event plugin of a hub, through all processes that it has.
type attachment struct {
	hub    *Hub
	spec   *Spec
	reader *reader
	base   []uint64 // emissions by topic before it was attached
	first  uint64   // last record before it was attached
	loops  atomic.Uint64
	over   chan struct{}   // closed when it has no process and will have none
	life   context.Context // ends when its process is to end
	end    context.CancelFunc

	mu       sync.Mutex
	proc     *pluginproc.Process
	serving  bool // it has not died
	session  *session.Session
	filter   *filter
	handlers []*pb.Handler
	linger   time.Duration

	inflight []sent // on their way, in order
	resend   []sent // were on their way to a process that died
	bytes    int    // of inflight
	scanned  uint64 // the last record that was read from the log
	done     uint64 // every record up to this was dealt with
	progress time.Time
	state    []byte
	calls    []uint64 // by handler
	told     int      // tasks that the process knows of
	own      map[uint64]scheduler.AnyFuture
	ends     []*pb.FutureEnd
	replies  []*pb.Reply
	unread   int    // size of replies, in bytes
	ping     uint64 // to be sent, 0 for none
	pings    uint64
	unheard  int // pings since something was heard

	finishing *pb.Finish
	asked     bool          // finish was sent to this process
	finished  chan struct{} // closed when a process has answered
	flushed   time.Duration
	restarts  int
	deaths    []time.Time
	missed    uint64
	lost      error // why it is no more
	died      error // how its process died the last time

	missedEvents map[topic]uint64
}

func newAttachment(h *Hub, s *Spec) *attachment {
	a := &attachment{hub: h, spec: s, over: make(chan struct{}), own: map[uint64]scheduler.AnyFuture{}, missedEvents: map[topic]uint64{}}
	a.life, a.end = context.WithCancel(context.Background())
	a.reader, a.base = h.events.attach()
	a.first = a.reader.cursor
	a.scanned, a.done = a.first, a.first
	a.progress = time.Now()
	return a
}

// begin starts the first process.
func (a *attachment) begin(ctx context.Context) error {
	err := a.spec.absent
	if err == nil {
		err = a.start(ctx, false)
	}
	if err != nil {
		a.hub.events.detach(a.reader)
		close(a.over)
		return a.spec.errorf("%w", err)
	}
	go a.supervise()
	return nil
}

// start starts a process and opens its session. On an error nothing of it is
// left.
func (a *attachment) start(ctx context.Context, again bool) error {
	ctx, cancel := a.spec.starting(ctx)
	defer cancel()
	proc, err := pluginproc.Start(ctx, a.spec.process(a.hub.folder, a.hub.log()))
	if err != nil {
		return err
	}
	s, err := a.open(ctx, proc, again)
	if err != nil {
		err = explain(proc, err)
		proc.Discard()
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.life.Err() != nil { // while it started
		s.Close()
		proc.Discard()
		return a.life.Err()
	}
	a.hub.events.excuse(a.reader, false) // it waits for nothing yet
	a.proc, a.session, a.serving = proc, s, true
	a.unheard, a.asked = 0, false
	a.pings++
	a.ping = a.pings // with which it learns how the host stands
	a.linger = time.Duration(s.Welcome().GetLingerNs())
	if again {
		a.rewind(s.Welcome().GetResumeAfter())
	}
	return nil
}

// starting returns a context for the start of a process.
func (s *Spec) starting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.startTimeout,
		fmt.Errorf("it was not ready after %v: raise the start timeout, or do less in its set-up", s.startTimeout))
}

// process is how a process of the plugin is started.
func (s *Spec) process(folder *pluginproc.Folder, log *slog.Logger) pluginproc.Config {
	return pluginproc.Config{Name: s.name, Path: s.path, Args: s.args, Dir: s.dir, Env: s.env, SHA256: s.sha256, RuntimeDir: folder.Path(),
		StartTimeout: s.startTimeout, MaxMessageBytes: DefaultMaxMessage + frameBytes, Nice: s.nice(), Logger: log}
}

func (a *attachment) open(ctx context.Context, proc *pluginproc.Process, again bool) (*session.Session, error) {
	offered, err := session.Describe(ctx, proc.Conn())
	if err != nil {
		return nil, err
	}
	part, err := choose(offered.GetEventPlugins(), a.spec)
	if err != nil {
		return nil, err
	}
	if !again {
		a.deliver(part.GetLossless())
	}
	attach := a.attachMessage(part.GetName(), again)
	s, err := session.Open(ctx, proc.Conn(), session.Config{Run: attach.Run.Name, Plugin: a.spec.encoded, MaxMessage: DefaultMaxMessage,
		LogLevel: pluginproc.LowestLevel(a.hub.log()), Attach: attach})
	if err != nil {
		return nil, err
	}
	if err := a.subscribe(s.Welcome().GetSubscriptions()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// deliver takes note of whether the plugin may miss something. asks is whether
// it asks not to.
func (a *attachment) deliver(asks bool) {
	a.hub.events.keepFor(a.reader, a.spec.delivery == lossless || a.spec.delivery == byPlugin && asks)
}

// choose finds which of its event plugins an executable is to serve as.
func choose(offered []*pb.EventPluginType, spec *Spec) (*pb.EventPluginType, error) {
	if len(offered) == 0 {
		return nil, errors.New("it offers no event plugin: pass sdk.EventPlugin(…) to its sdk.Serve")
	}
	want := spec.part
	if want == "" && len(offered) == 1 {
		return offered[0], nil
	}
	if want == "" {
		want = spec.name
	}
	var names []string
	for _, p := range offered {
		if p.GetName() == want {
			return p, nil
		}
		names = append(names, p.GetName())
	}
	return nil, fmt.Errorf("it offers no event plugin %q; it has %q", want, names)
}

func (a *attachment) attachMessage(part string, again bool) *pb.Attach {
	l := a.hub.events
	l.mu.Lock()
	tasks := l.topics.tasks
	counts := append([]uint64(nil), a.reader.counts...)
	all := l.topics.all
	l.mu.Unlock()
	a.hub.mu.Lock()
	info := a.hub.info
	a.hub.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = len(tasks)
	m := &pb.Attach{Name: part, Allow: a.spec.allow, Run: &pb.RunInfo{Name: info.Name, Ref: info.Ref, StartedUnixNano: info.StartedUnixNano,
		Tasks: tasks, Executors: info.Executors, TimeoutNs: info.TimeoutNs, KeepRunning: info.KeepRunning, KillAtEnd: info.KillAtEnd}}
	if !again {
		return m
	}
	m.Again, m.ResumeAfter, m.State, m.Calls = true, a.done, a.state, a.calls
	for _, list := range [][]sent{a.inflight, a.resend} { // backwards to what was acknowledged
		for i := len(list) - 1; i >= 0; i-- {
			for k := range list[i].events {
				counts[list[i].topics[k]] = list[i].ordinals[k] - 1
			}
		}
	}
	for n, count := range counts {
		if count = a.filter.ordinal(topic(n), count); count > 0 && a.filter.subscribed(all, topic(n)) {
			m.Counts = append(m.Counts, &pb.Count{Scope: all[n].scope, Task: all[n].task, Event: all[n].event, Count: count})
		}
	}
	return m
}

// subscribe takes note of what the plugin is subscribed to.
func (a *attachment) subscribe(s *pb.Subscriptions) error {
	f, err := newFilter(s, a.spec.filter, a.base)
	if err != nil {
		return fmt.Errorf("%w: %w", session.ErrProtocol, err)
	}
	a.mu.Lock()
	a.filter, a.handlers = f, s.GetHandlers()
	a.mu.Unlock()
	a.ask()
	return nil
}

// ask has the scheduler keep what the plugin wants to see.
func (a *attachment) ask() {
	if tap := a.hub.tap(); tap != nil {
		a.mu.Lock()
		f := a.filter
		a.mu.Unlock()
		tap.Keep(f.inputs, f.results)
	}
}

// rewind makes what was on its way to a process that died go to the next one.
// known is what that one has by its own account, 0 if it has none. a.mu is
// held.
func (a *attachment) rewind(known uint64) {
	a.resend = append(a.inflight, a.resend...)
	a.inflight, a.bytes = nil, 0
	switch {
	case known == 0 || known == a.done || known > a.scanned:
	case known > a.done:
		for len(a.resend) > 0 && a.resend[0].seq <= known {
			a.resend = a.resend[1:]
		}
		a.done = known
	default:
		// It has lost some that were acknowledged: what the log still has of
		// them is told again.
		a.resend = nil
		a.hub.events.seek(a.reader, known)
		a.done, a.scanned = known, known
	}
}

// exitWait is how long the end of a process may take to be known after its
// connection has broken.
const exitWait = 500 * time.Millisecond

// explain adds how the process ended to an error that came of its end.
func explain(proc *pluginproc.Process, err error) error {
	if errors.Is(err, session.ErrSetup) || errors.Is(err, session.ErrProtocol) || !proc.ExitsWithin(exitWait) {
		return err
	}
	return fmt.Errorf("its process ended before it was ready: %s (%w)", proc.Exit().Explain(), err)
}

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
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Hub attaches event plugins to a scheduler. It is the scheduler's observer:
//
//	hub := eventplugin.New(eventplugin.Plugin("./alert", eventplugin.Allow(eventplugin.Submit)))
//	s := scheduler.New(process.Self(2), scheduler.Observed(hub))
//
// A hub belongs to one scheduler. Its methods may be called from any goroutine.
type Hub struct {
	specs []*Spec

	mu       sync.Mutex
	events   *eventLog
	folder   *pluginproc.Folder
	attached []*attachment
	current  *scheduler.Tap // of the run that goes on
	info     *pb.RunInfo
	reports  []Report  // of the last run
	over     bool      // they are complete
	unsettle time.Time // since when the run waits for plugins
	timer    *time.Timer

	logger  atomic.Pointer[slog.Logger] // nil before the first run
	pausing sync.Mutex                  // held while dispatch is paused or resumed
	paused  atomic.Bool
	asked   atomic.Bool // Settled was asked and said no
}

// New returns a hub for the plugins.
func New(plugins ...*Spec) *Hub { return &Hub{specs: plugins} }

func (h *Hub) scheduler() *scheduler.Scheduler {
	if t := h.tap(); t != nil {
		return t.Scheduler()
	}
	return nil
}

func (h *Hub) tap() *scheduler.Tap {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.current
}

// log takes no lock, so that it can be called with any held.
func (h *Hub) log() *slog.Logger { return h.logger.Load() }

// Begin implements [scheduler.Observer]: it starts the plugins side by side.
func (h *Hub) Begin(ctx context.Context, tap *scheduler.Tap) error {
	specs := make([]*Spec, len(h.specs))
	names := map[string]bool{}
	for i, s := range h.specs {
		if s == nil {
			return errors.New("eventplugin: a plugin is nil")
		}
		var err error
		if specs[i], err = s.resolve(); err != nil {
			return err
		}
		if names[specs[i].name] {
			return fmt.Errorf("eventplugin: two plugins are called %q: give one another name", specs[i].name)
		}
		names[specs[i].name] = true
	}
	if err := h.enter(tap); err != nil {
		return err
	}
	if err := h.attachAll(ctx, specs); err != nil {
		h.Abort(err)
		return err
	}
	for _, a := range h.list() {
		a.ask()
	}
	return nil
}

// enter prepares the hub for a run. Plugins that stayed go on with its log.
func (h *Hub) enter(tap *scheduler.Tap) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := tap.Scheduler()
	h.current, h.reports, h.over = tap, nil, false
	h.logger.Store(s.Log())
	h.unsettle = time.Time{}
	if len(h.attached) == 0 {
		h.events = newEventLog()
	}
	if h.folder == nil {
		var err error
		if h.folder, err = pluginproc.MakeFolder(); err != nil {
			return fmt.Errorf("eventplugin: %w", err)
		}
	}
	h.events.mu.Lock()
	for _, t := range s.Tasks() {
		h.events.topics.task(t.Name(), t)
	}
	h.events.mu.Unlock()
	h.info = &pb.RunInfo{Name: s.Name(), Ref: s.Ref(), StartedUnixNano: time.Now().UnixNano(),
		TimeoutNs: int64(tap.Timeout()), KeepRunning: tap.KeepsRunning(), KillAtEnd: tap.KillsAtEnd()}
	for _, e := range s.Executors() {
		h.info.Executors = append(h.info.Executors, &pb.ExecutorInfo{Name: e.Name, Kind: e.Kind, Workers: uint32(e.Workers)})
	}
	return nil
}

func (h *Hub) attachAll(ctx context.Context, specs []*Spec) error {
	errs := make([]error, len(specs))
	fresh := make([]*attachment, len(specs))
	var wg sync.WaitGroup
	for i, s := range specs {
		if h.find(s.name) != nil {
			continue // it stayed
		}
		fresh[i] = newAttachment(h, s)
		wg.Go(func() { errs[i] = fresh[i].begin(ctx) })
	}
	wg.Wait()
	var failed []error
	h.mu.Lock()
	for i, a := range fresh {
		switch {
		case a == nil:
		case errs[i] == nil:
			h.attached = append(h.attached, a)
		case specs[i].optional:
			h.log().Warn("event plugin not attached", "plugin", specs[i].name, "error", errs[i])
			h.reports = append(h.reports, Report{Name: specs[i].name, State: NotAttached, Err: errs[i]})
		default:
			failed = append(failed, errs[i])
		}
	}
	h.mu.Unlock()
	return errors.Join(failed...)
}

func (h *Hub) find(name string) *attachment {
	for _, a := range h.list() {
		if a.spec.name == name {
			return a
		}
	}
	return nil
}

func (h *Hub) list() []*attachment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*attachment(nil), h.attached...)
}

// Abort implements [scheduler.Observer].
func (h *Hub) Abort(error) {
	h.leave()
	h.end(func(a *attachment) bool { return true }, func(a *attachment) { a.kill() })
}

// Observe implements [scheduler.Observer].
func (h *Hub) Observe(o *scheduler.Occurrence) {
	if slow := h.events.append(o); slow && !h.paused.Load() {
		h.pause()
	}
}

// pause pauses dispatch, or resumes it, as the readers of the log have it.
func (h *Hub) pause() {
	h.pausing.Lock()
	defer h.pausing.Unlock()
	tap := h.tap()
	if slow := h.events.anySlow(); tap != nil && slow != h.paused.Load() {
		h.paused.Store(slow)
		tap.Pause(slow)
	}
}

// advanced is called when a plugin has dealt with more, or is no more.
func (h *Hub) advanced() {
	if h.paused.Load() {
		h.pause()
	}
	if h.asked.Load() {
		if tap := h.tap(); tap != nil {
			tap.Wake()
		}
	}
}

// Settled implements [scheduler.Observer]: every plugin that may submit has
// dealt with everything, or has not got on for too long.
func (h *Hub) Settled() bool {
	h.asked.Store(true)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unsettle.IsZero() {
		h.unsettle = time.Now()
	}
	var next time.Duration
	for _, a := range h.attached {
		if left := a.keepsRun(h.unsettle); left > 0 && (next == 0 || left < next) {
			next = left
		}
	}
	if next == 0 {
		h.unsettle = time.Time{}
		h.asked.Store(false)
		return true
	}
	if h.timer != nil {
		h.timer.Stop()
	}
	tap := h.current
	h.timer = time.AfterFunc(next, tap.Wake)
	return false
}

// leave ends what belongs to a run.
func (h *Hub) leave() {
	h.mu.Lock()
	tap := h.current
	h.current = nil
	if h.timer != nil {
		h.timer.Stop()
	}
	h.mu.Unlock()
	h.pausing.Lock()
	defer h.pausing.Unlock()
	if h.paused.Swap(false) {
		tap.Pause(false)
	}
}

// Finish implements [scheduler.Observer]: every plugin gets what remains, and
// ends.
func (h *Hub) Finish(ctx context.Context, exit scheduler.Exit) {
	s := h.scheduler()
	h.leave()
	finish := h.finishMessage(s, exit)
	var wg sync.WaitGroup
	for _, a := range h.list() {
		wg.Go(func() { a.finish(ctx, finish) })
	}
	wg.Wait()
	h.mu.Lock()
	for _, a := range h.attached {
		h.reports = append(h.reports, a.report())
	}
	h.over = true
	h.mu.Unlock()
	h.end(func(a *attachment) bool { return !a.staying() }, func(*attachment) {})
}

// end forgets the attachments that are chosen, after they were dealt with.
func (h *Hub) end(chosen func(*attachment) bool, do func(*attachment)) {
	var wg sync.WaitGroup
	for _, a := range h.list() {
		if chosen(a) {
			wg.Go(func() { do(a); a.forget() })
		}
	}
	wg.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	var left []*attachment
	for _, a := range h.attached {
		if !chosen(a) {
			left = append(left, a)
		}
	}
	h.attached = left
	if len(left) == 0 && h.folder != nil {
		h.folder.Remove()
		h.folder = nil
	}
}

// Close ends the plugins that stayed beyond the end of a run. It must not be
// called while a run goes on.
func (h *Hub) Close() {
	h.end(func(*attachment) bool { return true }, func(a *attachment) { a.quit() })
}

//go:build linux

package faultstest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/plugins/metrics"
)

// grace is what code gets that does not heed its context.
const grace = 100 * time.Millisecond

// Cancelled stands among the kinds of errors for a future that was cancelled,
// and Result for one without an error.
const (
	Cancelled = "<cancelled>"
	Result    = ""
)

// House is what a case takes place in.
type House struct {
	T
	*scheduler.Scheduler
	c    Case
	mark string
	dir  string // all that is written is below it
	env  map[string]*string
	hub  *eventplugin.Hub

	routines goleak.Option
	before   int

	jobs  []job
	extra uint64 // calls of misbehave with results that are not kept in jobs
	bad   *scheduler.Task[Job, int]
	good  *scheduler.Task[Job, int]
	logs  *logs
	heard sync.Mutex
	// counts is how often each future was told to have ended.
	counts map[uint64]int
}

// job is a call that was accepted.
type job struct {
	id     int
	future *scheduler.Future[int]
	wants  []string // kinds of errors that are right
}

// open makes the folders of the case, and looks at what is open without it.
func (h *House) open() {
	var err error
	h.dir, err = os.MkdirTemp("", "flt") // short, for sockets
	require.NoError(h, err)
	h.env = map[string]*string{}
	for key, name := range map[string]string{"XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"} {
		if old, ok := os.LookupEnv(key); ok {
			h.env[key] = &old
		} else {
			h.env[key] = nil
		}
		require.NoError(h, os.Mkdir(h.Path(name), 0o700))
		require.NoError(h, os.Setenv(key, h.Path(name)))
	}
	h.routines = goleak.IgnoreCurrent()
	h.before = descriptors(h)
	h.logs = &logs{}
}

// Name returns the name of the case.
func (h *House) Name() string { return h.c.Name }

// Path returns the path of a file of the case.
func (h *House) Path(name string) string { return filepath.Join(h.dir, name) }

// marked is the environment of the case's processes.
func (h *House) marked() map[string]string { return map[string]string{markEnv: h.mark} }

func (h *House) executor() scheduler.Executor {
	opts := []process.Option{process.Env(h.marked()), process.Grace(grace)}
	workers := h.c.Workers
	if workers == 0 {
		workers = 2
	}
	if h.c.Peer == "" {
		return process.Self(workers, append(opts, h.c.Options...)...)
	}
	self, err := os.Executable()
	require.NoError(h, err)
	opts = append(opts, process.Workers(workers), process.Name("peer"),
		process.Env(map[string]string{markEnv: h.mark, actEnv: "peer", argEnv: h.c.Peer + "," + h.Path("once")}))
	return process.Plugin(self, append(opts, h.c.Options...)...)
}

// begin starts the run.
func (h *House) begin(ctx context.Context) {
	h.hub = eventplugin.New(
		eventplugin.Self(journal.Name, eventplugin.Env(h.marked()), eventplugin.Config(journal.Config{File: h.Path("journal.jsonl")})),
		eventplugin.Self(metrics.Name, eventplugin.Env(h.marked()), eventplugin.FlushWithin(patience),
			eventplugin.Config(metrics.Config{Listen: "127.0.0.1:0", Textfile: h.Path("metrics.prom")})))
	h.Scheduler = scheduler.New(h.executor(), scheduler.Observed(h.hub), scheduler.Logger(slog.New(h.logs)))
	h.bad = scheduler.NewTask(h.Scheduler, misbehave, h.c.Extensions...)
	h.good = scheduler.NewTask(h.Scheduler, bystander)
	h.OnFutureDone.Do(func(e scheduler.FutureDone) { h.told(e.Future) })
	h.OnFutureCancelled.Do(func(e scheduler.FutureCancelled) { h.told(e.Future) })
	require.NoError(h, h.Start(ctx, scheduler.KeepRunning(),
		scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
}

func (h *House) told(f scheduler.AnyFuture) {
	h.heard.Lock()
	defer h.heard.Unlock()
	if !h.c.Light {
		h.counts[f.ID()]++
	}
}

// Do submits a call that misbehaves, and may end so, or without an error if no
// kind is given.
func (h *House) Do(act, arg string, wants ...string) *scheduler.Future[int] {
	return h.submit(h.bad, act, arg, wants)
}

// Bystander submits a call that has done nothing, and must succeed.
func (h *House) Bystander() *scheduler.Future[int] { return h.submit(h.good, "", "", nil) }

func (h *House) submit(to *scheduler.Task[Job, int], act, arg string, wants []string) *scheduler.Future[int] {
	if len(wants) == 0 {
		wants = []string{Result}
	}
	id := len(h.jobs) + 1
	f, err := to.Submit(Job{ID: id, Path: h.Path("ids"), Act: act, Arg: arg})
	require.NoError(h, err)
	h.jobs = append(h.jobs, job{id, f, wants})
	return f
}

// bystanders has so many calls succeed.
func (h *House) bystanders(n int) {
	if h.c.Peer != "" {
		return
	}
	var all []*scheduler.Future[int]
	for range n {
		all = append(all, h.Bystander())
	}
	for _, f := range all {
		h.Await(f)
	}
}

// Await waits for the end of a future.
func (h *House) Await(f scheduler.AnyFuture) {
	select {
	case <-f.Done():
	case <-time.After(patience):
		require.FailNow(h, "the future does not end", "future %d of %s is %s\n%s\n%s", f.ID(), f.Task(), f.State(), h.Scheduler, h.logs)
	}
}

// Until waits for what nothing tells of.
func (h *House) Until(what string, done func() bool) {
	over := time.After(patience)
	for tick := time.Tick(2 * time.Millisecond); !done(); {
		select {
		case <-tick:
		case <-over:
			require.FailNow(h, what)
		}
	}
}

// Running waits until the code of a call has begun.
func (h *House) Running(f *scheduler.Future[int]) {
	id := 0
	for _, j := range h.jobs {
		if j.future == f {
			id = j.id
		}
	}
	h.Until("the code does not begin", func() bool { return slices.Contains(h.ran(), id) })
}

// Worker returns the process of the worker that runs something, 0 for none.
func (h *House) Worker() int {
	for _, w := range h.Staff() {
		if w.Call != nil {
			return w.PID
		}
	}
	return 0
}

// finish ends the run and holds it against the rules.
func (h *House) finish() {
	for _, j := range h.jobs {
		h.Await(j.future)
	}
	h.Stop()
	ended := make(chan error, 1)
	go func() { _, err := h.Wait(); ended <- err }()
	select {
	case err := <-ended:
		if !h.c.Ends {
			require.NoError(h, err)
		}
	case <-time.After(patience):
		require.FailNow(h, "the run does not end", "%s", h.logs)
	}
	h.requireOutcomes()
	h.requireSameCounts()
}

// outcome is the kind of a future's end.
func outcome(f scheduler.AnyFuture) string {
	switch f.State() {
	case scheduler.Succeeded:
		return Result
	case scheduler.Cancelled:
		return Cancelled
	}
	return task.KindOf(f.Err())
}

// cleanUp ends what may be left, so that a case that fails does no harm to others.
func (h *House) cleanUp() {
	if h.Scheduler != nil && h.Scheduler.Running() {
		h.Kill("the case is over", nil)
		_, _ = h.Wait()
	}
	for key, old := range h.env {
		if old == nil {
			_ = os.Unsetenv(key)
		} else {
			_ = os.Setenv(key, *old)
		}
	}
	for _, pid := range processes(h.mark) {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	_ = os.RemoveAll(h.dir)
}

// logs counts what is logged, and keeps warnings.
type logs struct {
	mu    sync.Mutex
	lines int
	bytes int
	kept  []string
}

func (l *logs) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (l *logs) WithGroup(string) slog.Handler                    { return l }
func (l *logs) WithAttrs([]slog.Attr) slog.Handler               { return l }

// Handle implements slog.Handler.
func (l *logs) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines++
	l.bytes += len(r.Message)
	if r.Level > slog.LevelInfo && len(l.kept) < 100 {
		text := r.Message
		r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
		l.kept = append(l.kept, text)
	}
	return nil
}

// String returns the warnings.
func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.kept, "\n")
}

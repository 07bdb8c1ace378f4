package sdktest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// process stands for one process of the plugin.
type process struct {
	server  *plugin.Server
	session *session.Session
	stop    func()
	linger  time.Duration
	over    chan struct{} // closed when the session has ended
	why     error         // valid once over is closed
	gone    bool          // its end is wanted

	mu     sync.Mutex
	exited error // why it has ended itself
}

// open starts a process that goes on behind the entry of that number.
func (a *Attachment) open(behind int) error {
	a.mu.Lock()
	attach := a.attachMessage(behind)
	a.mu.Unlock()

	pr := &process{over: make(chan struct{})}
	base := plugin.WithHooks(a.book.base(), plugin.Hooks{
		Panicked: func() { a.t.Errorf("sdktest: event plugin %s panicked; its log says where", a.part.Name) },
		Exit:     pr.exit,
	})
	pr.server = plugin.NewServer(base, plugin.New([]sdk.Part{a.part}), &a.book.level)
	conn, stop, err := serve(pr.server)
	if err != nil {
		return err
	}
	pr.stop = stop
	limit := a.host.MaxMessage
	if limit <= 0 {
		limit = defaultMaxMessage
	}
	opened, err := session.Open(a.t.Context(), conn, session.Config{Run: a.t.Name(), Plugin: a.config, MaxMessage: limit,
		LogLevel: a.host.LogLevel, Attach: attach})
	if err != nil {
		stop()
		return err
	}
	pr.mu.Lock()
	pr.session = opened
	pr.mu.Unlock()
	w := opened.Welcome()
	pr.linger = time.Duration(w.GetLingerNs())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.process, a.subs, a.flying, a.cursor = pr, w.GetSubscriptions(), 0, behind
	if known := int(w.GetResumeAfter()); attach.GetAgain() && known > 0 && known <= len(a.log) {
		a.cursor = known
	}
	go a.receive(pr)
	a.pump()
	return nil
}

func (a *Attachment) attachMessage(behind int) *pb.Attach {
	a.told = len(a.tasks)
	m := &pb.Attach{Name: a.part.Name, Allow: a.host.Allow, Run: &pb.RunInfo{Name: a.t.Name(), Ref: "sdktest", StartedUnixNano: a.began.UnixNano(),
		Tasks: slices.Clone(a.tasks), Executors: []*pb.ExecutorInfo{{Name: "sdktest", Kind: "sdktest", Workers: 1}}}}
	m.Again = a.process != nil
	if behind == 0 {
		return m
	}
	for len(a.acks) > 1 && a.acks[len(a.acks)-1].seq > uint64(behind) {
		a.acks = a.acks[:len(a.acks)-1]
	}
	last := a.acks[len(a.acks)-1]
	m.ResumeAfter, m.State, m.Calls = uint64(behind), last.state, last.calls
	counts := map[address]uint64{}
	for _, e := range a.log[:behind] {
		for i, at := range e.events {
			counts[at] = e.ordinals[i]
		}
	}
	for at, n := range counts {
		if a.subscribed(at) {
			m.Counts = append(m.Counts, at.count(n))
		}
	}
	return m
}

// Restart replaces the plugin's process as if it had died before it could
// acknowledge the last so many records, 0 for none: the next one is set up, gets
// the state and the handlers' counters of before, and is told these records
// again. What happens is one record, whatever the number of its events.
//
// The set-up is called anew, but in the same process: what the plugin keeps in
// variables of its package, and files that it has open, are still there.
func (a *Attachment) Restart(records int) {
	a.t.Helper()
	a.await(a.quiet)
	a.mu.Lock()
	old, ended, behind := a.process, a.ended, len(a.log)-records
	a.mu.Unlock()
	switch {
	case ended:
		a.t.Fatalf("sdktest: restart: the run is over")
		return
	case records < 0 || behind < 0:
		a.t.Fatalf("sdktest: restart: %d records cannot be told again, there were %d", records, behind+records)
		return
	}
	a.replace(old, behind)
}

// Dies has a process end itself while tell tells something, by
// sdk.Scheduler.Fail or sdk.EndOnPanic, and returns why it did. The next one is
// told again what was not acknowledged. The test fails if it does not end.
func (a *Attachment) Dies(tell func()) error {
	a.t.Helper()
	a.await(a.quiet)
	a.mu.Lock()
	old := a.process
	a.dying = true
	a.mu.Unlock()
	tell()
	a.mu.Lock()
	a.dying = false
	behind := a.cursor
	if a.flying > 0 {
		behind = int(a.flying) - 1
	}
	a.mu.Unlock()
	why := old.ended()
	if why == nil {
		a.t.Fatalf("sdktest: event plugin %s does not end itself", a.part.Name)
		return nil
	}
	a.replace(old, behind)
	return why
}

// replace has another process go on behind a record.
func (a *Attachment) replace(old *process, behind int) {
	a.t.Helper()
	old.kill()
	a.mu.Lock()
	for _, f := range a.futures {
		f.own = false // nobody knows of it any more
	}
	a.mu.Unlock()
	if err := a.open(behind); err != nil {
		a.t.Fatalf("sdktest: restart: %v", err)
		return
	}
	a.await(a.quiet)
}

// exit is called where a process ends itself.
func (p *process) exit(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exited == nil {
		p.exited = why
	}
	if p.session != nil { // it is set up
		p.session.Close()
	}
}

// ended returns why the process has ended itself, nil if it has not.
func (p *process) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exited
}

// kill ends a process without a word.
func (p *process) kill() {
	p.session.Close()
	<-p.over
	<-p.server.Over()
	p.stop()
}

// end ends a process that has nothing left to do.
func (a *Attachment) end(pr *process) {
	a.mu.Lock()
	if pr.gone {
		a.mu.Unlock()
		return
	}
	pr.gone = true
	err := pr.session.CloseSend()
	a.mu.Unlock()
	select {
	case <-pr.over:
	case <-time.After(endGrace):
		pr.session.Close()
		<-pr.over
		err = errors.Join(err, fmt.Errorf("it does not end within %v: a callback does not return", endGrace))
	}
	pr.stop()
	if err != nil {
		a.t.Errorf("sdktest: end of event plugin %s: %v", a.part.Name, err)
	}
}

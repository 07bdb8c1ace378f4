package sdktest

import (
	"time"

	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Finish ends the run as a host does: the plugin hears of on_finishing,
// on_finished and the summary, flushes, lingers if it wants to, and ends. The
// run was exhausted, unless the plugin or the test has stopped it.
func (a *Attachment) Finish() {
	a.t.Helper()
	a.Tell(sdk.Record{Kind: sdk.KindFinishing})
	a.Tell(sdk.Record{Kind: sdk.KindFinished})
	a.mu.Lock()
	a.ended = true
	a.send(&pb.SessionRequest{Finish: a.finishMessage()})
	pr := a.process
	a.mu.Unlock()
	a.await(func() bool { return a.finished })
	if pr.linger > 0 {
		select {
		case <-pr.server.Over():
		case <-time.After(pr.linger + endGrace):
			a.t.Fatalf("sdktest: event plugin %s lingers for longer than %v", a.part.Name, pr.linger)
			return
		}
	}
	a.end(pr)
}

func (a *Attachment) finishMessage() *pb.Finish {
	f := &pb.Finish{Exit: "exhausted", ElapsedNs: int64(time.Since(a.began)), LastSeq: uint64(len(a.log)), Missed: a.missed, Gauges: a.gauges()}
	switch {
	case a.stopped != nil:
		f.Exit, f.Message, f.Error = "stopped", a.stopped.GetMessage(), a.stopped.GetError()
	case a.timeout:
		f.Exit = "timeout"
	}
	for at, n := range a.allCounts() {
		f.Counts = append(f.Counts, at.count(n))
	}
	f.Refused = f.Gauges.Refusals
	return f
}

// allCounts returns how often each event was emitted, by scheduler and tasks.
// a.mu is held.
func (a *Attachment) allCounts() map[address]uint64 {
	all := map[address]uint64{}
	for _, kind := range kinds {
		own, ofTask := plugin.EventsOf(kind, "", false)
		for _, event := range own {
			all[address{pb.Scope_SCOPE_SCHEDULER, "", event}] = 0
		}
		for _, t := range a.tasks {
			for _, event := range ofTask {
				all[address{pb.Scope_SCOPE_TASK, t.GetName(), event}] = 0
			}
		}
	}
	delete(all, address{scope: pb.Scope_SCOPE_SCHEDULER}) // of what is emitted by hand
	for at, n := range a.counts {
		if at.scope != pb.Scope_SCOPE_EVERY_TASK {
			all[at] = n
		}
	}
	return all
}

package sdktest

import (
	"slices"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// pump sends the next record that the plugin is due for, once it has dealt with
// the one before. a.mu is held.
func (a *Attachment) pump() {
	for a.flying == 0 && a.cursor < len(a.log) && !a.missing {
		e := a.log[a.cursor]
		if e.missed {
			a.sendGap()
			return
		}
		a.cursor++
		if it, payload := a.due(e); it {
			a.flying = uint64(a.cursor)
			events := a.frame(e, payload)
			a.send(&pb.SessionRequest{Events: events, Gauges: a.gauges()})
		}
	}
}

// sendGap tells what was missed from the cursor on. a.mu is held.
func (a *Attachment) sendGap() {
	g, missed := &pb.Gap{First: uint64(a.cursor + 1)}, map[address]uint64{}
	for a.cursor < len(a.log) && a.log[a.cursor].missed {
		for _, at := range a.log[a.cursor].events {
			missed[at]++
		}
		a.cursor++
		a.missed++
	}
	g.Last = uint64(a.cursor)
	for at, n := range missed {
		if a.subscribed(at) {
			g.Missed = append(g.Missed, at.count(n))
		}
	}
	a.flying = g.Last
	a.send(&pb.SessionRequest{Events: &pb.Events{Gap: g, Tasks: a.newTasks()}, Gauges: a.gauges()})
}

func (a *Attachment) newTasks() []*pb.TaskInfo {
	tasks := slices.Clone(a.tasks[a.told:])
	a.told = len(a.tasks)
	return tasks
}

// frame encodes a record, which is the last before the cursor. a.mu is held.
func (a *Attachment) frame(e *entry, payload bool) *pb.Events {
	f := &pb.Events{Tasks: a.newTasks(), Seq: []uint64{uint64(a.cursor)}, TimeUnixNano: []int64{e.Time.UnixNano()}, Kind: []pb.Kind{e.kind},
		Task: []uint32{uint32(e.task)}, Future: []uint64{e.Future.ID}, Ordinals: e.ordinals, Size: []uint64{0},
		ElapsedNs: []uint64{uint64(e.Future.Elapsed)}, WaitNs: []uint64{uint64(e.Future.Wait)}, Worker: []uint32{0}, Attempt: []uint32{0}}
	if e.Future.ID > 0 {
		f.Attempt[0] = uint32(max(1, e.Future.Attempt))
		if e.kind != pb.Kind_KIND_SUBMITTED {
			f.Worker[0] = uint32(e.Future.Worker + 1)
		}
	}
	d := &pb.Detail{Event: e.Name, Message: e.Message, Depth: e.depth}
	if payload {
		f.Payloads, f.Size[0] = e.Payload.Data, uint64(len(e.Payload.Data))
		if e.Payload.ContentType != task.ContentJSON {
			d.ContentType = e.Payload.ContentType
		}
		if e.Payload.Err != nil {
			d.Unencodable = e.Payload.Err.Error()
		}
	}
	if e.kind == pb.Kind_KIND_WORKER {
		c := e.Change
		d.Worker = &pb.WorkerChange{Executor: c.Executor, Worker: uint32(c.Worker), State: c.State, Pid: uint32(c.PID), Error: c.Err}
	}
	f.Details = []*pb.Detail{d}
	if e.Err != nil {
		f.Failures = []*pb.Failure{failure.FromError(e.Err)}
	}
	return f
}

// gauges tell how the run stands. a.mu is held.
func (a *Attachment) gauges() *pb.Gauges {
	g := &pb.Gauges{Queue: uint64(len(a.futures)), Workers: 1, LastSeq: uint64(len(a.log)), Missed: a.missed}
	for what, n := range a.refused {
		g.Refused += n
		g.Refusals = append(g.Refusals, &pb.Refused{Task: what.task, Reason: what.reason, Count: n})
	}
	return g
}

package eventplugin

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// send sends what there is to send until the session ends. dead is closed then.
func (a *attachment) send(s *session.Session, dead <-chan struct{}) {
	buf := make([]record, frameRecords)
	var told time.Time // when the plugin was last sent records
	for {
		req := &pb.SessionRequest{}
		a.collect(req)
		exhausted := a.collectEvents(req, buf)
		if exhausted {
			a.collectFinish(req)
		}
		if proto.Size(req) == 0 {
			if !exhausted || a.hub.events.sleep(a.reader) {
				select {
				case <-a.reader.wake:
				case <-dead:
					return
				}
			}
			if exhausted && a.spec.listens() {
				a.gather(told, dead)
			}
			continue
		}
		if req.Events != nil {
			told = time.Now()
		}
		if err := s.Send(req); err != nil {
			return // the receiver tells
		}
	}
}

// gatherFor is how long records gather for a plugin that only listens and can
// follow. A frame costs the host and the plugin as much as a hundred records: with
// tasks of 1 ms on two cores, logging and metrics together take 15 % of the
// throughput if each record is told at once, 6 % at 10 ms, and 3 % at 100 ms.
const gatherFor = 100 * time.Millisecond

// gather waits until some time has passed since records were told last, or
// there is something else to send.
func (a *attachment) gather(told time.Time, dead <-chan struct{}) {
	t := time.NewTimer(time.Until(told.Add(gatherFor)))
	defer t.Stop()
	for !a.urgent() {
		select {
		case <-t.C:
			return
		case <-dead:
			return
		case <-a.reader.wake:
		}
	}
}

// urgent reports whether there is something to send besides records.
func (a *attachment) urgent() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.replies)+len(a.ends) > 0 || a.ping > 0 || a.finishing != nil && !a.asked
}

// collect adds what does not wait behind events.
func (a *attachment) collect(req *pb.SessionRequest) {
	a.mu.Lock()
	req.Replies, req.Ends = a.replies, a.ends
	a.replies, a.ends, a.unread = nil, nil, 0
	req.Ping, a.ping = a.ping, 0
	a.mu.Unlock()
	if req.Ping == 0 {
		return
	}
	if s := a.hub.scheduler(); s != nil {
		req.Gauges = a.hub.gauges(s)
		_, last := a.hub.events.behind(a.reader)
		a.mu.Lock()
		a.addOwn(req.Gauges, last)
		a.mu.Unlock()
	}
}

// addOwn adds to gauges how this plugin stands by now, which may be some time
// after they were taken: at the end of a run, it first gets what remains. a.mu is
// held.
func (a *attachment) addOwn(g *pb.Gauges, last uint64) {
	g.LastSeq, g.Missed = last, a.missed
	for _, p := range g.Plugins {
		if p.Name == a.spec.name {
			p.Self, p.Missed, p.Restarts = true, a.missed, uint64(a.restarts)
		}
	}
}

// collectEvents adds records, if there are any and the plugin has room for
// them. It reports whether the log has no more.
func (a *attachment) collectEvents(req *pb.SessionRequest, buf []record) (exhausted bool) {
	a.mu.Lock()
	full := a.full()
	again := a.takeResend()
	a.mu.Unlock()
	switch {
	case len(again) > 0:
		a.encode(req, again)
		return false
	case full:
		return false
	}
	for {
		n, first, missed, all, tasks := a.hub.events.read(a.reader, buf, frameBytes)
		if n == 0 && missed == nil {
			return true
		}
		batch := a.sift(buf[:n], first, missed, all)
		a.hub.advanced()
		clear(buf[:n])
		if len(batch) > 0 {
			a.newTasks(req, tasks)
			a.encode(req, batch)
			return false
		}
	}
}

// full reports whether so much is on its way that the plugin is to deal with some
// of it first. a.mu is held.
func (a *attachment) full() bool { return len(a.inflight) >= window || a.bytes >= windowBytes }

// takeResend returns records for the next frame that a process before this one
// was sent. a.mu is held.
func (a *attachment) takeResend() []sent {
	n, bytes := 0, 0
	for n < len(a.resend) && n < frameRecords && bytes < frameBytes && (n == 0 || a.resend[n].gap == nil) {
		bytes += a.resend[n].size()
		n++
	}
	batch := a.resend[:n:n]
	a.resend = a.resend[n:]
	a.inflight = append(a.inflight, batch...)
	a.bytes += bytes
	return batch
}

// sift chooses those records that somebody is due for.
func (a *attachment) sift(records []record, first uint64, missed *gap, all []address) []sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	var batch []sent
	if missed != nil {
		batch = append(batch, sent{seq: missed.last, gap: a.miss(missed, all), skipped: missed.last - missed.first + 1})
	}
	for i := range records {
		r := &records[i]
		it, payload := a.filter.wants(all, r)
		if !it {
			continue
		}
		s := sent{record: *r, seq: first + uint64(i), bare: !payload}
		if payload && len(r.payload) > DefaultMaxMessage-frameBytes {
			s.bare = true
			d := detail{}
			if r.detail != nil {
				d = *r.detail
			}
			d.unencodable = fmt.Sprintf("it has %d bytes; a message may have %d", len(r.payload), DefaultMaxMessage)
			s.detail = &d
		}
		batch = append(batch, s)
	}
	a.scanned = first + uint64(len(records)) - 1
	for i := range batch {
		a.bytes += batch[i].size()
	}
	a.inflight = append(a.inflight, batch...)
	if len(a.inflight) == 0 {
		a.done = a.scanned // nobody wanted what was read
	}
	return batch
}

// miss takes account of a gap, and returns what the plugin is told of it.
// a.mu is held.
func (a *attachment) miss(g *gap, all []address) *pb.Gap {
	told := &pb.Gap{First: g.first, Last: g.last}
	a.missed += g.last - g.first + 1
	for n, count := range g.missed {
		a.missedEvents[n] += count
		if a.filter.subscribed(all, n) {
			told.Missed = append(told.Missed, &pb.Count{Scope: all[n].scope, Task: all[n].task, Event: all[n].event, Count: count})
		}
	}
	a.hub.log().Warn("event plugin is too slow and has missed events", "plugin", a.spec.name, "first", g.first, "last", g.last)
	return told
}

func (a *attachment) newTasks(req *pb.SessionRequest, tasks []*pb.TaskInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told < len(tasks) {
		req.Events = &pb.Events{Tasks: tasks[a.told:]}
		a.told = len(tasks)
	}
}

func (a *attachment) encode(req *pb.SessionRequest, batch []sent) {
	a.mu.Lock()
	ordinal := a.filter.ordinal
	a.mu.Unlock()
	var told *pb.Gap
	if batch[0].gap != nil {
		told, batch = batch[0].gap, batch[1:]
	}
	events := frame(batch, ordinal)
	events.Gap = told
	if req.Events != nil {
		events.Tasks = req.Events.Tasks
	}
	req.Events = events
}

// collectFinish adds that there will be no more events, once, when all were
// sent.
func (a *attachment) collectFinish(req *pb.SessionRequest) {
	_, last := a.hub.events.behind(a.reader)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.finishing == nil || a.asked || len(a.resend) > 0 {
		return
	}
	a.asked = true
	f := proto.Clone(a.finishing).(*pb.Finish) // of before anybody has flushed
	f.LastSeq, f.Missed, f.Stay = last, a.missed, a.spec.stay
	a.addOwn(f.Gauges, last)
	for _, p := range f.Gauges.Plugins {
		if p.Self {
			p.Lag = 0 // everything was sent
		}
	}
	req.Finish = f
}

package plugin

import (
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Record is one thing that happened at the host.
type Record struct {
	Seq         uint64
	Time        time.Time
	Kind        pb.Kind
	Task        *pb.TaskInfo // nil for none
	Future      uint64
	Ordinals    []uint64
	Payload     []byte
	ContentType string
	Unencodable string
	Elapsed     time.Duration
	Wait        time.Duration
	Worker      int // -1 for none
	Attempt     int
	Err         error
	Event       string
	Message     string
	Depth       uint32
	Change      *pb.WorkerChange
}

// events are what a record of each kind stands for: the scheduler's events and
// those of the future's task, in the order in which they are told.
var events = map[pb.Kind]struct{ own, task []string }{
	pb.Kind_KIND_START:     {own: []string{"on_start"}},
	pb.Kind_KIND_FINISHING: {own: []string{"on_finishing"}},
	pb.Kind_KIND_FINISHED:  {own: []string{"on_finished"}},
	pb.Kind_KIND_STOP:      {own: []string{"on_stop"}},
	pb.Kind_KIND_TIMEOUT:   {own: []string{"on_timeout"}},
	pb.Kind_KIND_EMPTY:     {own: []string{"on_empty"}},
	pb.Kind_KIND_SUBMITTED: {[]string{"on_future_submitted"}, []string{"on_submitted"}},
	pb.Kind_KIND_RESULT:    {[]string{"on_future_done", "on_future_result"}, []string{"on_done", "on_result"}},
	pb.Kind_KIND_EXCEPTION: {[]string{"on_future_done", "on_future_exception"}, []string{"on_done", "on_exception"}},
	pb.Kind_KIND_CANCELLED: {[]string{"on_future_cancelled"}, []string{"on_cancelled"}},
}

// EventsOf returns the events that a record stands for: the scheduler's, and
// the task's. emitted is what was emitted by hand, onTask whether on a task.
func EventsOf(k pb.Kind, emitted string, onTask bool) (own, task []string) {
	switch {
	case k != pb.Kind_KIND_EMITTED:
		return events[k].own, events[k].task
	case onTask:
		return nil, []string{emitted}
	}
	return []string{emitted}, nil
}

// perScope is how many events of the scheduler, or of a task, a record stands
// for.
func perScope(k pb.Kind) int {
	switch k {
	case pb.Kind_KIND_RESULT, pb.Kind_KIND_EXCEPTION:
		return 2
	case pb.Kind_KIND_WORKER:
		return 0
	}
	return 1
}

// ordinalsOf returns how many ordinals a record has.
func ordinalsOf(k pb.Kind, t *pb.TaskInfo) int {
	n := perScope(k)
	switch {
	case t == nil || t.GetLoose():
		return n
	case k == pb.Kind_KIND_EMITTED:
		return 2 * n
	}
	return 3 * n
}

// eachRecord calls fn with every record of a frame. The error says what is
// wrong with the frame.
func eachRecord(e *pb.Events, tasks []*pb.TaskInfo, fn func(*Record)) error {
	n := len(e.GetSeq())
	for _, l := range []int{len(e.GetTimeUnixNano()), len(e.GetKind()), len(e.GetTask()), len(e.GetFuture()), len(e.GetSize()),
		len(e.GetElapsedNs()), len(e.GetWaitNs()), len(e.GetWorker()), len(e.GetAttempt())} {
		if l != n {
			return fmt.Errorf("a frame of %d records has lists of other lengths", n)
		}
	}
	payloads, ordinals, failures, details := e.GetPayloads(), e.GetOrdinals(), e.GetFailures(), e.GetDetails()
	for i := range n {
		r := Record{Seq: e.GetSeq()[i], Time: time.Unix(0, e.GetTimeUnixNano()[i]), Kind: e.GetKind()[i], Future: e.GetFuture()[i],
			Elapsed: time.Duration(e.GetElapsedNs()[i]), Wait: time.Duration(e.GetWaitNs()[i]), Worker: int(e.GetWorker()[i]) - 1,
			Attempt: int(e.GetAttempt()[i]), ContentType: task.ContentJSON}
		if k := e.GetTask()[i]; int(k) > len(tasks) {
			return fmt.Errorf("record %d is of task %d of %d", r.Seq, k, len(tasks))
		} else if k > 0 {
			r.Task = tasks[k-1]
		}
		size := e.GetSize()[i]
		want := ordinalsOf(r.Kind, r.Task)
		if size > uint64(len(payloads)) || want > len(ordinals) {
			return fmt.Errorf("record %d claims %d bytes of %d, and %d ordinals of %d", r.Seq, size, len(payloads), want, len(ordinals))
		}
		if size > 0 {
			r.Payload, payloads = payloads[:size:size], payloads[size:]
		}
		r.Ordinals, ordinals = ordinals[:want:want], ordinals[want:]
		if len(failures) > 0 && failures[0].GetIndex() == uint32(i) {
			r.Err, failures = failure.ToError(failures[0]), failures[1:]
		}
		if len(details) > 0 && details[0].GetIndex() == uint32(i) {
			d := details[0]
			details = details[1:]
			r.Event, r.Message, r.Depth, r.Change, r.Unencodable = d.GetEvent(), d.GetMessage(), d.GetDepth(), d.GetWorker(), d.GetUnencodable()
			if d.GetContentType() != "" {
				r.ContentType = d.GetContentType()
			}
		}
		fn(&r)
	}
	return nil
}

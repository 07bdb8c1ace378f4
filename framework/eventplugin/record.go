package eventplugin

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// maxEvents is how many events one record stands for at most: two of the
// scheduler, two of the task, and two of every task.
const maxEvents = 6

// record is one occurrence in the log.
type record struct {
	time     int64
	kind     pb.Kind
	events   int8 // how many it stands for
	topics   [maxEvents]topic
	ordinals [maxEvents]uint64 // which emission of its topic each is, from 1
	task     uint32
	worker   uint32
	attempt  uint32
	future   uint64
	elapsed  time.Duration
	wait     time.Duration
	payload  []byte
	err      error
	detail   *detail // nil for most
}

// detail is what few records have.
type detail struct {
	event       string
	message     string
	contentType string
	unencodable string
	depth       uint32
	worker      *pb.WorkerChange
}

// recordOverhead is what a record counts for besides its payload, in bytes.
const recordOverhead = 208

func (r *record) size() int { return recordOverhead + len(r.payload) }

var lifecycle = map[string]struct {
	kind  pb.Kind
	topic topic
}{
	"on_start":     {pb.Kind_KIND_START, topicStart},
	"on_finishing": {pb.Kind_KIND_FINISHING, topicFinishing},
	"on_finished":  {pb.Kind_KIND_FINISHED, topicFinished},
	"on_stop":      {pb.Kind_KIND_STOP, topicStop},
	"on_timeout":   {pb.Kind_KIND_TIMEOUT, topicTimeout},
	"on_empty":     {pb.Kind_KIND_EMPTY, topicEmpty},
}

// record makes r, which is zero, the record of an occurrence. It is called by the
// scheduler's loop, with the log's lock held for topics.
func (t *topics) record(r *record, o *scheduler.Occurrence) {
	r.time = o.Time.UnixNano()
	switch o.Kind {
	case scheduler.OccurredLifecycle:
		l := lifecycle[o.Event]
		r.kind = l.kind
		r.stands(l.topic)
		if o.Stopped != (scheduler.Stopped{}) {
			r.err, r.detail = o.Stopped.Err, &detail{message: o.Stopped.Message}
		}
	case scheduler.OccurredSubmitted:
		r.kind = pb.Kind_KIND_SUBMITTED
		t.ofFuture(r, o, []topic{topicFutureSubmitted}, []topic{offSubmitted})
	case scheduler.OccurredEnded:
		t.ended(r, o)
	case scheduler.OccurredEmission:
		t.emitted(r, o)
	case scheduler.OccurredWorker:
		r.kind = pb.Kind_KIND_WORKER
		r.detail = &detail{worker: workerChange(o.Worker)}
	}
}

func (r *record) stands(topics ...topic) {
	for _, n := range topics {
		r.topics[r.events] = n
		r.events++
	}
}

func (t *topics) ofFuture(r *record, o *scheduler.Occurrence, own, tasks []topic) {
	r.future, r.attempt = o.Future.ID(), uint32(o.Future.Attempt())
	r.stands(own...)
	known := t.task(o.Future.Task(), o.Task)
	r.task = known.index
	if o.Task != nil {
		for _, off := range tasks {
			r.stands(known.first + off)
		}
		for _, off := range tasks {
			r.stands(topicEvery + off)
		}
	}
	r.payload = o.Payload
	var d detail
	if o.Payload != nil && o.ContentType != task.ContentJSON {
		d.contentType = o.ContentType
	}
	if o.Err != nil {
		d.unencodable = o.Err.Error()
	}
	if d != (detail{}) {
		r.detail = &d
	}
}

func (t *topics) ended(r *record, o *scheduler.Occurrence) {
	switch o.Future.State() {
	case scheduler.Cancelled:
		r.kind = pb.Kind_KIND_CANCELLED
		t.ofFuture(r, o, []topic{topicFutureCancelled}, []topic{offCancelled})
	case scheduler.Failed:
		r.kind = pb.Kind_KIND_EXCEPTION
		t.ofFuture(r, o, []topic{topicFutureDone, topicFutureException}, []topic{offDone, offException})
	default:
		r.kind = pb.Kind_KIND_RESULT
		t.ofFuture(r, o, []topic{topicFutureDone, topicFutureResult}, []topic{offDone, offResult})
	}
	r.err = o.Future.Err()
	r.elapsed, r.wait = o.Future.Elapsed(), o.Wait
	r.worker = uint32(o.Future.Worker() + 1)
}

// emitted records what was emitted by hand. Plugins see its value as JSON.
func (t *topics) emitted(r *record, o *scheduler.Occurrence) {
	r.kind = pb.Kind_KIND_EMITTED
	r.detail = &detail{event: o.Event}
	if o.Task == nil {
		r.stands(t.find(address{pb.Scope_SCOPE_SCHEDULER, "", o.Event}))
	} else {
		r.task = t.task(o.Task.Name(), o.Task).index
		r.stands(t.find(address{pb.Scope_SCOPE_TASK, o.Task.Name(), o.Event}), t.find(address{pb.Scope_SCOPE_EVERY_TASK, "", o.Event}))
	}
	if by, ok := o.Origin.(*emission); ok {
		r.payload, r.detail.depth = by.value, by.depth
		return
	}
	if o.Value == nil {
		return
	}
	var err error
	if r.payload, err = json.Marshal(o.Value); err != nil {
		r.detail.unencodable = fmt.Sprintf("a %T does not encode as JSON: %v", o.Value, err)
	}
}

func workerChange(e scheduler.WorkerEvent) *pb.WorkerChange {
	c := &pb.WorkerChange{Executor: e.Executor, Worker: uint32(e.Worker), Pid: uint32(e.PID)}
	switch e.State {
	case scheduler.WorkerReady:
		c.State = "ready"
	case scheduler.WorkerLost:
		c.State = "lost"
	case scheduler.WorkerStopped:
		c.State = "stopped"
	case scheduler.WorkerFailed:
		c.State = "failed"
	}
	if e.Err != nil {
		c.Error = e.Err.Error()
	}
	return c
}

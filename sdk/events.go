package sdk

import (
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Meta is what all events have.
type Meta struct {
	// Seq is the number of the record that tells of the event. Records of one
	// attachment are numbered in the order in which things happened; events of
	// one future's step share a record.
	Seq uint64
	// Time is when it happened, by the host's clock.
	Time time.Time
}

// FutureInfo is what is known of a future.
type FutureInfo struct {
	// ID is the future's number, unique within its scheduler and growing.
	ID uint64
	// Task is the name of its task, or that of the code for a future that was
	// submitted without a task.
	Task string
	// Attempt is the number of the attempt, from 1.
	Attempt int
	// Worker is the number of the worker that ran it, -1 for none (yet).
	Worker int
	// Elapsed is how long its code took, and Wait how long it waited before; 0
	// before its end.
	Elapsed, Wait time.Duration
}

// Payload is an encoded input, result or value of an event.
type Payload struct {
	ContentType string
	Data        []byte // nil if none was asked for, or there is none
	// Err says why there is none although it was asked for.
	Err error
}

// Decode decodes the payload into what into points to, by its content type:
// JSON, CBOR, protobuf, or raw bytes into a *[]byte.
func (p Payload) Decode(into any) error {
	switch {
	case p.Err != nil:
		return p.Err
	case p.Data == nil:
		return errors.New("sdk: there is no payload: inputs are asked for by sdk.WithInput, results by subscribing to them")
	}
	codec, err := task.CodecFor(p.ContentType)
	if err == nil {
		err = codec.Unmarshal(p.Data, into)
	}
	if err != nil {
		return fmt.Errorf("sdk: a payload of type %s does not decode into a %T: %w", p.ContentType, into, err)
	}
	return nil
}

// Stopped is the value of on_stop.
type Stopped struct {
	Meta
	Message string
	Err     error // nil for a plain stop
}

// FutureSubmitted is the value of on_future_submitted.
type FutureSubmitted struct {
	Meta
	Future FutureInfo
	Input  Payload // see [WithInput]
}

// FutureDone is the value of on_future_done.
type FutureDone struct {
	Meta
	Future FutureInfo
}

// FutureCancelled is the value of on_future_cancelled.
type FutureCancelled struct {
	Meta
	Future FutureInfo
	Err    error
}

// FutureException is the value of on_future_exception.
type FutureException struct {
	Meta
	Future FutureInfo
	Err    error // a *task.Error
}

// FutureResult is the value of on_future_result.
type FutureResult struct {
	Meta
	Future FutureInfo
	Value  Payload
}

// Submitted is the value of a task's on_submitted.
type Submitted struct {
	Meta
	Future FutureInfo
	Input  Payload // see [WithInput]
}

// Done is the value of a task's on_done.
type Done struct {
	Meta
	Future FutureInfo
}

// Result is the value of a task's on_result.
type Result struct {
	Meta
	Future FutureInfo
	Value  Payload
}

// Exception is the value of a task's on_exception.
type Exception struct {
	Meta
	Future FutureInfo
	Err    error // a *task.Error
}

// TaskCancelled is the value of a task's on_cancelled.
type TaskCancelled struct {
	Meta
	Future FutureInfo
	Err    error
}

// Custom is the value of an event that somebody emitted by hand, such as an
// extension's, for those who do not know its type: subscribe with
// event.New[sdk.Custom](name). With another type, the value is decoded into it.
type Custom struct {
	Meta
	Name  string
	Task  string // empty for one of the scheduler's emitter
	Value Payload
}

// Gap is the value of the plugin's own event "gap": it was too slow, and has
// missed records, which are gone from the host's log.
type Gap struct {
	// First and Last are the first and the last record that is missing.
	First, Last uint64
	// Missed counts the events that they stood for, by name; those of a task
	// have its name and a dot in front, those of every task "*.".
	Missed map[string]uint64
}

// WorkerChange is the value of the plugin's own event "worker".
type WorkerChange struct {
	Meta
	Executor string
	Worker   int
	State    string // "ready", "lost", "failed" or "stopped"
	PID      int
	Err      string // why it was lost, or has failed: there will be no other process
}

// Summary is the value of the plugin's own event "summary", the last of a run.
type Summary struct {
	// Exit says why the run ended: exhausted, stopped, timeout, cancelled or
	// exception.
	Exit    string
	Message string
	Err     error
	Elapsed time.Duration
	// Events counts emissions, by name as in [Gap].
	Events map[string]uint64
	// Refused counts calls that were not accepted, by task and reason.
	Refused []Refused
	// Records is how many records there were, and Missed how many of them this
	// plugin did not get because it was too slow.
	Records, Missed uint64
	// Gauges is how the host stood at the end, when other plugins may have had
	// something to deal with yet.
	Gauges Gauges
}

// Refused counts calls of one task that were not accepted for one reason.
type Refused struct {
	Task, Reason string
	Count        uint64
}

// Gauges tell how the host stands.
type Gauges struct {
	Queue          int    // futures that were accepted and have not ended
	Workers        int    // calls that can run at a time
	WorkersStarted uint64 // since the scheduler was made
	WorkersLost    uint64
	LastSeq        uint64 // the last record there was
	Missed         uint64 // records that this plugin has missed
	Refused        uint64 // calls that were not accepted
	Running        int    // futures of the queue whose code runs
	// Oldest is for how long the first future that waits has waited, 0 if none
	// does.
	Oldest time.Duration
	// Refusals are the refused calls by task and reason, in no order.
	Refusals []Refused
	// Plugins are the event plugins of the scheduler.
	Plugins []PluginGauges
}

// PluginGauges tell how an event plugin fares.
type PluginGauges struct {
	Name     string
	Lost     bool   // it has been given up
	Lag      uint64 // records that it has not dealt with
	Missed   uint64 // records that it has missed
	Restarts uint64 // how often its process was replaced
	Self     bool   // it is the one that asks
}

// Kind says what a record tells.
type Kind string

// Kinds of records.
const (
	KindStart     Kind = "start"
	KindFinishing Kind = "finishing"
	KindFinished  Kind = "finished"
	KindStop      Kind = "stop"
	KindTimeout   Kind = "timeout"
	KindEmpty     Kind = "empty"
	KindSubmitted Kind = "submitted"
	KindResult    Kind = "result"
	KindException Kind = "exception"
	KindCancelled Kind = "cancelled"
	KindEmitted   Kind = "emitted" // by hand
	KindWorker    Kind = "worker"  // a worker's state has changed
)

// Record is one thing that happened, whatever it is, for those who write down
// everything ([Scheduler.OnRecord]). The events of a future's step have one
// record.
type Record struct {
	Meta
	Kind Kind
	// Future is that of the kinds submitted to cancelled; its ID is 0 otherwise.
	Future FutureInfo
	// Err is a future's error, or that of a stop.
	Err error
	// Payload is an input, a result or the value of an emission, if asked for.
	Payload Payload
	// Name and Task say what was emitted by hand, and on which task if on one.
	Name, Task string
	// Message is that of a stop.
	Message string
	// Change is set for the kind worker.
	Change WorkerChange
	// Events are the events that the record stands for, with their numbers.
	Events []Emission
}

// Emission is one emission of an event.
type Emission struct {
	Name string // such as "on_result"
	Task string // empty for the scheduler's
	// Ordinal is the number of the emission since the plugin was attached.
	Ordinal uint64
}

var kinds = map[pb.Kind]Kind{
	pb.Kind_KIND_START: KindStart, pb.Kind_KIND_FINISHING: KindFinishing, pb.Kind_KIND_FINISHED: KindFinished, pb.Kind_KIND_STOP: KindStop,
	pb.Kind_KIND_TIMEOUT: KindTimeout, pb.Kind_KIND_EMPTY: KindEmpty, pb.Kind_KIND_SUBMITTED: KindSubmitted, pb.Kind_KIND_RESULT: KindResult,
	pb.Kind_KIND_EXCEPTION: KindException, pb.Kind_KIND_CANCELLED: KindCancelled, pb.Kind_KIND_EMITTED: KindEmitted, pb.Kind_KIND_WORKER: KindWorker,
}

func metaOf(r *plugin.Record) Meta { return Meta{Seq: r.Seq, Time: r.Time} }

func futureOf(r *plugin.Record) FutureInfo {
	return FutureInfo{ID: r.Future, Task: r.Task.GetName(), Attempt: r.Attempt, Worker: r.Worker, Elapsed: r.Elapsed, Wait: r.Wait}
}

func payloadOf(r *plugin.Record) Payload {
	p := Payload{ContentType: r.ContentType, Data: r.Payload}
	if r.Unencodable != "" {
		p.Err = errors.New(r.Unencodable)
	}
	return p
}

func changeOf(r *plugin.Record) WorkerChange {
	c := r.Change
	return WorkerChange{Meta: metaOf(r), Executor: c.GetExecutor(), Worker: int(c.GetWorker()), State: c.GetState(), PID: int(c.GetPid()), Err: c.GetError()}
}

func gaugesOf(g *pb.Gauges) Gauges {
	out := Gauges{Queue: int(g.GetQueue()), Workers: int(g.GetWorkers()), WorkersStarted: g.GetWorkersStarted(), WorkersLost: g.GetWorkersLost(),
		LastSeq: g.GetLastSeq(), Missed: g.GetMissed(), Refused: g.GetRefused(), Running: int(g.GetRunning()), Oldest: time.Duration(g.GetOldestNs())}
	out.Refusals = refusalsOf(g.GetRefusals())
	for _, p := range g.GetPlugins() {
		out.Plugins = append(out.Plugins, PluginGauges{p.GetName(), p.GetLost(), p.GetLag(), p.GetMissed(), p.GetRestarts(), p.GetSelf()})
	}
	return out
}

func refusalsOf(list []*pb.Refused) []Refused {
	var out []Refused
	for _, r := range list {
		out = append(out, Refused{r.GetTask(), r.GetReason(), r.GetCount()})
	}
	return out
}

package sdktest

import (
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
)

// Start tells that the run has started.
func (a *Attachment) Start() {
	a.t.Helper()
	a.Tell(sdk.Record{Kind: sdk.KindStart})
}

// Submit tells that a call of the task was accepted, and returns the number of
// its future.
func (a *Attachment) Submit(taskName string, in any) uint64 {
	a.t.Helper()
	a.Tell(sdk.Record{Kind: sdk.KindSubmitted, Future: sdk.FutureInfo{Task: taskName}, Payload: a.encode(taskName, in, task.Code.InputCodec)})
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Result tells that the oldest future of the task that is open has that result;
// if there is none, first that a call was accepted.
func (a *Attachment) Result(taskName string, out any) {
	a.t.Helper()
	a.Tell(sdk.Record{Kind: sdk.KindResult, Future: sdk.FutureInfo{Task: taskName}, Payload: a.encode(taskName, out, task.Code.OutputCodec)})
}

// Exception is [Attachment.Result] for a future that has an error.
func (a *Attachment) Exception(taskName string, err error) {
	a.t.Helper()
	a.Tell(sdk.Record{Kind: sdk.KindException, Future: sdk.FutureInfo{Task: taskName}, Err: err})
}

// Emit tells that somebody has emitted an event by hand on the scheduler, with a
// value that is encoded as JSON, nil for a signal.
func (a *Attachment) Emit(name string, value any) {
	a.t.Helper()
	r := sdk.Record{Kind: sdk.KindEmitted, Name: name}
	if value != nil {
		r.Payload = a.encode("", value, nil)
	}
	a.Tell(r)
}

// Miss has the plugin miss whatever tell tells, as if it had been too slow, and
// then be told of the gap.
func (a *Attachment) Miss(tell func()) {
	a.t.Helper()
	a.await(a.quiet)
	a.mu.Lock()
	a.missing = true
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.missing = false
		a.pump()
		a.mu.Unlock()
		a.await(a.quiet)
	}()
	tell()
}

// Tell tells one thing of any kind, for what the other methods leave out: such
// as how long a future took, on which worker, or that one was cancelled; workers
// that come and go; on_empty, on_stop and on_timeout. Of the record, Seq and
// Events are filled in, and Time if it is zero.
//
// An end without a number is that of the oldest open future of its task, as with
// [Attachment.Result]. What runs in the test is not ended by it.
func (a *Attachment) Tell(r sdk.Record) {
	a.t.Helper()
	a.mu.Lock()
	missing, ended := a.missing, a.ended
	var problem string
	if !ended {
		problem = a.happen(r)
	}
	a.pump()
	a.mu.Unlock()
	switch {
	case ended:
		a.t.Fatalf("sdktest: %s: the run is over", r.Kind)
	case problem != "":
		a.t.Fatalf("sdktest: %s: %s", r.Kind, problem)
	case !missing:
		a.await(a.quiet)
	}
}

// encode encodes a value as the codec of the task has it.
func (a *Attachment) encode(taskName string, v any, of func(task.Code) task.Codec) sdk.Payload {
	a.t.Helper()
	codec, err := task.CodecFor(task.ContentJSON)
	for _, code := range a.codes {
		if code.Code() == taskName {
			codec = of(code)
		}
	}
	var data []byte
	if err == nil {
		data, err = codec.Marshal(v)
	}
	if err != nil {
		a.t.Fatalf("sdktest: a %T does not encode: %v", v, err)
	}
	return sdk.Payload{ContentType: codec.ContentType(), Data: data}
}

var kinds = map[sdk.Kind]pb.Kind{
	sdk.KindStart: pb.Kind_KIND_START, sdk.KindFinishing: pb.Kind_KIND_FINISHING, sdk.KindFinished: pb.Kind_KIND_FINISHED,
	sdk.KindStop: pb.Kind_KIND_STOP, sdk.KindTimeout: pb.Kind_KIND_TIMEOUT, sdk.KindEmpty: pb.Kind_KIND_EMPTY,
	sdk.KindSubmitted: pb.Kind_KIND_SUBMITTED, sdk.KindResult: pb.Kind_KIND_RESULT, sdk.KindException: pb.Kind_KIND_EXCEPTION,
	sdk.KindCancelled: pb.Kind_KIND_CANCELLED, sdk.KindEmitted: pb.Kind_KIND_EMITTED, sdk.KindWorker: pb.Kind_KIND_WORKER,
}

// happen makes something happen that the test tells. The problem, if there is
// one, says what is wrong with it. a.mu is held.
func (a *Attachment) happen(r sdk.Record) (problem string) {
	kind, ok := kinds[r.Kind]
	if !ok {
		return "there is no such kind of record"
	}
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	switch r.Kind {
	case sdk.KindSubmitted:
		if r.Future.Task == "" {
			return "Future.Task is missing"
		}
		if r.Future.ID > 0 {
			return "the numbers of futures are given by the run: leave Future.ID out"
		}
		a.accept(r, nil)
		return ""
	case sdk.KindResult, sdk.KindException, sdk.KindCancelled:
		f, problem := a.ending(r)
		if problem == "" {
			a.settle(f, r)
		}
		return problem
	case sdk.KindEmitted:
		if r.Name == "" {
			return "Name is missing"
		}
	case sdk.KindStop:
		if r.Message == "" {
			r.Message = "stopped by Scheduler.Stop"
		}
		a.stop(r)
		return ""
	case sdk.KindTimeout:
		a.timeout, a.closing = true, true
	case sdk.KindFinishing:
		a.closing = true
	}
	a.append(kind, r, 0)
	return ""
}

// ending finds the future that is to end, or makes one. a.mu is held.
func (a *Attachment) ending(r sdk.Record) (f *future, problem string) {
	if r.Kind == sdk.KindException && r.Err == nil {
		return nil, "an exception needs an error"
	}
	var open []*future
	for _, f := range a.futures {
		if f.cancel == nil && (f.id == r.Future.ID || r.Future.ID == 0 && f.task == r.Future.Task) {
			open = append(open, f)
		}
	}
	switch {
	case len(open) > 0:
		return slices.MinFunc(open, func(x, y *future) int { return int(x.id) - int(y.id) }), ""
	case r.Future.ID > 0:
		return nil, "there is no open future of that number"
	case r.Future.Task == "":
		return nil, "Future.Task is missing"
	}
	return a.accept(sdk.Record{Kind: sdk.KindSubmitted, Future: sdk.FutureInfo{Task: r.Future.Task}, Meta: r.Meta}, nil), ""
}

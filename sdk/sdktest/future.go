package sdktest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
)

// future is a future that has not ended.
type future struct {
	id     uint64
	task   string
	own    bool // the plugin has submitted it, and wants to know how it ends
	cancel context.CancelCauseFunc
	cause  error // why it is cancelled
}

func (a *Attachment) submit(call *Request) (after func(), err error) {
	if err := a.may(allowSubmit); err != nil {
		return nil, err
	}
	n := a.findTask(call.Task)
	switch {
	case n == 0:
		return nil, fmt.Errorf("unknown task %q; there are %s", call.Task, a.taskNames())
	case a.closing:
		a.refuse(call.Task, errNotRunning)
		return nil, fmt.Errorf("scheduler: submit to task %s refused: %w", call.Task, errNotRunning)
	}
	if call.Value.ContentType == "" {
		call.Value.ContentType = a.tasks[n-1].GetContentType()
	}
	a.last++
	call.Future = a.last
	f := &future{id: a.last, task: call.Task, own: true}
	a.futures[f.id] = f
	input := call.Value
	return func() {
		a.accept(sdk.Record{Meta: now(), Future: sdk.FutureInfo{ID: f.id, Task: f.task}, Payload: input}, f)
		if n <= len(a.codes) && a.codes[n-1].Linked() {
			a.run(f, input)
		}
	}, nil
}

func (a *Attachment) taskNames() string {
	var names []string
	for _, t := range a.tasks {
		names = append(names, t.GetName())
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// refusal is why calls of a task were not accepted.
type refusal struct{ task, reason string }

func (a *Attachment) refuse(taskName string, err error) {
	a.refused[refusal{taskName, err.Error()}]++
}

// accept tells that a call was accepted, and returns its future, which is made
// if there is none. a.mu is held.
func (a *Attachment) accept(r sdk.Record, f *future) *future {
	if f == nil {
		a.last++
		f = &future{id: a.last, task: r.Future.Task}
		a.futures[f.id] = f
	}
	r.Kind, r.Future.ID = sdk.KindSubmitted, f.id
	a.append(pb.Kind_KIND_SUBMITTED, r, 0)
	return f
}

// run runs a call that the plugin submitted. a.mu is held.
func (a *Attachment) run(f *future, input sdk.Payload) {
	ctx, cancel := context.WithCancelCause(context.Background())
	f.cancel = cancel
	a.running++
	a.runs.Go(func() {
		began := time.Now()
		r, err := a.worker.call(ctx, f.task, input.Data, input.ContentType)
		cancel(nil)
		end := sdk.Record{Meta: now(), Kind: sdk.KindResult, Err: err,
			Future:  sdk.FutureInfo{Elapsed: r.Elapsed, Wait: max(0, time.Since(began)-r.Elapsed)},
			Payload: sdk.Payload{ContentType: r.ContentType, Data: r.Payload}}
		if end.Payload.ContentType == "" {
			end.Payload.ContentType = a.codes[a.findTask(f.task)-1].OutputCodec().ContentType()
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		switch {
		case err != nil && f.cause != nil:
			end.Kind, end.Err = sdk.KindCancelled, f.cause
		case err != nil:
			end.Kind = sdk.KindException
		}
		a.running--
		a.settle(f, end)
		a.pump()
		a.change()
	})
}

// settle ends a future, and tells it. a.mu is held.
func (a *Attachment) settle(f *future, r sdk.Record) {
	delete(a.futures, f.id)
	r.Future.ID, r.Future.Task = f.id, f.task
	if r.Kind == sdk.KindCancelled && r.Err == nil {
		r.Err = cancelled(f, "")
	}
	if f.own {
		end := &pb.FutureEnd{Future: f.id, Cancelled: r.Kind == sdk.KindCancelled, Failure: failure.FromError(r.Err)}
		if r.Err == nil {
			end.Output, end.ContentType = r.Payload.Data, r.Payload.ContentType
		}
		a.send(&pb.SessionRequest{Ends: []*pb.FutureEnd{end}})
	}
	a.append(kinds[r.Kind], r, 0)
}

func cancelled(f *future, cause string) error {
	text := fmt.Sprintf("future %d of task %s was cancelled", f.id, f.task)
	if cause != "" {
		text += ": " + cause
	}
	return errors.New(text)
}

func (a *Attachment) cancel(call Request) (after func(), err error) {
	if err := a.may(allowCancel); err != nil {
		return nil, err
	}
	f := a.futures[call.Future]
	if f == nil {
		return nil, nil // it has ended, as cancelling asks for
	}
	cause := call.Message
	if cause == "" {
		cause = "cancelled by plugin " + a.part.Name
	}
	return func() {
		f.cause = cancelled(f, cause)
		if f.cancel != nil {
			f.cancel(f.cause)
			return
		}
		a.settle(f, sdk.Record{Meta: now(), Kind: sdk.KindCancelled, Err: f.cause})
	}, nil
}

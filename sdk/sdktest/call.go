package sdktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Call has the plugin run the task and waits for its end. The context's
// deadline is the task's; when the context ends, so does that of the code, and
// Call returns when the code has. If that takes longer than [Host.Grace], Call
// gives up and the plugin is of no more use.
//
// Errors are what a host is told: a [*task.Error] in the chain, of kind
// task.KindCancelled or task.KindDeadline where the code stopped because it
// was told to.
func Call[In, Out any](ctx context.Context, p *Plugin, def *task.Def[In, Out], in In) (Out, error) {
	var out Out
	input, err := def.InputCodec().Marshal(in)
	if err != nil {
		return out, task.Errorf(task.KindEncode, "task %s: input does not encode as %s: %v", def.Name(), def.InputCodec().ContentType(), err)
	}
	r, err := p.call(ctx, def.Code(), input, def.InputCodec().ContentType())
	if err != nil {
		return out, err
	}
	codec := def.OutputCodec()
	if r.ContentType != "" && r.ContentType != codec.ContentType() {
		return out, task.Errorf(task.KindDecode, "task %s: output came as %s, expected %s: give both sides the same definition",
			def.Name(), r.ContentType, codec.ContentType())
	}
	if err := codec.Unmarshal(r.Payload, &out); err != nil {
		return out, task.Errorf(task.KindDecode, "task %s: output does not decode as %v (%s): %v", def.Name(), def.OutputType(), codec.ContentType(), err)
	}
	return out, nil
}

func (p *Plugin) call(ctx context.Context, code string, input []byte, contentType string) (session.Result, error) {
	index, ok := p.index[code]
	if !ok {
		return session.Result{}, task.Errorf(task.KindUnknownTask, "sdktest: the plugin has no task %q; it has %s",
			code, strings.Join(slices.Sorted(maps.Keys(p.index)), ", "))
	}
	if len(input) > p.limit {
		return session.Result{}, task.Errorf(task.KindEncode, "sdktest: task %s: the input has %d bytes; a message may have %d", code, len(input), p.limit)
	}
	select {
	case <-p.over:
		return session.Result{}, p.why
	case <-ctx.Done():
		return session.Result{}, stopped(ctx)
	case p.slot <- struct{}{}:
	}
	defer func() { <-p.slot }()
	if ctx.Err() != nil {
		return session.Result{}, stopped(ctx)
	}
	p.seq++
	var batch session.Batch
	deadline, _ := ctx.Deadline()
	batch.Add(p.seq, index, input, contentType, p.seq, deadline, 1)
	if p.hears != nil {
		batch.Heard()
	}
	if err := p.session.Send(&pb.SessionRequest{Tasks: batch.Tasks()}); err != nil {
		<-p.over
		return session.Result{}, p.why
	}
	return p.await(ctx, code)
}

// await waits for the end of the call that was sent.
func (p *Plugin) await(ctx context.Context, code string) (session.Result, error) {
	done := ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case r := <-p.results:
			return r, r.Err
		case <-p.over:
			return session.Result{}, p.why
		case <-p.returned:
			return session.Result{}, stopped(ctx)
		case <-done:
			done = nil
			t := time.NewTimer(p.grace)
			defer t.Stop()
			late = t.C
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) { // which the plugin knows by itself
				// An error of Send is told by over.
				_ = p.session.Send(&pb.SessionRequest{RecallFrom: p.seq, Cancel: []uint64{p.seq}})
			}
		case <-late:
			p.session.Close()
			<-p.over
			return session.Result{}, task.WithKind(task.KindWorkerLost,
				fmt.Errorf("sdktest: task %s did not stop within %v of being cancelled; a host would kill its process", code, p.grace))
		}
	}
}

// stopped is the error of a call that was cancelled before it began.
func stopped(ctx context.Context) error {
	kind := task.KindCancelled
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		kind = task.KindDeadline
	}
	return task.WithKind(kind, context.Cause(ctx))
}

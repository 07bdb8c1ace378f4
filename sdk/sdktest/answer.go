package sdktest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
)

// carryOut does what the plugin asks for. What is to happen once it has the
// answer is left to after. a.mu is held.
func (a *Attachment) carryOut(c *pb.Call, r *pb.Reply) (after func(), err error) {
	var call Request
	switch what := c.GetWhat().(type) {
	case *pb.Call_Submit:
		call = Request{What: allowSubmit, Task: what.Submit.GetTask(), Value: sdk.Payload{ContentType: what.Submit.GetContentType(), Data: what.Submit.GetInput()},
			Timeout: time.Duration(what.Submit.GetTimeoutNanos()), Priority: int(what.Submit.GetPriority())}
		if after, err = a.submit(&call); err == nil {
			r.Future = call.Future
		}
	case *pb.Call_Cancel:
		call = Request{What: allowCancel, Future: what.Cancel.GetFuture(), Message: what.Cancel.GetCause()}
		after, err = a.cancel(call)
	case *pb.Call_Stop:
		call = Request{What: allowStop, Message: what.Stop.GetMessage(), Err: failure.ToError(what.Stop.GetError())}
		if err = a.may(allowStop); err == nil {
			message := call.Message
			if message == "" {
				message = "stopped by plugin " + a.part.Name
			}
			after = func() { a.stop(sdk.Record{Meta: now(), Message: message, Err: call.Err}) }
		}
	case *pb.Call_Emit:
		call = Request{What: allowEmit, Task: what.Emit.GetTask(), Event: what.Emit.GetEvent()}
		if what.Emit.Value != nil {
			call.Value = sdk.Payload{ContentType: task.ContentJSON, Data: what.Emit.GetValue()}
		}
		after, err = a.emit(call, what.Emit.GetDepth())
	case *pb.Call_Look:
		call = Request{What: "snapshot"}
		r.Tree, r.Snapshot = a.host.Snapshot.Tree, a.host.Snapshot.JSON
	default:
		err = task.Errorf(task.KindError, "sdktest does not know this call")
	}
	call.Refused = err
	a.asked = append(a.asked, call)
	return after, err
}

func now() sdk.Meta { return sdk.Meta{Time: time.Now()} }

// may says why the plugin may not do something. a.mu is held.
func (a *Attachment) may(word string) error {
	if !slices.Contains(a.host.Allow, word) {
		return task.Errorf(sdk.KindNotAllowed, "plugin %s may not %s: grant it with allow = [%q], in a test with Host.Allow", a.part.Name, word, word)
	}
	if a.ended {
		return errNotRunning
	}
	return nil
}

// stop stops the run, once. a.mu is held.
func (a *Attachment) stop(r sdk.Record) {
	if a.stopped != nil {
		return
	}
	a.closing = true
	a.stopped = &pb.Stop{Message: r.Message, Error: failure.FromError(r.Err)}
	a.append(pb.Kind_KIND_STOP, r, 0)
}

func (a *Attachment) emit(call Request, depth uint32) (after func(), err error) {
	if err := a.may(allowEmit); err != nil {
		return nil, err
	}
	switch {
	case call.Event == "" || strings.HasPrefix(call.Event, "on_"):
		return nil, fmt.Errorf("event %q cannot be emitted: events whose names begin with on_ are the scheduler's to tell", call.Event)
	case depth > wire.MaxDepth:
		return nil, task.Errorf(wire.KindLoop, "event %q is not emitted: it would be the %d. in a row of events that plugins emit because of each other", call.Event, depth)
	case call.Task != "" && a.findTask(call.Task) == 0:
		return nil, fmt.Errorf("unknown task %q; there are %s", call.Task, a.taskNames())
	}
	return func() {
		a.append(pb.Kind_KIND_EMITTED, sdk.Record{Meta: now(), Name: call.Event, Task: call.Task, Payload: call.Value}, depth)
	}, nil
}

var permissions = []string{allowSubmit, allowCancel, allowStop, allowEmit}

// What a plugin may be allowed to do.
const (
	allowSubmit = "submit"
	allowCancel = "cancel"
	allowStop   = "stop"
	allowEmit   = "emit"
)

// errNotRunning is the error of what comes too late.
var errNotRunning = errors.New("not running")

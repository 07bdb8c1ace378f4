package eventplugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Errors that plugins get from calls, as kinds of [task.Error].
const (
	// KindNotAllowed is the kind of error of a call that was not granted.
	KindNotAllowed = wire.KindNotAllowed
	// KindLoop is the kind of error of an emission that would go on for ever.
	KindLoop = wire.KindLoop
)

// emission is the origin of what a plugin emitted.
type emission struct {
	value []byte
	depth uint32
}

// answer carries out a call of the plugin.
func (a *attachment) answer(c *pb.Call) *pb.Reply {
	r := &pb.Reply{Id: c.GetId()}
	if err := a.carryOut(c, r); err != nil {
		r.Failure = failure.FromError(err)
	}
	return r
}

func (a *attachment) carryOut(c *pb.Call, r *pb.Reply) error {
	if err := a.granted(c); err != nil {
		return err
	}
	s := a.hub.scheduler()
	if s == nil {
		return scheduler.ErrNotRunning
	}
	switch what := c.GetWhat().(type) {
	case *pb.Call_Submit:
		return a.submit(s, what.Submit, r)
	case *pb.Call_Cancel:
		a.cancel(s, what.Cancel)
	case *pb.Call_Stop:
		a.stopRun(s, what.Stop)
	case *pb.Call_Emit:
		return a.emit(s, what.Emit)
	case *pb.Call_Look:
		var err error
		if r.Snapshot, err = json.Marshal(s.Snapshot()); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		r.Tree = s.String()
	default:
		return task.Errorf(task.KindError, "the host does not know this call: it is older than the plugin")
	}
	return nil
}

// granted reports whether the plugin may ask for this.
func (a *attachment) granted(c *pb.Call) error {
	word := ""
	switch c.GetWhat().(type) {
	case *pb.Call_Submit:
		word = Submit
	case *pb.Call_Cancel:
		word = Cancel
	case *pb.Call_Stop:
		word = Stop
	case *pb.Call_Emit:
		word = Emit
	}
	if word == "" || a.spec.allows(word) {
		return nil
	}
	return task.Errorf(KindNotAllowed, "plugin %s may not %s: grant it with allow = [%q], in Go eventplugin.Allow(%q)", a.spec.name, word, word, word)
}

func (a *attachment) submit(s *scheduler.Scheduler, c *pb.Submit, r *pb.Reply) error {
	t := s.Task(c.GetTask())
	if t == nil {
		return fmt.Errorf("%w %q; there are %s", scheduler.ErrUnknownTask, c.GetTask(), taskNames(s))
	}
	var opts []scheduler.CallOption
	switch d := time.Duration(c.GetTimeoutNanos()); {
	case d < 0:
		return fmt.Errorf("a timeout of %v is out of range: it must be more than 0", d)
	case d > 0:
		opts = append(opts, scheduler.Within(d))
	}
	if p := c.GetPriority(); p != 0 {
		opts = append(opts, scheduler.Priority(int(p)))
	}
	f, err := t.SubmitEncoded(c.GetInput(), c.GetContentType(), opts...)
	if err != nil {
		return err
	}
	r.Future = f.ID()
	a.follow(f)
	return nil
}

// follow has the plugin told how a future of its own ends.
func (a *attachment) follow(f scheduler.AnyFuture) {
	a.mu.Lock()
	a.own[f.ID()] = f
	a.mu.Unlock()
	f.WhenDone(func(f scheduler.AnyFuture) {
		end := &pb.FutureEnd{Future: f.ID(), Cancelled: f.State() == scheduler.Cancelled}
		err := f.Err()
		if err == nil {
			end.Output, end.ContentType, err = f.EncodedValue()
		}
		end.Failure = failure.FromError(err)
		a.mu.Lock()
		delete(a.own, f.ID())
		a.ends = append(a.ends, end)
		a.mu.Unlock()
		a.reader.poke()
	})
}

func (a *attachment) cancel(s *scheduler.Scheduler, c *pb.Cancel) {
	a.mu.Lock()
	f := a.own[c.GetFuture()]
	a.mu.Unlock()
	if f == nil {
		for _, other := range s.Queue() {
			if other.ID() == c.GetFuture() {
				f = other
			}
		}
	}
	if f == nil {
		return // it has ended, as cancelling asks for
	}
	cause := fmt.Errorf("cancelled by plugin %s", a.spec.name)
	if c.GetCause() != "" {
		cause = errors.New(c.GetCause())
	}
	f.Cancel(cause)
}

func (a *attachment) stopRun(s *scheduler.Scheduler, c *pb.Stop) {
	message := c.GetMessage()
	if message == "" {
		message = "stopped by plugin " + a.spec.name
	}
	s.StopWith(message, failure.ToError(c.GetError()))
}

func (a *attachment) emit(s *scheduler.Scheduler, c *pb.Emit) error {
	name := c.GetEvent()
	if name == "" || strings.HasPrefix(name, "on_") {
		return fmt.Errorf("event %q cannot be emitted: events whose names begin with on_ are the scheduler's to tell", name)
	}
	if c.GetDepth() > wire.MaxDepth {
		err := task.Errorf(KindLoop, "event %q is not emitted: it would be the %d. in a row of events that plugins emit because of each other", name, c.GetDepth())
		a.loops.Add(1)
		a.hub.log().Error("event plugins react to each other without end", "plugin", a.spec.name, "event", name, "depth", c.GetDepth())
		return err
	}
	if c.Value != nil && !json.Valid(c.GetValue()) {
		return fmt.Errorf("the value of event %q is no JSON", name)
	}
	em, of := s.Emitter(), scheduler.AnyTask(nil)
	if c.GetTask() != "" {
		if of = s.Task(c.GetTask()); of == nil {
			return fmt.Errorf("%w %q; there are %s", scheduler.ErrUnknownTask, c.GetTask(), taskNames(s))
		}
		em = of.Emitter()
	}
	if !s.Running() {
		return scheduler.ErrNotRunning
	}
	origin := &emission{value: c.GetValue(), depth: c.GetDepth()}
	err := em.EmitDecoded(name, func(into any) error { return json.Unmarshal(c.GetValue(), into) }, origin)
	if errors.Is(err, event.ErrUnknownEvent) {
		// Nobody in the host listens; other plugins may.
		a.hub.tap().Tell(scheduler.Occurrence{Kind: scheduler.OccurredEmission, Event: name, Task: of, Origin: origin})
		return nil
	}
	return err
}

func taskNames(s *scheduler.Scheduler) string {
	var names []string
	for _, t := range s.Tasks() {
		names = append(names, t.Name())
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/wire"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// mirror is a Scheduler as the link sees it.
type mirror Scheduler

func (m *mirror) s() *Scheduler { return (*Scheduler)(m) }

// Subscriptions implements [plugin.Mirror].
func (m *mirror) Subscriptions() *pb.Subscriptions {
	s := m.s()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &pb.Subscriptions{Inputs: s.inputs, Results: s.results}
	for _, h := range s.handlers {
		out.Handlers = append(out.Handlers, &pb.Handler{Scope: h.scope, Task: h.task, Event: h.h.Event(), Every: uint64(h.h.Every()),
			Base: h.base, Name: h.h.Name(), Gone: h.gone, Hidden: h.h.Hidden(), Type: h.h.ValueType(), Repeat: uint64(h.h.Repeat()),
			Limit: uint64(h.h.Limit()), When: h.h.Conditional()})
	}
	return out
}

// Restore implements [plugin.Mirror].
func (m *mirror) Restore(a *pb.Attach) error {
	s := m.s()
	for _, c := range a.GetCounts() {
		if by, ok := s.mirrorOf(c.GetScope(), c.GetTask()); ok {
			event.SetCount(by, c.GetEvent(), c.GetCount())
		}
	}
	s.mu.Lock()
	handlers, restore := append([]handlerOf(nil), s.handlers...), s.restore
	s.mu.Unlock()
	for i, n := range a.GetCalls() {
		if i < len(handlers) {
			event.SetCalls(handlers[i].by, handlers[i].h, n)
		}
	}
	if len(a.GetState()) > 0 && restore != nil {
		if err := restore(a.GetState()); err != nil {
			return fmt.Errorf("sdk: the state of the process before cannot be taken up: %w", err)
		}
	}
	return nil
}

// mirrorOf returns the delivery of a mirror that there is.
func (s *Scheduler) mirrorOf(scope pb.Scope, task string) (event.Delivery, bool) {
	switch scope {
	case pb.Scope_SCOPE_SCHEDULER:
		return s.by, true
	case pb.Scope_SCOPE_EVERY_TASK:
		return s.every.by, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tasks[task]; ok {
		return t.by, true
	}
	return event.Delivery{}, false
}

// ResumeAfter implements [plugin.Mirror].
func (m *mirror) ResumeAfter() uint64 {
	s := m.s()
	if _, again := s.Resumed(); !again {
		return 0 // the host tells everything
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resume
}

// Linger implements [plugin.Mirror].
func (m *mirror) Linger() int64 {
	s := m.s()
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(s.linger)
}

// Calls implements [plugin.Mirror].
func (m *mirror) Calls() []uint64 {
	s := m.s()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]uint64, len(s.handlers))
	for i, h := range s.handlers {
		out[i] = h.h.Calls()
	}
	return out
}

// Acknowledging implements [plugin.Mirror].
func (m *mirror) Acknowledging() {
	s := m.s()
	s.mu.Lock()
	acks := s.acks
	s.mu.Unlock()
	if len(acks) == 0 {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			s.Fail(fmt.Errorf("panic before an acknowledgement: %v\n%s", v, debug.Stack()))
		}
	}()
	for _, fn := range acks {
		if err := fn(); err != nil {
			s.Fail(err)
		}
	}
}

// State implements [plugin.Mirror].
func (m *mirror) State() ([]byte, error) {
	s := m.s()
	s.mu.Lock()
	state := s.state
	s.mu.Unlock()
	if state == nil {
		return nil, nil
	}
	return state()
}

// Finish implements [plugin.Mirror].
func (m *mirror) Finish(ctx context.Context, f *pb.Finish) error {
	s := m.s()
	sum := Summary{Exit: f.GetExit(), Message: f.GetMessage(), Err: failure.ToError(f.GetError()), Elapsed: time.Duration(f.GetElapsedNs()),
		Events: map[string]uint64{}, Records: f.GetLastSeq(), Missed: f.GetMissed(), Gauges: gaugesOf(f.GetGauges()),
		Refused: refusalsOf(f.GetRefused())}
	for _, c := range f.GetCounts() {
		sum.Events[wire.EventName(c.GetScope(), c.GetTask(), c.GetEvent())] = c.GetCount()
	}
	s.tellOwn(summaryEvent, s.OnSummary.Count(), func(into any) { *into.(*Summary) = sum })
	s.mu.Lock()
	flushes := append([]func(context.Context) error(nil), s.flushes...)
	s.mu.Unlock()
	var errs []error
	for _, flush := range flushes {
		errs = append(errs, flush(ctx))
	}
	return errors.Join(errs...)
}

// Lingering implements [plugin.Mirror].
func (m *mirror) Lingering(ctx context.Context) {
	s := m.s()
	s.mu.Lock()
	lingers, d := append([]func(context.Context){}, s.lingers...), s.linger
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for _, fn := range lingers {
		fn(ctx)
	}
}

// Miss implements [plugin.Mirror]: what was missed counts, and is told.
func (m *mirror) Miss(g *pb.Gap) {
	s := m.s()
	gap := Gap{First: g.GetFirst(), Last: g.GetLast(), Missed: map[string]uint64{}}
	for _, c := range g.GetMissed() {
		gap.Missed[wire.EventName(c.GetScope(), c.GetTask(), c.GetEvent())] = c.GetCount()
		if by, ok := s.mirrorOf(c.GetScope(), c.GetTask()); ok {
			event.AddCount(by, c.GetEvent(), c.GetCount())
		}
	}
	s.tellOwn(gapEvent, s.OnGap.Count(), func(into any) { *into.(*Gap) = gap })
}

// tellOwn tells an event of the plugin's own.
func (s *Scheduler) tellOwn(name string, count int, store func(into any)) {
	// The value is of the right type, so that nothing can go wrong.
	_ = event.Follow(s.by, name, uint64(count)+1, func(into any) error { store(into); return nil })
}

// Tell implements [plugin.Mirror]: it tells the events that a record stands
// for, in the order of the host.
func (m *mirror) Tell(r *plugin.Record) {
	s := m.s()
	s.mu.Lock()
	s.current = r
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.current = nil
		s.mu.Unlock()
	}()
	if s.OnRecord.Heard() {
		s.tellOwn(wire.EveryRecord, s.OnRecord.Count(), func(into any) { *into.(*Record) = recordOf(r) })
	}
	if r.Kind == pb.Kind_KIND_WORKER {
		s.tellOwn(wire.WorkerEvent, s.OnWorker.Count(), func(into any) { *into.(*WorkerChange) = changeOf(r) })
		return
	}
	own, task := namesOfKind(r)
	ordinals := r.Ordinals
	for _, name := range own {
		s.follow(s.by, name, ordinals[0], r)
		ordinals = ordinals[1:]
	}
	if r.Task == nil || r.Task.GetLoose() {
		return
	}
	by, mirrored := s.mirrorOf(pb.Scope_SCOPE_TASK, r.Task.GetName())
	for _, name := range task {
		if mirrored {
			s.follow(by, name, ordinals[0], r)
		}
		ordinals = ordinals[1:]
	}
	for _, name := range task {
		s.follow(s.every.by, name, ordinals[0], r)
		ordinals = ordinals[1:]
	}
}

// namesOfKind returns the scheduler's events that a record stands for, and the
// task's.
func namesOfKind(r *plugin.Record) (own, task []string) {
	return plugin.EventsOf(r.Kind, r.Event, r.Task != nil)
}

func (s *Scheduler) follow(by event.Delivery, name string, n uint64, r *plugin.Record) {
	err := event.Follow(by, name, n, func(into any) error { return store(r, into) })
	if err != nil {
		slog.ErrorContext(s.ctx, "event not told", "event", name, "record", r.Seq, "error", err)
	}
}

// store makes the value of an event of a record.
func store(r *plugin.Record, into any) error {
	switch into := into.(type) {
	case *Stopped:
		*into = Stopped{Meta: metaOf(r), Message: r.Message, Err: r.Err}
	case *FutureSubmitted:
		*into = FutureSubmitted{metaOf(r), futureOf(r), payloadOf(r)}
	case *FutureDone:
		*into = FutureDone{metaOf(r), futureOf(r)}
	case *FutureCancelled:
		*into = FutureCancelled{metaOf(r), futureOf(r), r.Err}
	case *FutureException:
		*into = FutureException{metaOf(r), futureOf(r), r.Err}
	case *FutureResult:
		*into = FutureResult{metaOf(r), futureOf(r), payloadOf(r)}
	case *Submitted:
		*into = Submitted{metaOf(r), futureOf(r), payloadOf(r)}
	case *Done:
		*into = Done{metaOf(r), futureOf(r)}
	case *Result:
		*into = Result{metaOf(r), futureOf(r), payloadOf(r)}
	case *Exception:
		*into = Exception{metaOf(r), futureOf(r), r.Err}
	case *TaskCancelled:
		*into = TaskCancelled{metaOf(r), futureOf(r), r.Err}
	case *Custom:
		*into = Custom{metaOf(r), r.Event, r.Task.GetName(), payloadOf(r)}
	default:
		if r.Unencodable != "" {
			return errors.New(r.Unencodable)
		}
		return json.Unmarshal(r.Payload, into)
	}
	return nil
}

func recordOf(r *plugin.Record) Record {
	out := Record{Meta: metaOf(r), Kind: kinds[r.Kind], Err: r.Err, Payload: payloadOf(r), Message: r.Message}
	if r.Future > 0 {
		out.Future = futureOf(r)
	}
	if r.Kind == pb.Kind_KIND_WORKER {
		out.Change = changeOf(r)
		return out
	}
	if r.Kind == pb.Kind_KIND_EMITTED {
		out.Name, out.Task = r.Event, r.Task.GetName()
	}
	own, task := namesOfKind(r)
	ordinals := r.Ordinals
	out.Events = make([]Emission, 0, len(own)+len(task))
	for _, name := range own {
		out.Events = append(out.Events, Emission{Name: name, Ordinal: ordinals[0]})
		ordinals = ordinals[1:]
	}
	if r.Task != nil && !r.Task.GetLoose() {
		for _, name := range task {
			out.Events = append(out.Events, Emission{Name: name, Task: r.Task.GetName(), Ordinal: ordinals[0]})
			ordinals = ordinals[1:]
		}
	}
	return out
}

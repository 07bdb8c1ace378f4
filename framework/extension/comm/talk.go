package comm

import (
	"fmt"
	"sync"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// talk is what one attempt of a call has said.
type talk[Said, Answer any] struct {
	c  *Comm[Said, Answer]
	t  *scheduler.Talk
	to subscribers[Said, Answer]

	mu       sync.Mutex
	requests map[uint64]*request // that are open
	closed   bool
}

// subscribers are the events on one task.
type subscribers[Said, Answer any] struct {
	open    event.Subscriber[Opened]
	message event.Subscriber[Message[Said]]
	request event.Subscriber[Request[Said, Answer]]
	close   event.Subscriber[Closed]
}

func (c *Comm[Said, Answer]) subscribers(em *event.Emitter) subscribers[Said, Answer] {
	return subscribers[Said, Answer]{event.SubscriberOf(em, c.Open), event.SubscriberOf(em, c.Message),
		event.SubscriberOf(em, c.Request), event.SubscriberOf(em, c.Close)}
}

// talkOf returns what the extension keeps of a conversation.
func (c *Comm[Said, Answer]) talkOf(t *scheduler.Talk) *talk[Said, Answer] {
	if k, ok := t.State.(*talk[Said, Answer]); ok {
		return k
	}
	k := &talk[Said, Answer]{c: c, t: t, to: c.subscribers(t.Task().Emitter()), requests: map[uint64]*request{}}
	t.State = k
	c.mu.Lock()
	defer c.mu.Unlock()
	c.talks[k] = struct{}{}
	return k
}

// Hear implements [scheduler.Listener].
func (c *Comm[Said, Answer]) Hear(t *scheduler.Talk, m task.Message) (tell func(), err error) {
	k := c.talkOf(t)
	switch m.Kind {
	case task.MessageOpen:
		return func() { _ = scheduler.Tell(t, k.to.open, Opened{Future: t.Future(), Attempt: t.Attempt()}) }, nil
	case task.MessageData:
		data, err := task.DecodeMessage[Said](m.Payload, m.ContentType)
		if err != nil {
			return nil, err
		}
		return func() {
			_ = scheduler.Tell(t, k.to.message, Message[Said]{Future: t.Future(), Attempt: t.Attempt(), Data: data})
		}, nil
	case task.MessageRequest:
		return k.ask(m)
	case task.MessageWithdraw:
		k.withdraw(m.ID)
	case task.MessageClose:
		k.mu.Lock()
		k.closed = true
		k.mu.Unlock()
		return func() { k.tellClosed(m.ID) }, nil
	}
	return nil, nil
}

// ask takes a request.
func (k *talk[Said, Answer]) ask(m task.Message) (tell func(), err error) {
	r := &request{id: m.ID, format: m.ContentType, talk: k.t, forget: k.forget}
	data, err := task.DecodeMessage[Said](m.Payload, m.ContentType)
	if err != nil {
		_ = r.end(answered, task.Message{Err: task.Portable(err)}) // which is not known to anybody yet
		return nil, err
	}
	k.mu.Lock()
	k.requests[r.id] = r
	k.mu.Unlock()
	return func() {
		heard := k.to.request.Heard()
		r.told = true
		failed := scheduler.Tell(k.t, k.to.request, Request[Said, Answer]{Future: k.t.Future(), Attempt: k.t.Attempt(), Data: data, of: r})
		switch {
		case failed != nil:
			r.close(fmt.Sprintf("a callback of %s failed: %v", RequestName, failed))
		case !heard:
			r.close("nobody is subscribed to " + RequestName)
		case !k.t.Task().Scheduler().Running():
			r.close(endingRun)
		}
	}, nil
}

const endingRun = "the run ends"

func (k *talk[Said, Answer]) withdraw(id uint64) {
	k.mu.Lock()
	r := k.requests[id]
	delete(k.requests, id)
	k.mu.Unlock()
	if r != nil {
		r.state.CompareAndSwap(waiting, withdrawn)
	}
}

func (k *talk[Said, Answer]) forget(id uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.requests, id)
}

// tellClosed tells that the code has closed, and then the code, if it waits for
// that under an id.
func (k *talk[Said, Answer]) tellClosed(id uint64) {
	failed := scheduler.Tell(k.t, k.to.close, Closed{Future: k.t.Future(), Attempt: k.t.Attempt(), Awaited: id > 0})
	if id == 0 {
		return
	}
	m := task.Message{Kind: task.MessageAnswer, ID: id}
	if failed != nil {
		m.Err = task.Errorf(task.KindCloseRequested, "a callback of %s failed: %v", CloseName, failed)
	}
	_ = k.t.Answer(m) // who has ended does not wait
}

// Ended implements [scheduler.Listener].
func (c *Comm[Said, Answer]) Ended(t *scheduler.Talk, err error) (tell func()) {
	k := c.talkOf(t)
	c.mu.Lock()
	delete(c.talks, k)
	c.mu.Unlock()
	k.mu.Lock()
	open := k.requests
	k.requests = map[uint64]*request{}
	k.mu.Unlock()
	for _, r := range open {
		r.state.CompareAndSwap(waiting, ended)
	}
	if k.closed { // by code that has ended
		return nil
	}
	return func() {
		_ = scheduler.Tell(t, k.to.close, Closed{Future: t.Future(), Attempt: t.Attempt(), Ended: true, Err: err})
	}
}

// told returns the requests that are open and that callbacks have been told of.
func (k *talk[Said, Answer]) told() (all []*request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.requests {
		if r.told {
			all = append(all, r)
		}
	}
	return all
}

// Finishing implements [scheduler.Listener]: who waits for an answer that has not
// come by now is told to close.
func (c *Comm[Said, Answer]) Finishing(t scheduler.AnyTask) {
	c.mu.Lock()
	var of []*talk[Said, Answer]
	for k := range c.talks {
		if k.t.Task() == t {
			of = append(of, k)
		}
	}
	c.mu.Unlock()
	for _, k := range of {
		for _, r := range k.told() {
			r.close(endingRun)
		}
	}
}

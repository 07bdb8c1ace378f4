package process

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// messageCost bounds what a frame holds of one message.
func messageCost(m *task.Message) int {
	n := callOverhead + len(m.Payload)
	if m.Err != nil {
		n += frameBytes / 2 // what package failure lets through, and more
	}
	return n
}

// Send implements [scheduler.Executor].
func (e *Executor) Send(c *scheduler.Call, attempt int, m task.Message) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	// While a worker holds the call, its attempt does not change.
	w, ok := c.Private.Owner.(*worker)
	if !ok || w.dead || c.Attempt() != attempt {
		return scheduler.ErrTalkEnded
	}
	if n := len(m.Payload); n+frameOverhead > e.cfg.maxMessage {
		return task.Errorf(task.KindEncode, "the answer has %d bytes; a message may have %d (raise process.MaxMessage, or send a path)", n, e.cfg.maxMessage)
	}
	w.messages = append(w.messages, message.Item{Seq: c.Private.Seq, Message: m})
	w.poke()
	return nil
}

// takeMessages moves messages to a request, as many as it may hold, and reports
// whether there were any. A request with messages has no calls. e.mu is held.
func (w *worker) takeMessages(req *pb.SessionRequest) bool {
	if len(w.messages) == 0 {
		return false
	}
	req.Messages = &pb.Messages{}
	taken, bytes := 0, 0
	for i := range w.messages {
		item := &w.messages[i]
		if bytes += messageCost(&item.Message); i > 0 && bytes > frameBytes {
			break
		}
		message.Append(req.Messages, item.Seq, item.Message)
		taken++
	}
	rest := copy(w.messages, w.messages[taken:])
	clear(w.messages[rest:])
	w.messages = w.messages[:rest]
	return true
}

// hear hands over what the code of calls says. Only what this worker's receiver
// does ends a call of the worker, so that those which it has do not end meanwhile.
func (w *worker) hear(list *pb.Messages) error {
	items, err := message.Read(nil, list)
	if err != nil {
		return fmt.Errorf("%w: %w", session.ErrProtocol, err)
	}
	late := 0
	var seq uint64
	var c *scheduler.Call
	for i := range items {
		item := &items[i]
		if c == nil || item.Seq != seq {
			w.e.mu.Lock()
			seq, c = item.Seq, w.window.at(item.Seq)
			unsent := item.Seq == 0 || item.Seq > w.sent
			w.e.mu.Unlock()
			if unsent {
				return fmt.Errorf("%w: a message of call %d, which was not sent", session.ErrProtocol, item.Seq)
			}
		}
		if c == nil {
			late++
			continue
		}
		if err := c.Receive(item.Message); err != nil {
			return fmt.Errorf("%w: %w", session.ErrProtocol, err)
		}
	}
	if late > 0 {
		w.host.Late(late)
	}
	return nil
}

package sdktest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
)

// Said is something that a task has said by sdk.Open, sdk.Send, sdk.Request,
// sdk.Close or sdk.Progress. Its methods may be called from any goroutine.
type Said struct {
	// Kind is "open", "message", "request", "close" or "progress".
	Kind string
	// Done, Total and Text are those of progress.
	Done, Total float64
	Text        string

	p           *Plugin
	seq, id     uint64
	payload     []byte
	contentType string
	mu          sync.Mutex
	answered    bool
}

// Decode stores the data of a message or request through into, a pointer.
func (s *Said) Decode(into any) error {
	codec, err := task.CodecFor(s.contentType)
	if err == nil {
		err = codec.Unmarshal(s.payload, into)
	}
	if err != nil {
		return fmt.Errorf("sdktest: what a %s has: %w", s.Kind, err)
	}
	return nil
}

// Respond answers a request by v, encoded as the request is. It is an error if
// there is nothing to answer, or it has been answered.
func (s *Said) Respond(v any) error {
	codec, err := task.CodecFor(s.contentType)
	var data []byte
	if err == nil {
		data, err = codec.Marshal(v)
	}
	if err != nil {
		return fmt.Errorf("sdktest: the answer: %w", err)
	}
	return s.answer(task.Message{Payload: data, ContentType: codec.ContentType()})
}

// Refuse answers a request by an error. That of a host which cannot answer any
// more is sdk.ErrCloseRequested.
func (s *Said) Refuse(why error) error {
	if errors.Is(why, sdk.ErrCloseRequested) {
		why = task.WithKind(task.KindCloseRequested, why)
	}
	return s.answer(task.Message{Err: task.Portable(why)})
}

func (s *Said) answer(m task.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id == 0 || s.Kind != "request" || s.answered {
		return fmt.Errorf("sdktest: a %s cannot be answered, or not again", s.Kind)
	}
	s.answered = true
	m.Kind, m.ID = task.MessageAnswer, s.id
	return s.p.tell(s.seq, m)
}

// hear tells the test what tasks have said.
func (p *Plugin) hear(list *pb.Messages) error {
	items, err := message.Read(nil, list)
	if err != nil {
		return fmt.Errorf("%w: %w", session.ErrProtocol, err)
	}
	for _, item := range items {
		if p.heardSeq != item.Seq {
			p.heardSeq, p.heard, p.granted = item.Seq, 0, 0
		}
		m := item.Message
		if p.hears != nil && m.Kind != task.MessageWithdraw {
			p.hears(&Said{Kind: m.Kind.String(), Done: m.Progress.Done, Total: m.Progress.Total, Text: m.Progress.Text,
				p: p, seq: item.Seq, id: m.ID, payload: m.Payload, contentType: m.ContentType})
		}
		if m.Kind == task.MessageClose && m.ID > 0 {
			err = p.tell(item.Seq, task.Message{Kind: task.MessageAnswer, ID: m.ID})
		}
		if p.heard += m.Cost(); p.heard-p.granted >= task.MessageWindow/2 {
			p.granted = p.heard
			err = errors.Join(err, p.tell(item.Seq, task.Message{Kind: task.MessageGrant, ID: p.granted}))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell sends a message to a task.
func (p *Plugin) tell(seq uint64, m task.Message) error {
	list := &pb.Messages{}
	message.Append(list, seq, m)
	return p.session.Send(&pb.SessionRequest{Messages: list})
}

package plugin

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Post implements [task.Poster]: it adds what the code of a task says to what is
// to be sent.
func (o *outbox) Post(seq uint64, m task.Message) error {
	size := len(m.Payload) + len(m.Progress.Text) + frameOverhead
	if size > o.limit {
		return task.Errorf(task.KindEncode, "the message has %d bytes; one may have %d (raise the host's limit, or send a path)", len(m.Payload), o.limit)
	}
	o.mu.Lock()
	message.Append(o.lastMessages(size), seq, m)
	o.bytes += size
	o.mu.Unlock()
	o.ready.Signal()
	return nil
}

// lastMessages returns the messages that the next one goes to. The order of all
// that is told is kept.
func (o *outbox) lastMessages(size int) *pb.Messages {
	if n := len(o.frames); n > 0 {
		if m := o.frames[n-1].Messages; m != nil && o.bytes+size <= min(frameBytes, o.limit) {
			return m
		}
	}
	m := &pb.Messages{}
	o.frames = append(o.frames, &pb.SessionResponse{Messages: m})
	o.bytes = 0
	return m
}

// deliver hands messages of the host's to the code that runs. What is for code
// that has ended is of use to nobody.
func (w *worker) deliver(list *pb.Messages) error {
	if list == nil {
		return nil
	}
	items, err := message.Read(nil, list)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	w.mu.Lock()
	running, ctx := w.running, w.ctx
	w.mu.Unlock()
	for _, item := range items {
		if item.Seq == running && ctx != nil {
			task.Deliver(ctx, item.Message)
		}
	}
	return nil
}

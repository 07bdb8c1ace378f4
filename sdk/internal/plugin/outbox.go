package plugin

import (
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/column"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// frameBytes is the size at which a frame of results is closed and the next
// begun. Frames are sent as soon as the sender is free, however small.
const frameBytes = 256 << 10

// frameOverhead bounds what one result adds to a frame besides its output.
const frameOverhead = 64

// defaultMaxMessage is the limit where the host tells none.
const defaultMaxMessage = 64 << 20

// outbox collects what is to be sent while the sender is busy, so that one
// frame carries many results.
type outbox struct {
	limit int // largest message in bytes

	mu     sync.Mutex
	ready  sync.Cond
	frames []*pb.SessionResponse
	bytes  int         // of the last frame
	spare  *pb.Results // empty, for the next frame; nil for none
	closed bool
}

func newOutbox(limit int) *outbox {
	if limit <= 0 {
		limit = defaultMaxMessage
	}
	o := &outbox{limit: limit}
	o.ready.L = &o.mu
	return o
}

// fits returns an error if an output is too large for a message.
func (o *outbox) fits(out []byte) error {
	if len(out)+frameOverhead > o.limit {
		return task.Errorf(task.KindEncode, "the output has %d bytes; a message may have %d (raise the host's limit, or return a path)", len(out), o.limit)
	}
	return nil
}

// result adds the outcome of one task: an output, which fits, of that content
// type, or a failure.
func (o *outbox) result(seq uint64, out []byte, contentType string, f *pb.Failure, elapsed time.Duration) {
	o.mu.Lock()
	r := o.lastResults(len(out))
	if f != nil {
		f.Index = uint32(len(r.Seq))
		r.Failures = append(r.Failures, f)
		o.bytes += len(f.Message) + len(f.Stack)
		for _, c := range f.Causes {
			o.bytes += len(c.Type) + len(c.Text)
		}
	}
	r.ContentType = column.Append(r.ContentType, len(r.Seq), contentType)
	r.Seq = append(r.Seq, seq)
	r.Size = append(r.Size, uint64(len(out)))
	r.Outputs = append(r.Outputs, out...)
	r.ElapsedNs = append(r.ElapsedNs, uint64(elapsed))
	o.bytes += len(out) + frameOverhead
	o.mu.Unlock()
	o.ready.Signal()
}

// lastResults returns the results that the next outcome goes to. The order of
// all that is told is kept.
func (o *outbox) lastResults(size int) *pb.Results {
	if n := len(o.frames); n > 0 {
		if r := o.frames[n-1].Results; r != nil && o.bytes+size+frameOverhead <= min(frameBytes, o.limit) {
			return r
		}
	}
	r := o.spare
	if r == nil {
		r = &pb.Results{}
	}
	o.spare = nil
	o.frames = append(o.frames, &pb.SessionResponse{Results: r})
	o.bytes = 0
	return r
}

// recycle keeps the memory of a frame that was sent, for the next.
func (o *outbox) recycle(f *pb.SessionResponse) {
	r := f.Results
	if r == nil || cap(r.Outputs) > 2*frameBytes {
		return
	}
	clear(r.Failures)
	r.Seq, r.Size, r.Outputs, r.ElapsedNs = r.Seq[:0], r.Size[:0], r.Outputs[:0], r.ElapsedNs[:0]
	r.ContentType, r.Failures = r.ContentType[:0], r.Failures[:0]
	o.mu.Lock()
	o.spare = r
	o.mu.Unlock()
}

func (o *outbox) add(frame *pb.SessionResponse) {
	o.mu.Lock()
	o.frames = append(o.frames, frame)
	o.mu.Unlock()
	o.ready.Signal()
}

func (o *outbox) returned(r *pb.Returned) { o.add(&pb.SessionResponse{Returned: r}) }
func (o *outbox) pong(n uint64)           { o.add(&pb.SessionResponse{Pong: n}) }
func (o *outbox) drained()                { o.add(&pb.SessionResponse{Drained: true}) }

func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.ready.Broadcast()
}

// sendAll sends frames until the outbox is closed and empty, or the stream
// fails.
func (o *outbox) sendAll(stream grpc.ServerStreamingServer[pb.SessionResponse]) error {
	for {
		o.mu.Lock()
		for len(o.frames) == 0 && !o.closed {
			o.ready.Wait()
		}
		frames := o.frames
		o.frames = nil
		o.mu.Unlock()
		if len(frames) == 0 {
			return nil
		}
		for _, f := range frames {
			if err := stream.Send(f); err != nil {
				return fmt.Errorf("sdk: send: %w", err)
			}
			o.recycle(f)
		}
	}
}

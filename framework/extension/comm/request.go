package comm

import (
	"errors"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Errors of [Request.Respond] and [Request.Refuse].
var (
	// ErrAnswered is returned for a request that has been answered.
	ErrAnswered = errors.New("the request has been answered already")
	// ErrWithdrawn is returned for a request whose code does not wait any more: its
	// time was over.
	ErrWithdrawn = errors.New("the code does not wait for the answer any more")
	// ErrClosed is returned for a request whose code was told to close.
	ErrClosed = errors.New("the code was told to close instead of being answered")
	// ErrEnded is returned for a request of an attempt that has ended.
	ErrEnded = scheduler.ErrTalkEnded
)

// Request is the value of comm-request. Copies are the same request. Its methods
// may be called from any goroutine, also when the callback has returned.
type Request[Said, Answer any] struct {
	Future  scheduler.AnyFuture
	Attempt int
	Data    Said

	of *request
}

// What has become of a request.
const (
	waiting int32 = iota
	answered
	withdrawn
	closed
	ended
)

// request is what is known of a request whatever its types.
type request struct {
	id     uint64
	format string // its content type
	talk   *scheduler.Talk
	state  atomic.Int32
	told   bool // of whoever calls callbacks
	forget func(id uint64)
}

// Respond answers the request. The error is [ErrAnswered], [ErrWithdrawn],
// [ErrClosed] or [ErrEnded] if that cannot be any more, and otherwise says why
// the answer does not encode or is too large: then the request is still open.
func (r Request[Said, Answer]) Respond(answer Answer) error {
	codec := task.MessageCodec[Answer](r.of.format)
	data, err := codec.Marshal(answer)
	if err != nil {
		return task.Errorf(task.KindEncode, "comm: the answer does not encode as %s: %v", codec.ContentType(), err)
	}
	return r.of.end(answered, task.Message{Payload: data, ContentType: codec.ContentType()})
}

// Refuse answers the request by an error, which the code's request returns as a
// *task.Error. Errors are those of [Request.Respond].
func (r Request[Said, Answer]) Refuse(why error) error {
	if why == nil {
		why = errors.New("refused")
	}
	return r.of.end(answered, task.Message{Err: task.Portable(why)})
}

// close tells the code that it is not answered, unless it was.
func (r *request) close(why string) {
	// Whoever has ended needs not be told.
	_ = r.end(closed, task.Message{Err: task.Errorf(task.KindCloseRequested, "the host cannot answer any more: %s", why)})
}

// end ends a request with a message to its code.
func (r *request) end(state int32, m task.Message) error {
	for !r.state.CompareAndSwap(waiting, state) {
		// Another answer may have been found not to be sendable meanwhile.
		if s := r.state.Load(); s != waiting {
			return [...]error{answered: ErrAnswered, withdrawn: ErrWithdrawn, closed: ErrClosed, ended: ErrEnded}[s]
		}
	}
	m.Kind, m.ID = task.MessageAnswer, r.id
	err := r.talk.Answer(m)
	switch {
	case errors.Is(err, ErrEnded):
		r.state.Store(ended)
	case err != nil:
		r.state.Store(waiting)
		return err
	}
	r.forget(r.id)
	return err
}

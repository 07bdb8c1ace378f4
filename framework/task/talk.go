package task

import (
	"context"
	"fmt"
	"time"
)

// Open tells the host that the code is going to talk, which it may do without.
// It is told once. The error is [ErrNotHeard] where nobody hears, [ErrClosed]
// after [Close] and when the code has returned, [ErrNoCall] where ctx belongs to
// no call, or the cause of ctx.
func Open(ctx context.Context) error {
	l := lineOf(ctx)
	if l == nil {
		return fmt.Errorf("open: %w", ErrNoCall)
	}
	if _, _, err := l.say(ctx, Message{Kind: MessageOpen}, false); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return nil
}

// Send tells the host v, which arrives before anything that the code says or
// returns later. It returns when v is on its way, and waits only if the host is
// far behind, see [MessageWindow]. Errors are those of [Open], and one of kind
// [KindEncode] if v does not encode or is larger than a message may be.
func Send[T any](ctx context.Context, v T) error {
	l := lineOf(ctx)
	if l == nil {
		return fmt.Errorf("send: %w", ErrNoCall)
	}
	m, err := encodeMessage(l, MessageData, v)
	if err == nil {
		_, _, err = l.say(ctx, m, false)
	}
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// Request asks the host for an answer to ask and waits for it, no longer than
// timeout; 0 is as long as ctx. Errors are those of [Send], [ErrNoAnswer] when
// the time is over, one that matches [ErrCloseRequested] if the host cannot
// answer any more, one of kind [KindDecode] if the answer does not decode, and
// the error with which the host has answered, as an [*Error].
func Request[Answer, Ask any](ctx context.Context, ask Ask, timeout time.Duration) (Answer, error) {
	var none Answer
	l := lineOf(ctx)
	if l == nil {
		return none, fmt.Errorf("request: %w", ErrNoCall)
	}
	m, err := encodeMessage(l, MessageRequest, ask)
	if err == nil {
		m, err = l.ask(ctx, m, timeout)
	}
	if err != nil {
		return none, fmt.Errorf("request: %w", err)
	}
	answer, err := DecodeMessage[Answer](m.Payload, m.ContentType)
	if err != nil {
		return none, fmt.Errorf("request: the answer: %w", err)
	}
	return answer, nil
}

// Close tells the host that the code will say nothing more. The host is told the
// same when the code returns, whether or not it has closed. Errors are those of
// [Open].
func Close(ctx context.Context) error {
	l := lineOf(ctx)
	if l == nil {
		return fmt.Errorf("close: %w", ErrNoCall)
	}
	if _, _, err := l.say(ctx, Message{Kind: MessageClose}, false); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// CloseAndWait is [Close], and waits until the host has dealt with all that the
// code has said, no longer than timeout; 0 is as long as ctx. Errors are those
// of [Request].
func CloseAndWait(ctx context.Context, timeout time.Duration) error {
	l := lineOf(ctx)
	if l == nil {
		return fmt.Errorf("close: %w", ErrNoCall)
	}
	if _, err := l.ask(ctx, Message{Kind: MessageClose}, timeout); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// ask posts a message and waits for the answer. The timeout counts from the
// beginning.
func (l *line) ask(ctx context.Context, m Message, timeout time.Duration) (Message, error) {
	bounded := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeoutCause(ctx, timeout, ErrNoAnswer)
		defer cancel()
	}
	answer, id, err := l.say(bounded, m, true)
	if err != nil {
		return Message{}, err
	}
	return l.await(bounded, answer, id)
}

func encodeMessage[T any](l *line, kind MessageKind, v T) (Message, error) {
	codec := MessageCodec[T](l.format)
	data, err := codec.Marshal(v)
	if err != nil {
		return Message{}, Errorf(KindEncode, "a %T does not encode as %s: %v", v, codec.ContentType(), err)
	}
	return Message{Kind: kind, Payload: data, ContentType: codec.ContentType()}, nil
}

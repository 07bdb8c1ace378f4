package task

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"runtime/debug"
)

// Kinds of failure that the framework itself gives to errors.
const (
	KindError       = "error"        // the code returned an error without a kind
	KindPanic       = "panic"        // the code panicked
	KindDecode      = "decode"       // the input did not decode
	KindEncode      = "encode"       // the output did not encode
	KindUnknownTask = "unknown-task" // no such task where the call arrived
	KindWorkerLost  = "worker-lost"  // the worker died while the code ran
	KindResultLost  = "result-lost"  // the code had finished, but its worker died before it told
	KindCancelled   = "cancelled"    // the code stopped because it was cancelled
	KindDeadline    = "deadline"     // the code's deadline passed

	KindWallLimit   = "wall-time-limit" // the code took longer than it may
	KindCPULimit    = "cpu-time-limit"  // the code used more processor time than it may
	KindMemoryLimit = "memory-limit"    // the code used more memory than it may

	// KindCloseRequested is that of a request of the code's which the host cannot
	// answer any more.
	KindCloseRequested = "close-requested"
)

// Error is the failure of a task as it crosses a process boundary: the text,
// the kind and the chain of the error that the code returned, not its value.
//
// errors.Is works with sentinels as if there were no boundary: an error in the
// chain matches a target of the same type and text, so that
// errors.Is(err, fs.ErrNotExist) holds where the code returned what os.Open
// gave it. errors.As finds *Error.
type Error struct {
	Kind         string // one of the kinds above, or the task's own ([WithKind])
	Message      string // the error's text
	Stack        string // of a panic
	NotRetryable bool   // see [NotRetryable]
	Causes       []Cause
}

// Cause is one error of the chain.
type Cause struct {
	Type string
	Text string
}

// Error returns the error's text.
func (e *Error) Error() string { return e.Message }

// Is reports whether target is a [Kind] that e has, or an error of the chain
// by type and text.
func (e *Error) Is(target error) bool {
	if k, ok := target.(Kind); ok {
		return e.Kind == string(k)
	}
	if len(e.Causes) == 0 {
		return false
	}
	want := causeOf(target)
	for _, c := range e.Causes {
		if c == want {
			return true
		}
	}
	return false
}

// Kind is a kind of failure as a target for errors.Is:
//
//	errors.Is(err, task.Kind("quota"))
type Kind string

// Error returns the kind.
func (k Kind) Error() string { return string(k) }

// WithKind gives err a kind of the task's own, which crosses process
// boundaries and is what policies and displays go by. It returns nil for a nil
// err.
func WithKind(kind string, err error) error {
	if err == nil {
		return nil
	}
	return &marked{err: err, kind: kind}
}

// NotRetryable marks err as one that a further attempt cannot mend. It returns
// nil for a nil err.
func NotRetryable(err error) error {
	if err == nil {
		return nil
	}
	return &marked{err: err, final: true}
}

// marked is an error with marks of [WithKind] and [NotRetryable].
type marked struct {
	err   error
	kind  string
	final bool
}

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }

func (m *marked) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && m.kind != "" && m.kind == string(k)
}

// IsRetryable reports whether a further attempt may mend err: it was not
// marked with [NotRetryable].
func IsRetryable(err error) bool { return err == nil || !describe(err).final }

// KindOf returns the kind of err: that of an [Error], the one given by
// [WithKind], or [KindError]. It is empty for a nil err.
func KindOf(err error) string {
	if err == nil {
		return ""
	}
	if k := describe(err).kind; k != "" {
		return k
	}
	return KindError
}

// Portable returns err as an [*Error], which is what crosses a process
// boundary. An *Error is returned as it is. It returns nil for a nil err.
//
// The methods of err are code of its author's. If one of them panics, as those
// of a nil pointer in an error do, the error returned is that panic, with its
// stack.
func Portable(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok && e != nil {
		return e
	}
	return describe(err).portable()
}

// sound returns err if its methods can be called, and otherwise the panic that
// they end in.
func sound(err error) error {
	if err == nil {
		return nil
	}
	if d := describe(err); d.broken {
		return d.portable()
	}
	return err
}

// maxCauses bounds how much of a chain crosses a boundary.
const maxCauses = 32

type description struct {
	text   string
	kind   string
	final  bool
	stack  string
	causes []Cause
	broken bool // a method of the error panicked
}

func (d description) portable() *Error {
	e := &Error{Kind: d.kind, Message: d.text, Stack: d.stack, NotRetryable: d.final, Causes: d.causes}
	if e.Kind == "" {
		e.Kind = KindError
	}
	return e
}

// describe walks the tree of errors that err wraps, outermost first. It calls
// all methods that package errors would.
func describe(err error) (d description) {
	asked := err // whose methods are called
	defer func() {
		if v := recover(); v != nil {
			d.broken, d.kind, d.stack = true, KindPanic, string(debug.Stack())
			d.text = fmt.Sprintf("panic: %v (in a method of the error that was returned, %s)", v, whatIs(asked))
		}
	}()
	var walk func(error)
	walk = func(err error) {
		if err == nil || len(d.causes) >= maxCauses {
			return
		}
		asked = err
		switch e := err.(type) {
		case *marked:
			if d.kind == "" {
				d.kind = e.kind
			}
			d.final = d.final || e.final
			walk(e.err)
			return
		case *Error:
			if d.kind == "" {
				d.kind = e.Kind
			}
			if d.stack == "" {
				d.stack = e.Stack
			}
			d.final = d.final || e.NotRetryable
			d.causes = append(d.causes, e.Causes...)
			return
		}
		d.causes = append(d.causes, causeOf(err))
		d.causes = append(d.causes, sentinelsOf(err)...)
		if e, ok := err.(interface{ As(any) bool }); ok {
			e.As(new(*Error)) // only whether it panics is of interest
		}
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, err := range e.Unwrap() {
				walk(err)
			}
		}
	}
	walk(err)
	asked = err
	d.text = err.Error()
	return d
}

// whatIs names an error that cannot tell its text.
func whatIs(err error) string {
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Sprintf("a nil %T: return nil itself where there is no error", err)
	}
	return fmt.Sprintf("a %T", err)
}

// sentinelsOf returns the standard library's sentinels that err says it is
// without wrapping them, as the error numbers of system calls do.
func sentinelsOf(err error) (out []Cause) {
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return nil
	}
	for _, known := range [...]error{fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, errors.ErrUnsupported, context.DeadlineExceeded} {
		if e.Is(known) {
			out = append(out, causeOf(known))
		}
	}
	return out
}

func causeOf(err error) Cause {
	return Cause{Type: reflect.TypeOf(err).String(), Text: err.Error()}
}

// Errorf returns an [*Error] of that kind. It wraps nothing.
func Errorf(kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// IsKind reports whether err has that kind.
func IsKind(err error, kind string) bool {
	if KindOf(err) == kind {
		return true
	}
	return !describe(err).broken && errors.Is(err, Kind(kind))
}

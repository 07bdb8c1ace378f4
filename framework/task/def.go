package task

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
)

// Def is the definition of a task: how it is called, what it takes and what it
// gives. A Def is never changed; the methods that alter it return a copy. It is
// safe for use from any goroutine.
type Def[In, Out any] struct {
	code     string // what a plugin knows the code by
	name     string // what the scheduler calls the task
	executor string // where it runs, empty for wherever the code is
	in, out  Codec
	cbor     bool // see CBOR
	fn       func(context.Context, In) (Out, error)
}

// New returns the definition of a task whose code is fn. It panics without a
// name or function.
func New[In, Out any](name string, fn func(ctx context.Context, in In) (Out, error)) *Def[In, Out] {
	if fn == nil {
		panic(fmt.Sprintf("task: %q needs a function, not nil", name))
	}
	d := Named[In, Out](name)
	d.fn = fn
	return d
}

// Named returns the definition of a task whose code is elsewhere: in a plugin
// that this program does not link. It panics without a name.
func Named[In, Out any](name string) *Def[In, Out] {
	if name == "" {
		panic("task: a task needs a name")
	}
	return &Def[In, Out]{code: name, name: name, in: defaultCodec[In](), out: defaultCodec[Out]()}
}

// As returns a definition of the same code under another name, so that one
// scheduler can have several tasks that run it.
func (d *Def[In, Out]) As(name string) *Def[In, Out] {
	if name == "" {
		panic("task: a task needs a name")
	}
	c := *d
	c.name = name
	return &c
}

// On returns a definition that runs on the executor of that name only, for
// programs in which several executors have code of one name.
func (d *Def[In, Out]) On(executor string) *Def[In, Out] {
	c := *d
	c.executor = executor
	return &c
}

// CBOR returns a definition whose payloads are CBOR (RFC 8949), which unlike
// JSON has NaN, infinities and byte strings; so are messages that its code
// sends. Both sides must agree on it; raw bytes and protobuf messages stay what
// they are.
func (d *Def[In, Out]) CBOR() *Def[In, Out] {
	c := *d
	c.cbor = true
	if c.in.ContentType() == ContentJSON {
		c.in = cborCodec{}
	}
	if c.out.ContentType() == ContentJSON {
		c.out = cborCodec{}
	}
	return &c
}

// Name returns the name of the task, by default that of its code.
func (d *Def[In, Out]) Name() string { return d.name }

// Code returns the name under which plugins know the code.
func (d *Def[In, Out]) Code() string { return d.code }

// Executor returns the name given to [Def.On], empty for none.
func (d *Def[In, Out]) Executor() string { return d.executor }

// Linked reports whether the code is part of this program.
func (d *Def[In, Out]) Linked() bool { return d.fn != nil }

// InputCodec returns the codec of inputs.
func (d *Def[In, Out]) InputCodec() Codec { return d.in }

// OutputCodec returns the codec of outputs.
func (d *Def[In, Out]) OutputCodec() Codec { return d.out }

// InputType returns the Go type of inputs.
func (d *Def[In, Out]) InputType() reflect.Type { return reflect.TypeFor[In]() }

// OutputType returns the Go type of outputs.
func (d *Def[In, Out]) OutputType() reflect.Type { return reflect.TypeFor[Out]() }

// Call runs the code here, unless ctx's deadline has passed: that is an error
// of kind [KindDeadline]. A panic comes back as an [*Error] of kind [KindPanic]
// with its stack; so does an error whose methods panic.
func (d *Def[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	out, err := d.call(ctx, in)
	return out, sound(err)
}

func (d *Def[In, Out]) call(ctx context.Context, in In) (out Out, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicError(v)
		}
	}()
	if err := ctx.Err(); errors.Is(err, context.DeadlineExceeded) {
		return out, TooLate()
	}
	if d.cbor {
		if c := callOf(ctx); c != nil {
			c.way.format = ContentCBOR
		}
	}
	return d.fn(ctx, in)
}

// TooLate returns the error, of kind [KindDeadline], of code that has not begun
// by its deadline and never will.
func TooLate() error {
	return WithKind(KindDeadline, fmt.Errorf("deadline passed before the code began: %w", context.DeadlineExceeded))
}

// Serve runs the code here on an encoded input and returns the encoded output.
// Worker processes call it. Every error it returns is an [*Error].
func (d *Def[In, Out]) Serve(ctx context.Context, payload []byte) ([]byte, error) {
	var in In
	if err := d.in.Unmarshal(payload, &in); err != nil {
		return nil, Errorf(KindDecode, "task %s: input does not decode as %v (%s): %v", d.code, d.InputType(), d.in.ContentType(), err)
	}
	out, err := d.call(ctx, in)
	if err != nil {
		return nil, Portable(err)
	}
	data, err := Encode(d.out, &out)
	if err != nil {
		return nil, Errorf(KindEncode, "task %s: output does not encode as %s: %v", d.code, d.out.ContentType(), err)
	}
	return data, nil
}

// PluginPart marks a definition as something that a plugin is made of; see
// sdk.Serve.
func (d *Def[In, Out]) PluginPart() {}

// Code is a definition whatever its types, as worker processes see it.
type Code interface {
	Code() string
	InputCodec() Codec
	OutputCodec() Codec
	InputType() reflect.Type
	OutputType() reflect.Type
	Linked() bool
	Serve(ctx context.Context, payload []byte) ([]byte, error)
}

// panicError turns what a panic was called with into an error.
func panicError(v any) *Error {
	e := &Error{Kind: KindPanic, Message: fmt.Sprintf("panic: %v", v), Stack: string(debug.Stack())}
	if err, ok := v.(error); ok {
		e.Causes = describe(err).causes
	}
	return e
}

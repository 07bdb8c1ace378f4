package plugin

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/column"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	"github.com/signalbox-go/signalbox/framework/wire/ledger"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// errCancelled is the cause of a task's context when the host has cancelled it.
var errCancelled = errors.New("cancelled by the host")

// errHostGone is the cause of a task's context when the session has ended.
var errHostGone = errors.New("the host has ended the session")

// assignment is one task that the worker holds.
type assignment struct {
	seq      uint64
	code     task.Code // nil if the plugin does not have it
	name     string
	input    []byte
	format   string // content type of input; empty for that of the code
	future   uint64
	deadline int64 // Unix time in nanoseconds, 0 for none
	attempt  int
	heard    bool // what its code says
}

// worker serves one session: one goroutine reads, one runs tasks, one sends.
type worker struct {
	codes  []task.Code // by index of Hello.tasks
	names  []string
	number int
	base   context.Context // of the tasks' contexts
	opened time.Time
	stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]
	ledger *ledger.Writer // nil for none
	out    *outbox
	idle   chan struct{} // closed when the runner has ended
	floor  []byte        // see newFloor; the runner's

	mu      sync.Mutex
	ready   sync.Cond
	held    []assignment
	head    int                     // of held
	running uint64                  // sequence number of what runs, or ran last
	cancel  context.CancelCauseFunc // of what runs, nil for nothing
	ctx     context.Context         // of what runs, or ran last
	drain   bool
	ended   bool
	let     time.Duration // by the clock, when the runner last let others have the processor
}

func newWorker(base context.Context, p *Plugin, hello *pb.Hello, stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]) (*worker, []uint32) {
	w := &worker{
		base:   base,
		opened: time.Now(),
		names:  hello.GetTasks(),
		number: int(hello.GetWorker()),
		stream: stream,
		out:    newOutbox(int(hello.GetMaxMessageBytes())),
		idle:   make(chan struct{}),
	}
	w.ready.L = &w.mu
	var unknown []uint32
	for i, name := range hello.GetTasks() {
		c := p.find(name)
		if c == nil {
			unknown = append(unknown, uint32(i))
		}
		w.codes = append(w.codes, c)
	}
	return w, unknown
}

// shutdownGrace is how long a task may still run after the host has ended the
// session.
const shutdownGrace = time.Second

// serve serves the session until the host ends it.
func (w *worker) serve() error {
	go w.run()
	sent := make(chan error, 1)
	go func() { sent <- w.out.sendAll(w.stream) }()
	err := w.receive()

	w.mu.Lock()
	w.ended = true
	w.held, w.head = nil, 0
	if w.cancel != nil {
		w.cancel(errHostGone)
	}
	w.mu.Unlock()
	w.ready.Broadcast()
	select {
	case <-w.idle:
	case <-time.After(shutdownGrace):
	}
	w.out.close()
	select {
	case <-sent:
	case <-time.After(shutdownGrace):
	}
	return err
}

// receive handles requests until the stream ends.
func (w *worker) receive() error {
	return receive(w.stream, func(req *pb.SessionRequest) error {
		if from := req.GetRecallFrom(); from > 0 {
			w.recall(from)
		}
		for _, seq := range req.GetCancel() {
			w.cancelRunning(seq)
		}
		if err := w.hold(req.GetTasks()); err != nil {
			return err
		}
		if req.GetDrain() {
			w.mu.Lock()
			w.drain = true
			w.mu.Unlock()
			w.ready.Broadcast()
		}
		if n := req.GetPing(); n > 0 {
			w.out.pong(n)
		}
		return w.deliver(req.GetMessages())
	})
}

// receive hands every request of a session to handle until the stream ends.
func receive(stream grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse], handle func(*pb.SessionRequest) error) error {
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = handle(req)
		}
		if err != nil {
			return err
		}
	}
}

// recall gives back what has not begun from a sequence number on.
func (w *worker) recall(from uint64) {
	answer := &pb.Returned{From: from}
	w.mu.Lock()
	keep := len(w.held)
	for keep > w.head && w.held[keep-1].seq >= from {
		keep--
	}
	for _, a := range w.held[keep:] {
		answer.Seq = append(answer.Seq, a.seq)
	}
	clear(w.held[keep:])
	w.held = w.held[:keep]
	w.mu.Unlock()
	w.out.returned(answer)
}

func (w *worker) cancelRunning(seq uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil && w.running == seq {
		w.cancel(errCancelled)
	}
}

// hold puts tasks behind those that are held.
func (w *worker) hold(t *pb.Tasks) error {
	n := len(t.GetSize())
	if n == 0 {
		return nil
	}
	if !column.Fits(t.GetContentType(), n) {
		return status.Errorf(codes.InvalidArgument, "%d tasks with %d content types", n, len(t.GetContentType()))
	}
	inputs := t.GetInputs()
	batch := make([]assignment, n)
	for i := range batch {
		size := t.GetSize()[i]
		if size > uint64(len(inputs)) {
			return status.Errorf(codes.InvalidArgument, "task %d claims %d bytes of %d", i, size, len(inputs))
		}
		a := assignment{seq: t.GetFirst() + uint64(i), input: inputs[:size:size], attempt: 1}
		inputs = inputs[size:]
		index, ok := column.At(t.GetTask(), n, i)
		if !ok || int(index) >= len(w.codes) {
			return status.Errorf(codes.InvalidArgument, "task %d has no name", i)
		}
		a.code, a.name = w.codes[index], w.names[index]
		a.format, _ = column.At(t.GetContentType(), n, i)
		if len(t.GetFuture()) == n {
			a.future = t.GetFuture()[i]
		}
		if len(t.GetDeadlineUnixNano()) == n {
			a.deadline = t.GetDeadlineUnixNano()[i]
		}
		if attempt, ok := column.At(t.GetAttempt(), n, i); ok {
			a.attempt = int(attempt)
		}
		a.heard, _ = column.At(t.GetHeard(), n, i)
		batch[i] = a
	}
	w.mu.Lock()
	if w.head > 0 {
		w.held = append(w.held[:0], w.held[w.head:]...)
		w.head = 0
	}
	w.held = append(w.held, batch...)
	w.mu.Unlock()
	w.ready.Signal()
	return nil
}

// run runs what is held, in order, until the session ends.
func (w *worker) run() {
	finished := false
	defer func() {
		if finished {
			close(w.idle)
			return
		}
		// Code called runtime.Goexit, which ends this goroutine and no other.
		task.Disconnect(w.ctx)
		w.report(w.running, nil, "", task.Errorf(task.KindPanic, "the code called runtime.Goexit"), 0)
		go w.run()
	}()
	for {
		a, ctx := w.take()
		if ctx == nil {
			finished = true
			return
		}
		if w.floor == nil {
			// Not earlier: it makes the collector run, and a process that starts has
			// other things to do.
			w.floor = newFloor()
		}
		w.serveOne(ctx, &a)
	}
}

// take waits for a task and makes it the one that runs, so that from then on
// it is cancelled and not given back. The context is nil when the session has
// ended.
func (w *worker) take() (assignment, context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil {
		w.cancel(nil) // frees what hangs on the context of the last task
		w.cancel = nil
	}
	for w.head == len(w.held) {
		if w.ended {
			return assignment{}, nil
		}
		if w.drain {
			w.drain = false
			w.out.drained()
		}
		w.held, w.head = w.held[:0], 0
		w.ready.Wait()
		w.let = w.clock()
	}
	a := w.held[w.head]
	w.held[w.head] = assignment{}
	w.head++
	ctx, cancel := w.contextOf(&a)
	task.Connect(ctx, a.heard, w.out, a.seq)
	w.running, w.ctx, w.cancel = a.seq, ctx, cancel
	return a, ctx
}

// serveOne runs one task.
func (w *worker) serveOne(ctx context.Context, a *assignment) {
	if w.ledger != nil {
		w.ledger.Start(a.seq)
	}
	began := w.clock()
	var out []byte
	format, err := a.formats()
	if err == nil {
		out, err = a.code.Serve(ctx, a.input)
	}
	ended := w.clock()
	task.Disconnect(ctx)
	w.report(a.seq, out, format, task.Classify(ctx, err), ended-began)
	if since := ended - w.let; since > tellAfter || since > tellSoon && w.left(ended-began) < tellAfter {
		w.letOthers(ended)
	}
}

// left returns how long what is held will take if each task takes that long.
func (w *worker) left(each time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(len(w.held)-w.head) * each
}

// clock returns the time since the session began. It takes half as long as to ask
// for the time of day as well.
func (w *worker) clock() time.Duration { return time.Since(w.opened) }

// How long results may wait while the next task's code has the processor, if that
// ends in time: tellSoon if what is held is over before they would be told, so that
// the host may send more. Each frame costs the host 60 µs of a processor's time.
const (
	tellSoon  = 2 * time.Millisecond
	tellAfter = 4 * time.Millisecond
)

// letOthers gives the processor, which may be this process's only one, to those
// who send and receive: first what hands a frame over, then what gRPC writes with,
// which lets others go before it once, in case they have more.
func (w *worker) letOthers(now time.Duration) {
	for range 3 {
		runtime.Gosched()
	}
	w.let = now
}

// report tells the host how a task ended: first by the ledger, where it finds it
// should this process die before it is sent.
func (w *worker) report(seq uint64, out []byte, format string, err error, elapsed time.Duration) {
	if err == nil {
		err = w.out.fits(out)
	}
	var fail *pb.Failure
	if err != nil {
		out, format, fail = nil, "", failure.FromError(err)
	}
	if w.ledger != nil {
		// An error may be that the session has ended, which the host knows better.
		if fail == nil || !w.hasEnded() {
			w.ledger.Keep(ledger.Result{Seq: seq, Elapsed: elapsed, ContentType: format, Output: out, Failure: encoded(fail)})
		}
		w.ledger.Finish(seq)
	}
	w.out.result(seq, out, format, fail, elapsed)
}

func (w *worker) hasEnded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// encoded returns a failure for the ledger, nil for none.
func encoded(f *pb.Failure) []byte {
	if f == nil {
		return nil
	}
	data, err := proto.Marshal(f)
	if err != nil {
		return nil // no text in it is invalid: FromError sees to that
	}
	return data
}

// formats returns the content type of the output, or why the code cannot be
// called.
func (a *assignment) formats() (output string, err error) {
	if a.code == nil {
		return "", task.Errorf(task.KindUnknownTask, "the plugin has no task %q", a.name)
	}
	output = a.code.OutputCodec().ContentType()
	if takes := a.code.InputCodec().ContentType(); a.format != "" && a.format != takes {
		return output, task.Errorf(task.KindDecode, "task %s: input came as %s, expected %s: give both sides the same definition", a.name, a.format, takes)
	}
	return output, nil
}

func (w *worker) contextOf(a *assignment) (context.Context, context.CancelCauseFunc) {
	var deadline time.Time
	if a.deadline != 0 {
		deadline = time.Unix(0, a.deadline)
	}
	return task.Context(w.base, task.Info{Task: a.name, Future: a.future, Attempt: a.attempt, Worker: w.number}, deadline)
}

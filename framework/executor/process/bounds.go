package process

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

const (
	// gaugeCalls and gaugeBound are how old what is known of a worker's memory may
	// be when it is given a call with a limit of memory, and otherwise.
	gaugeCalls = 25 * time.Millisecond
	gaugeBound = 50 * time.Millisecond
)

// bounds are what one process of a worker may be given and hold, and what is
// known of that. They are guarded by Executor.mu.
type bounds struct {
	most     uint64 // how many calls the process may be sent
	unfit    bool   // it is sent nothing until it is replaced
	retiring bool   // it is being replaced
	retired  bool   // it has been: it ends when it has ended its calls
	goesOn   bool   // it could not be replaced

	over map[uint64]*overrun // calls that have reached a limit
	stop backstop
	base struct { // what it held when it was sent a call while it did nothing
		seq   uint64
		bytes int64
	}

	meter  *osproc.Meter // of the sender
	gauged time.Time     // when it was looked at what it holds
	held   int64
	beside int64 // what its group holds besides, as a watcher found
	birth  int64 // what it held before its first call
}

// newBounds are those of a new process.
func newBounds(c config) bounds {
	b := bounds{most: math.MaxUint64}
	if n := c.maxTasks; n > 0 {
		b.most = uint64(n - rand.IntN(n/4+1))
	}
	return b
}

// quota returns how many more calls the process may be sent.
func (w *worker) quota() int {
	if w.goesOn {
		return math.MaxInt
	}
	return int(min(w.most-min(w.sent, w.most), math.MaxInt32))
}

// spent has a process that has been sent all that it may be sent replaced.
func (w *worker) spent() {
	if w.quota() == 0 {
		w.unfit = true
		w.retire("it has been given its number of calls")
	}
}

// outgrown has a process that holds more than it may replaced. It goes on in the
// meantime.
func (w *worker) outgrown() {
	if w.cfg.maxRSS > 0 && w.begun && w.gauge(gaugeBound) > w.cfg.maxRSS {
		w.retire("it holds " + scheduler.Bytes(w.held).String() + " of memory")
	}
}

// suits reports whether the process may be sent a call. One that holds more than
// half of the memory that the call may use is replaced first, unless it was born
// with that.
func (w *worker) suits(c *scheduler.Call) bool {
	half := c.Limits().Memory / 2
	if half == 0 || w.goesOn {
		return true
	}
	held := w.gauge(gaugeCalls)
	if !w.begun {
		w.birth = held
	}
	if held <= half || w.birth > half || !w.begun {
		return true
	}
	w.unfit = true
	w.retire("it holds " + scheduler.Bytes(held).String() + " of memory, more than half of what the next call may use")
	return false
}

// prepare is called before a call is sent.
func (w *worker) prepare(c *scheduler.Call) {
	l := c.Limits()
	w.liftBackstop(w.proc)
	if l == (scheduler.Limits{}) {
		return
	}
	if l.Memory > 0 && w.window.len == 0 && w.unhurried() {
		w.gauge(0)
		w.base.seq, w.base.bytes = w.window.next(), w.held-w.beside
	}
	w.e.watchLimits()
}

// unhurried reports whether the worker's calls take so long that looking at what
// it holds before each is nothing.
func (w *worker) unhurried() bool { return !w.pace.known || w.pace.mean > float64(gaugeBound)/10 }

// gauge returns what the worker's group holds, as it was known no longer ago
// than that. It does not see programs that have been started since a watcher saw
// them.
func (w *worker) gauge(age time.Duration) int64 {
	if !w.gauged.IsZero() && time.Since(w.gauged) < age {
		return w.held
	}
	if held, ok := w.proc.Held(); ok {
		w.gauged, w.held, w.beside = time.Now(), held, 0
		return w.held
	}
	if w.meter == nil {
		w.meter = &osproc.Meter{}
	}
	u, err := w.meter.Glance(w.proc.PID())
	if err != nil {
		return w.held // it has ended, which is being told
	}
	w.gauged, w.held = time.Now(), u.Memory+w.beside
	return w.held
}

package job

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// flushEvery is how old a line may get before it is in the file, while lines
// are being written.
const flushEvery = time.Second

// results writes one line for every future that ends. Only the scheduler's
// callbacks, and whoever comes after the run, use it.
type results struct {
	output *output
	file   *os.File
	made   bool // the file was not there before
	buf    *bufio.Writer
	line   []byte
	lines  int
	fresh  time.Time // when the file was last up to date
	err    error     // the first that occurred
	failed func(error)
}

// openResults opens the file without emptying it, which a run does when it has
// started: one that cannot start leaves the results of the last one alone.
func openResults(o *output) (*results, error) {
	f, err := os.OpenFile(o.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	made := err == nil
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(o.path, os.O_CREATE|os.O_WRONLY, 0o666)
	}
	if err != nil {
		return nil, fmt.Errorf("job: the results cannot be written: %w", err)
	}
	return &results{output: o, file: f, made: made, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// discard closes the file of a run that did not start.
func (r *results) discard() error {
	err := r.close()
	if r.made {
		err = errors.Join(err, os.Remove(r.output.path))
	}
	return err
}

// begin has the file emptied when the run of s has started, and then writes
// what s tells. It comes before all others that subscribe to on_start. failed
// is called once, by a callback, if something does not succeed.
func (r *results) begin(s *scheduler.Scheduler, failed func(error)) {
	r.failed = failed
	s.OnStart.Do(r.empty, event.Hidden())
	s.OnFutureResult.Do(func(e scheduler.FutureResult) { r.write(e.Future, nil) }, event.Hidden())
	s.OnFutureException.Do(func(e scheduler.FutureException) { r.write(e.Future, e.Err) }, event.Hidden())
	s.OnFutureCancelled.Do(func(e scheduler.FutureCancelled) { r.write(e.Future, e.Err) }, event.Hidden())
	s.OnFinishing.Do(r.flush, event.Hidden())
}

// empty leaves pipes and devices as they are.
func (r *results) empty() {
	r.fresh = time.Now()
	info, err := r.file.Stat()
	if err == nil && info.Mode().IsRegular() {
		err = r.file.Truncate(0)
	}
	if err != nil {
		r.fail(err)
	}
}

func (r *results) write(f scheduler.AnyFuture, err error) {
	if r.err != nil || !r.output.wants(f.Task()) {
		return
	}
	in, _ := f.Input().(json.RawMessage)
	out := append(r.line[:0], `{"task":`...)
	out = appendString(out, f.Task())
	out = append(append(out, `,"input":`...), in...)
	if err != nil {
		out = appendString(append(out, `,"error":`...), err.Error())
		if errors.Is(err, scheduler.ErrCancelled) {
			out = append(out, `,"cancelled":true`...)
		}
	} else {
		result, _ := f.Value().(json.RawMessage)
		out = appendCompact(append(out, `,"result":`...), result)
	}
	r.line = append(out, '}', '\n')
	if _, err := r.buf.Write(r.line); err != nil {
		r.fail(err)
		return
	}
	r.lines++
	if time.Since(r.fresh) > flushEvery {
		r.flush()
	}
}

// appendCompact appends JSON on one line.
func appendCompact(out []byte, data json.RawMessage) []byte {
	if len(data) == 0 {
		return append(out, "null"...)
	}
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(data, '\r') < 0 {
		return append(out, data...)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, data); err != nil {
		panic(err) // it was decoded as JSON before
	}
	return append(out, line.Bytes()...)
}

func (r *results) flush() {
	if r.err != nil {
		return
	}
	if err := r.buf.Flush(); err != nil {
		r.fail(err)
	}
	r.fresh = time.Now()
}

func (r *results) fail(err error) {
	r.err = fmt.Errorf("job: the results cannot be written: %w", err)
	if r.failed != nil {
		r.failed(r.err)
	}
}

// close returns the first error that occurred.
func (r *results) close() error {
	r.failed = nil
	r.flush()
	if err := r.file.Close(); err != nil && r.err == nil {
		r.fail(err)
	}
	return r.err
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Bounds of what is read ahead: inputs, and bytes of them. The former suffices
// for workers to be handed whole batches.
const (
	mapAhead      = 1024
	mapAheadBytes = process.DefaultMaxMessage
)

// mapping is one map.
type mapping struct {
	s    *scheduler.Scheduler
	task *scheduler.Task[json.RawMessage, json.RawMessage]
	in   *mapInput
	out  *mapOutput
	halt haltRule

	mu      sync.Mutex
	room    *sync.Cond
	flight  int // inputs that were read and not written
	bytes   int
	stopped bool

	done chan mapOutcome // never full
	read chan error      // why no more is read, once

	// Of the goroutine that runs it.
	failed, cancelled int
	first             error          // the first failure, with its line
	halted            bool           // by failures
	lost              bool           // what comes now, as nothing can be written any more
	broken            scheduler.Exit // how the run ended
}

func newMapping(s *scheduler.Scheduler, t *scheduler.Task[json.RawMessage, json.RawMessage], in *mapInput, out *mapOutput, halt haltRule) *mapping {
	m := &mapping{s: s, task: t, in: in, out: out, halt: halt, done: make(chan mapOutcome, mapAhead), read: make(chan error, 1)}
	m.room = sync.NewCond(&m.mu)
	return m
}

// Stop has no more read. What runs is completed, what waits is cancelled.
func (m *mapping) Stop(message string) {
	m.close()
	m.s.StopWith(message, nil)
	m.s.CancelWaiting(errors.New(message))
}

// Kill is Stop for those who do not wait for what runs.
func (m *mapping) Kill(message string) {
	m.close()
	m.s.Kill(message, errors.New(message))
}

func (m *mapping) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stopped {
		m.stopped = true
		m.read <- nil
		m.room.Broadcast()
	}
}

// feed reads inputs and submits them. It may be left waiting for input when the
// map is over.
func (m *mapping) feed() {
	for place := 0; m.wait(); place++ {
		value, wrong, err := m.in.next()
		if err != nil {
			m.end(err)
			return
		}
		o := mapOutcome{place: place, line: m.in.line, input: value, err: wrong}
		if !m.enter(len(value)) {
			return
		}
		if wrong != nil {
			m.done <- o
			continue
		}
		f, err := m.submit(value)
		if err != nil {
			if !m.open() {
				err = scheduler.ErrCancelled // the run has ended meanwhile
			}
			o.err = err
			m.done <- o
			continue
		}
		f.OnDone(func(f *scheduler.Future[json.RawMessage]) {
			o.result, o.err, _ = f.Result()
			m.done <- o
		})
	}
}

// wait waits for room, and reports false if no more is to be read.
// submit submits an input, unless the map has been stopped: what is submitted to a
// run that has ended is refused, and told in its log.
func (m *mapping) submit(value json.RawMessage) (*scheduler.Future[json.RawMessage], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return nil, scheduler.ErrCancelled
	}
	return m.task.Submit(value)
}

func (m *mapping) wait() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.stopped && (m.flight >= mapAhead || m.bytes >= mapAheadBytes) {
		m.room.Wait()
	}
	return !m.stopped
}

func (m *mapping) enter(bytes int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return false
	}
	m.flight++
	m.bytes += bytes
	return true
}

func (m *mapping) open() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.stopped
}

// end tells that there is no more to read.
func (m *mapping) end(err error) {
	if errors.Is(err, io.EOF) {
		err = nil
	} else {
		err = fmt.Errorf("the input cannot be read: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stopped {
		m.stopped = true
		m.read <- err
	}
}

// errOutput marks errors of writing.
var errOutput = errors.New("the output cannot be written")

// run maps, with a scheduler that runs, until ended is closed or nothing is left
// to be done. Its error says what was not read or written.
func (m *mapping) run(ended <-chan struct{}) error {
	go m.feed()
	var unread, unwritten error
	read := m.read
	for read != nil || m.pending() > 0 {
		if len(m.done) == 0 && unwritten == nil {
			unwritten = m.flush()
		}
		select {
		case o := <-m.done:
			unwritten = errors.Join(unwritten, m.written(m.take(o)))
			continue
		case unread = <-read:
			read = nil
		case <-ended:
			m.close()
			for len(m.done) > 0 { // all that will come
				unwritten = errors.Join(unwritten, m.written(m.take(<-m.done)))
			}
			return errors.Join(unread, unwritten, m.flush())
		}
	}
	return errors.Join(unread, unwritten, m.flush())
}

func (m *mapping) flush() error { return m.written(m.out.w.Flush()) }

// written ends the map if something could not be written.
func (m *mapping) written(err error) error {
	if err == nil || m.lost {
		return nil
	}
	m.lost = true
	err = fmt.Errorf("%w: %w", errOutput, err)
	m.Kill(err.Error())
	return err
}

// take counts an outcome and has it written.
func (m *mapping) take(o mapOutcome) error {
	switch {
	case cancelled(o.err):
		m.cancelled++
	case o.err != nil:
		m.failed++
		if m.first == nil {
			m.first = fmt.Errorf("line %d: %w", o.line, o.err)
		}
		if m.halt.fails > 0 && m.failed == m.halt.fails {
			m.halted = true
			m.stop()
		}
	}
	if m.lost {
		m.leave(o)
		return nil
	}
	return m.out.put(o, m.leave)
}

// leave makes room for further inputs when an outcome is dealt with.
func (m *mapping) leave(o mapOutcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flight--
	m.bytes -= len(o.input)
	m.room.Signal()
}

// haltText is why a map was ended by failures.
const haltText = "stopped by --halt"

// stop follows the rule of --halt.
func (m *mapping) stop() {
	if m.halt.now {
		m.Kill(haltText)
		return
	}
	m.Stop(haltText)
}

func cancelled(err error) bool { return errors.Is(err, scheduler.ErrCancelled) }

// finish runs the map and ends its scheduler.
func (m *mapping) finish() error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.broken, _ = m.s.Wait()
	}()
	err := m.run(ended)
	m.s.Stop()
	<-ended
	return err
}

// exit makes an error with the exit code of how the map ended, nil if all is
// well.
func (m *mapping) exit(err error, interrupted bool) error {
	code := job.CodeGood
	switch {
	case interrupted:
		code = job.CodeInterrupted
	case m.halted, errors.Is(err, errOutput):
		code = job.CodeStopped
	case m.failed > 0, err != nil, m.cancelled > 0, m.broken.Err != nil:
		code = job.CodeFailed
	}
	if code == job.CodeGood {
		return nil
	}
	if errors.Is(err, syscall.EPIPE) {
		return &codeError{code: code} // whoever reads has had enough
	}
	var texts []string
	switch {
	case m.halted:
		texts = append(texts, haltText)
	case m.broken.Err != nil && !m.lost && !interrupted:
		texts = append(texts, m.broken.Err.Error())
	}
	if err != nil {
		texts = append(texts, err.Error())
	}
	if m.failed > 0 {
		texts = append(texts, fmt.Sprintf("inputs that failed: %d; the first: %v", m.failed, m.first))
	}
	if m.cancelled > 0 {
		texts = append(texts, fmt.Sprintf("inputs that had been read and were cancelled: %d", m.cancelled))
	}
	if len(texts) == 0 {
		return &codeError{code: code}
	}
	return &codeError{code: code, err: errors.New(strings.Join(texts, "\n"))}
}

// pending returns how many inputs were read and not dealt with.
func (m *mapping) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flight
}

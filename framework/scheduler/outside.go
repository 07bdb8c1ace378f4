package scheduler

import (
	"bytes"
	"errors"
	"runtime"
	"strconv"
)

// ErrInCallback is returned where a callback calls what would wait for that
// callback to return.
var ErrInCallback = errors.New("called inside a callback, for which it would wait: call it on another goroutine, or use Start")

// put adds an item to the scheduler's inbox.
func (s *Scheduler) put(it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox.put(it)
}

// drain tells first and then what is in the inbox outside a run, until nothing
// is left or a run takes over. It has a goroutine of its own; if a callback ends
// that, another one goes on.
func (s *Scheduler) drain(first items) {
	s.driver.Store(goroutine())
	var batch []item
	next, returned := 0, false
	defer func() {
		if !returned {
			s.stray = append(s.stray, ErrGoexit)
			s.reportStray()
			go s.drain(first.behind(batch[next:]))
		}
	}()
	for {
		for next < len(batch) {
			next++
			s.tell(&batch[next-1])
			s.reportStray()
		}
		s.mu.Lock()
		if batch != nil {
			s.inbox.recycle(batch)
		}
		if batch, next = first.takeChunk(), 0; batch == nil {
			batch = s.inbox.takeOutside()
		}
		s.tick()
		if batch == nil {
			s.inbox.driven = s.inbox.handover != nil
			if s.inbox.driven {
				close(s.inbox.handover)
				s.inbox.handover = nil
			}
			s.mu.Unlock()
			returned = true
			return
		}
		s.mu.Unlock()
	}
}

// inCallback reports whether the calling goroutine is the one that calls the
// scheduler's callbacks.
func (s *Scheduler) inCallback() bool {
	s.mu.Lock()
	driven := s.inbox.driven
	s.mu.Unlock()
	return driven && s.driver.Load() == goroutine()
}

// goroutine returns the number of the calling goroutine, which no other has or
// will have. It takes microseconds: it is for what is called once a run.
func goroutine() uint64 {
	var buf [32]byte
	// goroutine 123 [running]: ...
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	n, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return n
}

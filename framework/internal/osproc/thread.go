package osproc

import (
	"runtime"
	"sync"
)

// forkThread is process-wide because what it guards is: the one thread that is
// the parent of all children, in the eyes of the kernel's parent-death signal.
var forkThread thread

// thread runs functions on one OS thread, which exists while it is held.
type thread struct {
	mu   sync.Mutex
	held int
	jobs chan func()
}

// do runs f on the thread and holds the thread until release is called.
// before is told, under the lock, whether nobody held the thread until now.
func (t *thread) do(f func(), before func(first bool)) (release func()) {
	t.mu.Lock()
	before(t.held == 0)
	if t.held == 0 {
		t.jobs = make(chan func())
		go work(t.jobs)
	}
	t.held++
	jobs := t.jobs
	t.mu.Unlock()

	done := make(chan struct{})
	jobs <- func() { defer close(done); f() }
	<-done
	return sync.OnceFunc(t.drop)
}

func (t *thread) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held--; t.held == 0 {
		close(t.jobs)
	}
}

func work(jobs <-chan func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread() // no child is left that would die with it
	for job := range jobs {
		job()
	}
}

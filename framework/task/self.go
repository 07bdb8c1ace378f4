package task

import "sync"

// A program may be its own worker: its workers are the same executable. What
// follows is what a process knows about itself in that respect; it is a fact
// of the process, hence the one piece of state at package level.
var self struct {
	mu      sync.Mutex
	offered map[string]Code
	plugins []EventPlugin
	called  bool
	worker  bool
}

// Offer records the code that this program runs when it is started as a
// worker. sdk.ServeIfPlugin calls it in the host.
func Offer(codes ...Code) {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.called = true
	if self.offered == nil {
		self.offered = make(map[string]Code, len(codes))
	}
	for _, c := range codes {
		self.offered[c.Code()] = c
	}
}

// Offered returns the names of the code given to [Offer], in no order, and
// whether it was called at all.
func Offered() (names []string, called bool) {
	self.mu.Lock()
	defer self.mu.Unlock()
	for name := range self.offered {
		names = append(names, name)
	}
	return names, self.called
}

// EnterWorker records that this process is a worker. The sdk calls it when it
// serves.
func EnterWorker() {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.worker = true
}

// InWorker reports whether this process is a worker, in which no executor may
// be started.
func InWorker() bool {
	self.mu.Lock()
	defer self.mu.Unlock()
	return self.worker
}

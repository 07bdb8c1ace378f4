package main

import (
	"io"
	"sync"
)

// lockedWriter is what logs, progress and the screen share.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// through puts a writer before the one that there is.
func (l *lockedWriter) through(make func(io.Writer) io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w = make(l.w)
}

func (l *lockedWriter) writer() io.Writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w
}

package ledger

import (
	"encoding/binary"
	"sync/atomic"
	"unsafe"
)

// Writer writes a ledger. It is for one goroutine.
type Writer struct {
	started, finished, head, tail *atomic.Uint64
	ring                          []byte // nil for a ledger without results
}

// NewWriter returns a writer on the mapped memory of a ledger, which begins at a
// multiple of 8 and has at least [WordBytes].
func NewWriter(mem []byte) *Writer {
	at := func(i int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&mem[i])) }
	w := &Writer{started: at(0), finished: at(8)}
	if len(mem) >= Bytes {
		w.head, w.tail, w.ring = at(16), at(24), mem[headBytes:Bytes]
	}
	return w
}

// Start records that the code of a call begins.
func (w *Writer) Start(seq uint64) { w.started.Store(seq) }

// Finish records that the code of a call has ended.
func (w *Writer) Finish(seq uint64) { w.finished.Store(seq) }

// Keeps reports whether there is a place for results at all.
func (w *Writer) Keeps() bool { return w.ring != nil }

// Keep keeps a result, unless it is larger than [MaxKept]. The oldest make room.
func (w *Writer) Keep(r Result) {
	body := r.body()
	if w.ring == nil || len(r.ContentType)+len(body) > MaxKept {
		return
	}
	need := padded(uint64(resultBytes + len(r.ContentType) + len(body)))
	at := w.tail.Load() &^ 7
	if room := ringBytes - at%ringBytes; room < need {
		w.makeRoom(at, room)
		put(w.ring[at%ringBytes:], 0, skip)
		at += room
	}
	w.makeRoom(at, need)
	b := w.ring[at%ringBytes:]
	put(b, 0, r.Seq)
	put(b, 8, uint64(r.Elapsed))
	kind := uint64(len(r.ContentType))
	if r.Failure != nil {
		kind |= failureMark
	}
	put(b, 16, kind)
	put(b, 24, uint64(len(body)))
	n := copy(b[resultBytes:], r.ContentType)
	copy(b[resultBytes+n:], body)
	w.tail.Store(at + need)
}

// makeRoom gives up the oldest results until n bytes at a place are free. The
// memory is also the code's, which may have written anything there: then all are
// given up.
func (w *Writer) makeRoom(at, n uint64) {
	head, tail := w.head.Load(), w.tail.Load()
	if head%8 != 0 || tail-head > ringBytes {
		head = at
	}
	for at+n-head > ringBytes {
		_, next, ok := read(w.ring, head, tail)
		if !ok {
			head = at
			break
		}
		head = next
	}
	w.head.Store(head)
}

func put(b []byte, at int, v uint64) { binary.NativeEndian.PutUint64(b[at:], v) }

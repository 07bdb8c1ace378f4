// Package ledger is the format of the file that a host and one worker process
// share, so that the host knows what the worker was at, and what it has
// finished, also when it was killed.
//
// The worker maps the file and is the only one that writes to it: a [Writer]
// on the mapped memory. The host reads the file ([ReadWords], [Read]) and trusts
// nothing in it but what makes sense. All words are native-endian uint64.
//
//	0   started   sequence number of the call whose code began last
//	8   finished  sequence number of the call whose code ended last
//	16  head      place of the oldest result, counted from the first ever kept
//	24  tail      place behind the newest result
//	32  results   a ring: place n is at 32 + n modulo the ring's size
//
// A result is kept before its call counts as finished, and until newer ones need
// the room: what the worker has told the host by then need not be known. Results
// begin at multiples of 8:
//
//	0   sequence number, or all ones: the next result is at the ring's beginning
//	8   how long the code took, in nanoseconds
//	16  bytes of the content type, below 2^31; above, 1 for a failure
//	24  bytes of the body: the output, or the failure as protobuf
//	32  content type, body
//
// A file of just the first two words is a ledger without results.
package ledger

import (
	"encoding/binary"
	"time"
)

const (
	// WordBytes is the size of a ledger without results.
	WordBytes = 16
	// Bytes is the size of a ledger.
	Bytes = headBytes + ringBytes
	// MaxKept is the largest result that is kept, content type included.
	MaxKept = 16 << 10

	headBytes   = 32
	ringBytes   = 128 << 10
	resultBytes = 32

	skip        = ^uint64(0)
	failureMark = uint64(1) << 32
)

// Result is how a call ended.
type Result struct {
	Seq         uint64
	Elapsed     time.Duration
	ContentType string
	Output      []byte
	Failure     []byte // the failure as protobuf; nil for an output
}

func (r *Result) body() []byte {
	if r.Failure != nil {
		return r.Failure
	}
	return r.Output
}

// ReadWords returns the first two words of a ledger. It reports false if they
// make no sense.
func ReadWords(b []byte) (started, finished uint64, ok bool) {
	if len(b) < WordBytes {
		return 0, 0, false
	}
	started, finished = word(b, 0), word(b, 8)
	return started, finished, finished <= started
}

// Read returns the results that a ledger has, oldest first. They share its
// memory. What does not make sense ends them.
func Read(b []byte) []Result {
	if len(b) < Bytes {
		return nil
	}
	head, tail := word(b, 16), word(b, 24)
	ring := b[headBytes:Bytes]
	if tail < head || tail-head > ringBytes || head%8 != 0 || tail%8 != 0 {
		return nil
	}
	var out []Result
	for at := head; at < tail; {
		r, next, ok := read(ring, at, tail)
		if !ok {
			break
		}
		if r.Seq != skip {
			out = append(out, r)
		}
		at = next
	}
	return out
}

// read reads the result at a place, and tells where the next one is.
func read(ring []byte, at, tail uint64) (r Result, next uint64, ok bool) {
	rest := ring[at%ringBytes:]
	if r.Seq = word(rest, 0); r.Seq == skip {
		return r, at + uint64(len(rest)), true
	}
	if len(rest) < resultBytes {
		return r, 0, false
	}
	marked, size := word(rest, 16), word(rest, 24)
	kind := marked &^ failureMark
	if kind > MaxKept || size > MaxKept || word(rest, 8) > 1<<62 {
		return r, 0, false
	}
	next = at + padded(resultBytes+kind+size)
	if next > tail || resultBytes+kind+size > uint64(len(rest)) {
		return r, 0, false
	}
	r.Elapsed = time.Duration(word(rest, 8))
	r.ContentType = string(rest[resultBytes : resultBytes+kind])
	body := rest[resultBytes+kind : resultBytes+kind+size]
	if marked&failureMark != 0 {
		r.Failure = body
	} else {
		r.Output = body
	}
	return r, next, true
}

func padded(n uint64) uint64 { return (n + 7) &^ 7 }

func word(b []byte, at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }

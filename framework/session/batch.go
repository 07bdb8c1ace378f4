package session

import (
	"math"
	"time"

	"github.com/signalbox-go/signalbox/framework/wire/column"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Batch builds the tasks of one request. The zero Batch is empty and ready;
// Reset makes it so again and keeps its memory.
type Batch struct {
	tasks pb.Tasks
}

// Add adds a task. contentType is that of the input, future the host's number
// of the task; a zero deadline is none; attempts are numbered from 1. Sequence
// numbers follow each other without a gap; first is that of the first task.
func (b *Batch) Add(first uint64, index uint32, input []byte, contentType string, future uint64, deadline time.Time, attempt int) {
	t := &b.tasks
	t.Attempt = column.Append(t.Attempt, len(t.Size), uint32(attempt))
	t.ContentType = column.Append(t.ContentType, len(t.Size), contentType)
	if len(t.Size) == 0 {
		t.First = first
	}
	t.Task = append(t.Task, index)
	t.Size = append(t.Size, uint64(len(input)))
	t.Inputs = append(t.Inputs, input...)
	t.Future = append(t.Future, future)
	if !deadline.IsZero() && len(t.DeadlineUnixNano) == 0 {
		// The first that has one; those before it have none.
		t.DeadlineUnixNano = append(t.DeadlineUnixNano, make([]int64, len(t.Size)-1)...)
	}
	if !deadline.IsZero() || len(t.DeadlineUnixNano) > 0 {
		t.DeadlineUnixNano = append(t.DeadlineUnixNano, unixNano(deadline))
	}
}

// Heard says that what the code of the task that was added last says is heard.
func (b *Batch) Heard() {
	t := &b.tasks
	n := len(t.Size)
	for len(t.Heard) < n { // nobody hears those in between
		t.Heard = append(t.Heard, false)
	}
	t.Heard[n-1] = true
}

// unixNano returns a deadline for the wire: 0 for none, and the nearest that
// the wire can tell, which is from 1970 to 2262, for one that is out of reach.
func unixNano(t time.Time) int64 {
	switch {
	case t.IsZero():
		return 0
	case t.Before(time.Unix(0, 1)):
		return 1
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// Len returns the number of tasks.
func (b *Batch) Len() int { return len(b.tasks.Size) }

// Bytes returns the size of all inputs.
func (b *Batch) Bytes() int { return len(b.tasks.Inputs) }

// Tasks returns the tasks for a request, nil for none. They are valid until
// the next Reset.
func (b *Batch) Tasks() *pb.Tasks {
	t := &b.tasks
	if b.Len() == 0 {
		return nil
	}
	if n := len(t.Heard); n > 0 {
		t.Heard = append(t.Heard, make([]bool, b.Len()-n)...)
	}
	return t
}

// maxKept bounds the memory that a batch keeps, in bytes of inputs.
const maxKept = 1 << 20

// Reset empties the batch. The request that it went into must have been sent.
func (b *Batch) Reset() {
	t := &b.tasks
	if cap(t.Inputs) > maxKept {
		t.Inputs = nil
	}
	t.Task, t.Size, t.Inputs = t.Task[:0], t.Size[:0], t.Inputs[:0]
	t.Future, t.DeadlineUnixNano = t.Future[:0], t.DeadlineUnixNano[:0]
	t.ContentType, t.Attempt = t.ContentType[:0], t.Attempt[:0]
	t.Heard = t.Heard[:0]
}

package session

import (
	"fmt"
	"math"
	"time"

	"github.com/signalbox-go/signalbox/framework/wire/column"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Result is how one task ended, as its plugin tells it.
type Result struct {
	Seq         uint64
	Payload     []byte // of the frame; kept alive by whoever keeps it
	ContentType string // empty for the task's, or a failure
	Err         error  // a *task.Error; nil for a result
	Elapsed     time.Duration
}

// Results appends the results of a frame to dst and returns it. The error
// matches [ErrProtocol]; then what dst has room for may have been written to.
// It does not look at the sequence numbers.
func Results(dst []Result, r *pb.Results) ([]Result, error) {
	n := len(r.GetSeq())
	if len(r.GetSize()) != n || len(r.GetElapsedNs()) != n {
		return nil, fmt.Errorf("session: %w: results of %d tasks with %d sizes and %d times",
			ErrProtocol, n, len(r.GetSize()), len(r.GetElapsedNs()))
	}
	types := r.GetContentType()
	if !column.Fits(types, n) {
		return nil, fmt.Errorf("session: %w: results of %d tasks with %d content types", ErrProtocol, n, len(types))
	}
	rest, failures := r.GetOutputs(), r.GetFailures()
	for i := range n {
		size := r.GetSize()[i]
		if size > uint64(len(rest)) {
			return nil, fmt.Errorf("session: %w: result %d claims %d bytes of %d", ErrProtocol, i, size, len(rest))
		}
		elapsed := r.GetElapsedNs()[i]
		if elapsed > math.MaxInt64 {
			return nil, fmt.Errorf("session: %w: result %d claims to have taken %d ns", ErrProtocol, i, elapsed)
		}
		res := Result{Seq: r.GetSeq()[i], Payload: rest[:size:size], Elapsed: time.Duration(elapsed)}
		rest = rest[size:]
		res.ContentType, _ = column.At(types, n, i)
		if len(failures) > 0 && failures[0].GetIndex() == uint32(i) {
			if size > 0 {
				return nil, fmt.Errorf("session: %w: result %d is a failure and has %d bytes of output", ErrProtocol, i, size)
			}
			res.Err = failure.ToError(failures[0])
			failures = failures[1:]
		}
		dst = append(dst, res)
	}
	if len(rest) > 0 || len(failures) > 0 {
		return nil, fmt.Errorf("session: %w: results with %d bytes and %d failures to spare", ErrProtocol, len(rest), len(failures))
	}
	return dst, nil
}

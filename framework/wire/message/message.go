// Package message maps messages between running code and its host to the
// protocol and back. Host and plugin share it.
package message

import (
	"fmt"
	"math"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/column"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Item is a message and the sequence number of the task that it is from or for.
type Item struct {
	Seq uint64
	task.Message
}

// Append adds a message to a list.
func Append(list *pb.Messages, seq uint64, m task.Message) {
	n := len(list.Size)
	list.Seq = column.Append(list.Seq, n, seq)
	list.Kind = append(list.Kind, pb.MessageKind(m.Kind))
	list.Id = append(list.Id, m.ID)
	list.Size = append(list.Size, uint64(len(m.Payload)))
	list.Payloads = append(list.Payloads, m.Payload...)
	list.ContentType = column.Append(list.ContentType, n, m.ContentType)
	if m.Err != nil {
		f := failure.FromError(m.Err)
		f.Index = uint32(n)
		list.Failures = append(list.Failures, f)
	}
	if m.Kind == task.MessageProgress {
		p := m.Progress
		list.Progress = append(list.Progress, &pb.Progress{Index: uint32(n), Done: p.Done, Total: p.Total, Text: p.Text})
	}
}

// Read appends the messages of a list to dst and returns it, those of unknown
// kinds left out. Payloads are parts of the list's. The error says what is wrong
// with a list that nobody may send.
func Read(dst []Item, list *pb.Messages) ([]Item, error) {
	n := len(list.GetSize())
	if len(list.GetKind()) != n || len(list.GetId()) != n || !column.Fits(list.GetSeq(), n) || !column.Fits(list.GetContentType(), n) {
		return dst, fmt.Errorf("%d messages with %d kinds, %d ids, %d tasks and %d content types",
			n, len(list.GetKind()), len(list.GetId()), len(list.GetSeq()), len(list.GetContentType()))
	}
	rest, failures, progress := list.GetPayloads(), list.GetFailures(), list.GetProgress()
	for i := range n {
		size := list.GetSize()[i]
		if size > uint64(len(rest)) {
			return dst, fmt.Errorf("message %d claims %d bytes of %d", i, size, len(rest))
		}
		seq, ok := column.At(list.GetSeq(), n, i)
		if !ok {
			return dst, fmt.Errorf("message %d is of no task", i)
		}
		kind := list.GetKind()[i]
		item := Item{Seq: seq, Message: task.Message{Kind: task.MessageKind(kind), ID: list.GetId()[i], Payload: rest[:size:size]}}
		item.ContentType, _ = column.At(list.GetContentType(), n, i)
		rest = rest[size:]
		if len(failures) > 0 && failures[0].GetIndex() == uint32(i) {
			item.Err = task.Portable(failure.ToError(failures[0]))
			failures = failures[1:]
		}
		if len(progress) > 0 && progress[0].GetIndex() == uint32(i) {
			p := progress[0]
			if !finite(p.GetDone()) || !finite(p.GetTotal()) {
				return dst, fmt.Errorf("message %d tells progress of %v of %v", i, p.GetDone(), p.GetTotal())
			}
			item.Progress = task.Progress{Done: p.GetDone(), Total: p.GetTotal(), Text: p.GetText()}
			progress = progress[1:]
		}
		if known(kind) {
			dst = append(dst, item)
		}
	}
	if len(rest)+len(failures)+len(progress) > 0 {
		return dst, fmt.Errorf("messages with %d bytes, %d failures and %d progress to spare", len(rest), len(failures), len(progress))
	}
	return dst, nil
}

func known(kind pb.MessageKind) bool {
	return kind > pb.MessageKind_MESSAGE_KIND_UNSPECIFIED && kind <= pb.MessageKind_MESSAGE_KIND_GRANT
}

func finite(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }

package eventplugin

import (
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const (
	// frameRecords and frameBytes bound the records in one frame.
	frameRecords = 256
	frameBytes   = 64 << 10
	// window is how many records, and windowBytes how many bytes of them, may
	// be on their way to a plugin that has not acknowledged them.
	window      = 1024
	windowBytes = 1 << 20
)

// sent is a record on its way to a plugin.
type sent struct {
	record
	seq  uint64
	bare bool // it goes without its payload

	// gap is set where this is no record but tells what is missing up to seq.
	gap     *pb.Gap
	skipped uint64 // records that are missing
}

// size is what the record counts for on its way.
func (s *sent) size() int {
	if s.bare {
		return recordOverhead
	}
	return s.record.size()
}

// frame encodes records. ordinal turns ordinals into the plugin's.
func frame(records []sent, ordinal func(topic, uint64) uint64) *pb.Events {
	n := len(records)
	e := &pb.Events{
		Seq: make([]uint64, n), TimeUnixNano: make([]int64, n), Kind: make([]pb.Kind, n), Task: make([]uint32, n),
		Future: make([]uint64, n), Size: make([]uint64, n), ElapsedNs: make([]uint64, n), WaitNs: make([]uint64, n),
		Worker: make([]uint32, n), Attempt: make([]uint32, n), Ordinals: make([]uint64, 0, n*maxEvents),
	}
	for i := range records {
		r := &records[i]
		e.Seq[i], e.TimeUnixNano[i], e.Kind[i], e.Task[i], e.Future[i] = r.seq, r.time, r.kind, r.task, r.future
		e.ElapsedNs[i], e.WaitNs[i], e.Worker[i] = uint64(r.elapsed), uint64(r.wait), r.worker
		e.Attempt[i] = r.attempt
		for k := range r.events {
			e.Ordinals = append(e.Ordinals, ordinal(r.topics[k], r.ordinals[k]))
		}
		if !r.bare {
			e.Size[i] = uint64(len(r.payload))
			e.Payloads = append(e.Payloads, r.payload...)
		}
		if r.err != nil {
			f := failure.FromError(r.err)
			f.Index = uint32(i)
			e.Failures = append(e.Failures, f)
		}
		if d := r.detail; d != nil {
			e.Details = append(e.Details, &pb.Detail{Index: uint32(i), Event: d.event, Message: d.message, ContentType: d.contentType,
				Depth: d.depth, Worker: d.worker, Unencodable: d.unencodable})
		}
	}
	return e
}

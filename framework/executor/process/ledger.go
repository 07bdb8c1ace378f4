package process

import (
	"fmt"
	"os"

	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	"github.com/signalbox-go/signalbox/framework/wire/ledger"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// account is the host's view of the ledger that it shares with one worker. It is
// read rarely, so plain reads of the file do; file and mapping are one memory on
// the systems that have ledgers.
type account struct{ f *os.File }

// noLedger is one in which nothing is written. It takes no memory: nobody writes
// to it, so that all of it is the system's one page of zeros.
var noLedger [ledger.Bytes]byte

func newAccount(path string) (*account, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("process: ledger: %w", err)
	}
	// Written, not just truncated: where there is no room, it is told here, and not
	// to the worker by a signal.
	if _, err := f.Write(noLedger[:]); err != nil {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("process: ledger: %w", err)
	}
	return &account{f}, nil
}

func (a *account) path() string { return a.f.Name() }

// read returns what began last and what finished last. A file that cannot be
// read, or whose words make no sense, was tampered with: then nothing is known.
func (a *account) read() (started, finished uint64, ok bool) {
	var b [ledger.WordBytes]byte
	if _, err := a.f.ReadAt(b[:], 0); err != nil {
		return 0, 0, false
	}
	return ledger.ReadWords(b[:])
}

// results returns the results that the ledger of a dead worker has, by sequence
// number.
func (a *account) results() map[uint64]session.Result {
	b := make([]byte, ledger.Bytes)
	if _, err := a.f.ReadAt(b, 0); err != nil {
		return nil
	}
	out := map[uint64]session.Result{}
	for _, r := range ledger.Read(b) {
		res := session.Result{Seq: r.Seq, Payload: r.Output, ContentType: r.ContentType, Elapsed: r.Elapsed}
		if r.Failure != nil {
			var f pb.Failure
			if proto.Unmarshal(r.Failure, &f) != nil {
				continue
			}
			res.Err = failure.ToError(&f)
		}
		out[r.Seq] = res
	}
	return out
}

func (a *account) remove() {
	a.f.Close()
	os.Remove(a.f.Name())
}

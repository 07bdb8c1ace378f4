package plugin_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// FuzzSessionRequests sends a plugin whatever a host could: it must not panic,
// must answer with what the host's half understands, and must end when the
// session does.
func FuzzSessionRequests(f *testing.F) {
	seed := func(greet bool, requests ...*pb.SessionRequest) {
		var frames []byte
		for _, req := range requests {
			data, err := proto.Marshal(req)
			require.NoError(f, err)
			frames = protowire.AppendBytes(frames, data)
		}
		f.Add(greet, frames)
	}
	seed(true, &pb.SessionRequest{Tasks: numbers(1, 1, 3)}, &pb.SessionRequest{RecallFrom: 2, Ping: 1}, &pb.SessionRequest{Drain: true})
	seed(true, &pb.SessionRequest{Tasks: numbers(0, 1, 2), Cancel: []uint64{1, 2}}, &pb.SessionRequest{RecallFrom: 1, Cancel: []uint64{1}})
	seed(true, &pb.SessionRequest{Tasks: &pb.Tasks{First: 1<<64 - 1, Task: []uint32{1}, Size: []uint64{0, 0}, DeadlineUnixNano: []int64{1, -1}, Attempt: []uint32{1 << 31}}})
	seed(true, &pb.SessionRequest{Hello: hello}, &pb.SessionRequest{Tasks: &pb.Tasks{Size: []uint64{1 << 63, 1 << 63}}})
	seed(false, &pb.SessionRequest{Hello: &pb.Hello{MaxMessageBytes: 1, LogLevel: -1 << 31, Tasks: []string{"info"}}}, &pb.SessionRequest{Tasks: numbers(0, 1, 9)})
	seed(false, &pb.SessionRequest{Hello: &pb.Hello{Config: []byte("{")}})
	seed(false, &pb.SessionRequest{})

	f.Fuzz(func(t *testing.T, greet bool, frames []byte) {
		r := newRig(t)
		r.begun = make(chan int, len(frames)+1) // hold never waits to tell
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			var results []session.Result
			for {
				resp, err := r.stream.Recv()
				if err != nil {
					return
				}
				if resp.GetWelcome().GetSetupFailure() != nil {
					r.cancel() // as a host does
				}
				if resp.GetResults() != nil {
					results, err = session.Results(results[:0], resp.GetResults())
					require.NoError(t, err)
				}
			}
		}()
		if greet {
			_ = r.stream.Send(&pb.SessionRequest{Hello: hello})
		}
		for len(frames) > 0 {
			data, n := protowire.ConsumeBytes(frames)
			if n < 0 {
				break
			}
			frames = frames[n:]
			req := &pb.SessionRequest{}
			if proto.Unmarshal(data, req) != nil {
				continue
			}
			if req.GetHello() != nil {
				req.Hello.Ledger = "" // no file is to be written to
			}
			if r.stream.Send(req) != nil {
				break // it was refused
			}
		}
		_ = r.stream.CloseSend()
		<-answered
		require.NotErrorIs(t, r.over(), errEndless)
	})
}

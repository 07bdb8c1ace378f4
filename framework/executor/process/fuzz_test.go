//go:build linux

package process_test

import (
	"encoding/base64"
	"maps"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const framesEnv = "PROCESS_TEST_FRAMES" // what a peer that says frames says, in base64

// sayFrames answers its first call with any frames, and dies.
func sayFrames(s peerStream, _ *pb.Tasks) error {
	frames, err := base64.StdEncoding.DecodeString(os.Getenv(framesEnv))
	if err != nil {
		return err
	}
	for len(frames) > 0 {
		frame, n := protowire.ConsumeBytes(frames)
		if n < 0 {
			break
		}
		frames = frames[n:]
		raw := &pb.SessionResponse{}
		raw.ProtoReflect().SetUnknown(frame) // goes out as it is
		if err := s.Send(raw); err != nil {
			return err
		}
	}
	return status.Error(codes.Aborted, "that was all") // with the session, the process ends
}

// FuzzReceive has a worker say anything while it has calls: each call ends once,
// the worker is replaced if need be, and nothing is left. A process is started
// for each input, so that there are few inputs a second.
func FuzzReceive(f *testing.F) {
	seed := func(responses ...*pb.SessionResponse) {
		var frames []byte
		for _, resp := range responses {
			data, err := proto.Marshal(resp)
			require.NoError(f, err)
			frames = protowire.AppendBytes(frames, data)
		}
		f.Add(frames)
	}
	one := &pb.Results{Seq: []uint64{1}, Size: []uint64{1}, Outputs: []byte("7"), ElapsedNs: []uint64{1}}
	seed()
	seed(&pb.SessionResponse{Results: one})
	seed(&pb.SessionResponse{Results: one}, &pb.SessionResponse{Results: one})
	seed(&pb.SessionResponse{Results: &pb.Results{Seq: []uint64{1}, Size: []uint64{0}, ElapsedNs: []uint64{1}, Failures: []*pb.Failure{{Kind: task.KindCancelled, Message: "m"}}}})
	seed(&pb.SessionResponse{Returned: &pb.Returned{From: 1, Seq: []uint64{1}}}, &pb.SessionResponse{Pong: 1, Drained: true, Finished: true})
	seed(talk(1, task.MessageProgress, 2), talk(1, task.MessageRequest, 1), &pb.SessionResponse{Results: one})
	seed(&pb.SessionResponse{Welcome: &pb.Welcome{}})
	f.Add([]byte("\x03\x22\xff\xff"))

	f.Fuzz(func(t *testing.T, frames []byte) {
		env := onceOnly(t)
		maps.Copy(env, map[string]string{framesEnv: base64.StdEncoding.EncodeToString(frames[:min(len(frames), 64<<10)])})
		r := newPeers(t, 1, "says frames", env)
		r.begin()
		var futures []*scheduler.Future[int]
		for i := range 3 {
			futures = append(futures, submit(t, r.Scheduler, echo, i))
		}
		for _, fut := range futures {
			await(t, fut)
		}
		r.finish()
	})
}

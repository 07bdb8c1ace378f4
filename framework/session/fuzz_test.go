package session_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// FuzzSession has a plugin send any frames, also such as do not decode: the
// session opens or does not, and ends when the plugin ends it, with an error that
// says what was wrong.
func FuzzSession(f *testing.F) {
	seed := func(responses ...*pb.SessionResponse) {
		var frames []byte
		for _, resp := range responses {
			data, err := proto.Marshal(resp)
			require.NoError(f, err)
			frames = protowire.AppendBytes(frames, data)
		}
		f.Add(frames)
	}
	welcome := &pb.SessionResponse{Welcome: &pb.Welcome{Ledger: true}}
	seed()
	seed(welcome)
	seed(welcome, welcome)
	seed(welcome, &pb.SessionResponse{Results: &pb.Results{Seq: []uint64{1}, Size: []uint64{1}, Outputs: []byte("a"), ElapsedNs: []uint64{1}}})
	seed(welcome, &pb.SessionResponse{Returned: &pb.Returned{From: 1, Seq: []uint64{1, 2}}, Pong: 7, Drained: true})
	seed(&pb.SessionResponse{Welcome: &pb.Welcome{SetupFailure: &pb.Failure{Kind: task.KindError, Message: "no"}}})
	seed(&pb.SessionResponse{Pong: 1})
	f.Add([]byte("\x02\x0a\xff"))

	r := serve(f, &plugin{session: func(s stream) error {
		req, err := s.Recv()
		if err != nil {
			return err
		}
		frames := req.GetHello().GetConfig()
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
		return nil
	}})
	f.Fuzz(func(t *testing.T, frames []byte) {
		s, err := session.Open(within(t), r.conn, session.Config{Plugin: frames, Ledger: "ledger"})
		if err != nil {
			require.True(t, errors.Is(err, session.ErrClosed) || errors.Is(err, session.ErrProtocol) || errors.Is(err, session.ErrSetup), "%v", err)
			return
		}
		defer s.Close()
		for {
			resp, err := s.Receive()
			if err != nil {
				require.Nil(t, resp)
				require.True(t, errors.Is(err, session.ErrClosed) || errors.Is(err, session.ErrProtocol), "%v", err)
				return
			}
			require.Nil(t, resp.GetWelcome())
		}
	})
}

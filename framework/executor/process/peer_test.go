//go:build linux

package process_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const (
	mannersEnv = "PROCESS_TEST_MANNERS" // of the peer: a key of manners
	onceEnv    = "PROCESS_TEST_ONCE"    // a file: only the process that makes it has those manners
	offersEnv  = "PROCESS_TEST_OFFERS"  // the peer's tasks, with spaces between
)

// echo is what a peer does with good manners.
var echo = task.Named[int, int]("echo")

// peerStream is a peer's end of the session.
type peerStream = grpc.BidiStreamingServer[pb.SessionRequest, pb.SessionResponse]

// manner is how a peer handles a request that has tasks. It reports an error
// to end the session with.
type manner func(s peerStream, t *pb.Tasks) error

// peer is a plugin written by hand, without sdk and go-plugin, as one in
// another language would be. It keeps no ledger.
type peer struct {
	pb.UnimplementedPluginServer
	manners string
	over    chan struct{} // closed at the end of the session
}

// servePeer serves until the session is over.
func servePeer(version int) {
	p := &peer{manners: ownManners(), over: make(chan struct{})}
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "peer")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	srv := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32))
	if p.manners != "no service" {
		pb.RegisterPluginServer(srv, p)
	}
	go func() { panic(srv.Serve(l)) }()
	fmt.Printf("1|%d|unix|%s|grpc|\n", version, path)
	<-p.over
	if p.manners == "ends the session" || p.manners == "refuses the session" {
		select {}
	}
}

// ownManners are those of this process.
func ownManners() string {
	if once := os.Getenv(onceEnv); once != "" {
		f, err := os.OpenFile(once, os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "" // another process was first
		}
		f.Close()
	}
	return os.Getenv(mannersEnv)
}

// Describe implements the service.
func (p *peer) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	if p.manners == "does not describe itself" {
		return nil, status.Error(codes.Internal, "I would rather not")
	}
	d := &pb.DescribeResponse{Sdk: "hand/1"}
	names := strings.Fields(os.Getenv(offersEnv))
	if len(names) == 0 {
		names = []string{"echo"}
	}
	for _, n := range names {
		d.Tasks = append(d.Tasks, &pb.TaskType{Name: n, ContentType: task.ContentJSON})
	}
	return d, nil
}

// Session implements the service.
func (p *peer) Session(s peerStream) error {
	defer sync.OnceFunc(func() { close(p.over) })()
	hello, err := s.Recv()
	if err != nil {
		return err
	}
	switch p.manners {
	case "no welcome":
		return errors.Join(s.Send(&pb.SessionResponse{Pong: 1}), p.untilEnd(s))
	case "refuses the session":
		return status.Error(codes.PermissionDenied, "members only")
	}
	if err := s.Send(&pb.SessionResponse{Welcome: &pb.Welcome{}}); err != nil {
		return err
	}
	handle, ok := manners()[p.manners]
	if !ok {
		handle = answer
	}
	for {
		req, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if from := req.GetRecallFrom(); from > 0 && p.manners != "deaf to recalls" {
			if err := s.Send(&pb.SessionResponse{Returned: &pb.Returned{From: from}}); err != nil {
				return err
			}
		}
		if n := req.GetPing(); n > 0 {
			if err := s.Send(&pb.SessionResponse{Pong: n}); err != nil {
				return err
			}
		}
		if t := req.GetTasks(); t != nil {
			name := hello.GetHello().GetTasks()[t.GetTask()[0]]
			if name != "echo" {
				return status.Errorf(codes.InvalidArgument, "no task %s", name)
			}
			if err := handle(s, t); err != nil {
				return err
			}
		}
	}
}

func (p *peer) untilEnd(s peerStream) error {
	<-s.Context().Done()
	return nil
}

// answer gives inputs back as outputs.
func answer(s peerStream, t *pb.Tasks) error { return s.Send(answers(t)) }

func answers(t *pb.Tasks) *pb.SessionResponse {
	r := &pb.Results{Size: t.GetSize(), Outputs: t.GetInputs()}
	for i := range t.GetSize() {
		r.Seq = append(r.Seq, t.GetFirst()+uint64(i))
		r.ElapsedNs = append(r.ElapsedNs, 1000)
	}
	return &pb.SessionResponse{Results: r}
}

// altered answers with what alter makes of the right answer.
func altered(alter func(r *pb.Results)) manner {
	return func(s peerStream, t *pb.Tasks) error {
		resp := answers(t)
		alter(resp.Results)
		return s.Send(resp)
	}
}

// saying answers with something else.
func saying(resp *pb.SessionResponse) manner {
	return func(s peerStream, _ *pb.Tasks) error { return s.Send(resp) }
}

// talk is n messages without payload.
func talk(seq uint64, kind task.MessageKind, n int) *pb.SessionResponse {
	list := &pb.Messages{}
	for range n {
		message.Append(list, seq, task.Message{Kind: kind})
	}
	return &pb.SessionResponse{Messages: list}
}

// manners are the ways in which peers handle tasks.
func manners() map[string]manner {
	return map[string]manner{
		"result of another": altered(func(r *pb.Results) { r.Seq[0] = 99 }),
		"result of none":    altered(func(r *pb.Results) { r.Seq[0] = 0 }),
		"result twice":      func(s peerStream, t *pb.Tasks) error { return errors.Join(answer(s, t), answer(s, t)) },
		"no sizes":          altered(func(r *pb.Results) { r.Size = nil }),
		"no times":          altered(func(r *pb.Results) { r.ElapsedNs = nil }),
		"too large a size":  altered(func(r *pb.Results) { r.Size[0] = math.MaxUint64 }),
		"too long a time":   altered(func(r *pb.Results) { r.ElapsedNs[0] = math.MaxUint64 }),
		"bytes to spare":    altered(func(r *pb.Results) { r.Outputs = append(r.Outputs, 'x') }),
		"failure of none":   altered(func(r *pb.Results) { r.Failures = []*pb.Failure{{Index: 7}} }),
		"content types":     altered(func(r *pb.Results) { r.ContentType = []string{"a", "b"} }),
		"second welcome":    saying(&pb.SessionResponse{Welcome: &pb.Welcome{}}),
		"returns another":   saying(&pb.SessionResponse{Returned: &pb.Returned{From: 1, Seq: []uint64{99}}}),
		"returns unasked": func(s peerStream, t *pb.Tasks) error {
			return s.Send(&pb.SessionResponse{Returned: &pb.Returned{From: t.GetFirst(), Seq: []uint64{t.GetFirst()}}})
		},
		"more than a message": altered(func(r *pb.Results) {
			r.Outputs = make([]byte, 2<<20)
			r.Size[0] = 2 << 20
		}),
		"message without a kind": saying(&pb.SessionResponse{Messages: &pb.Messages{Seq: []uint64{1}, Size: []uint64{0}, Id: []uint64{0}}}),
		"message of another":     saying(talk(99, task.MessageProgress, 1)),
		"message to the host":    saying(talk(1, task.MessageGrant, 1)),
		"message to nobody":      saying(talk(1, task.MessageOpen, 1)),
		"flood of messages":      saying(talk(1, task.MessageOpen, task.MessageWindow/64+1)),
		"messages after the end": func(s peerStream, t *pb.Tasks) error {
			return errors.Join(answer(s, t), s.Send(talk(t.GetFirst(), task.MessageOpen, 3)))
		},
		"ends the session": func(peerStream, *pb.Tasks) error {
			fmt.Fprintln(os.Stderr, "closing time")
			return status.Error(codes.Aborted, "enough for today")
		},
		"dies": func(peerStream, *pb.Tasks) error {
			fmt.Fprintln(os.Stderr, "that was too much")
			os.Exit(9)
			return nil
		},
		"says nothing":    func(peerStream, *pb.Tasks) error { return nil },
		"deaf to recalls": func(peerStream, *pb.Tasks) error { return nil },
		"noise": func(s peerStream, t *pb.Tasks) error {
			unknown := &pb.SessionResponse{}
			unknown.ProtoReflect().SetUnknown([]byte{0xfa, 0x07, 0x02, 'h', 'i'}) // field 127
			for _, resp := range []*pb.SessionResponse{{}, unknown, {Pong: 77}, {Drained: true}, {Results: &pb.Results{}}} {
				if err := s.Send(resp); err != nil {
					return err
				}
			}
			return answer(s, t)
		},
		"one at a time": oneAtATime(),
		"says frames":   sayFrames,
	}
}

// oneAtATime answers each task when the next request would have come, had the
// host one to send, and fails those that come in company.
func oneAtATime() manner {
	var mu sync.Mutex
	waiting := 0
	return func(s peerStream, t *pb.Tasks) error {
		mu.Lock()
		defer mu.Unlock()
		waiting += len(t.GetSize())
		if waiting > 1 {
			return status.Errorf(codes.InvalidArgument, "%d tasks at a time", waiting)
		}
		go func() {
			spin(100_000) // 100 µs, in which another might come
			mu.Lock()
			defer mu.Unlock()
			waiting = 0
			_ = answer(s, t) // the end of the stream is told by the reader
		}()
		return nil
	}
}

// newPeers returns a rig whose workers are peers with those manners.
func newPeers(t *testing.T, workers int, manners string, env map[string]string, opts ...process.Option) *rig {
	t.Helper()
	mark := uuid.NewString()
	self, err := os.Executable()
	require.NoError(t, err)
	opts = append([]process.Option{process.Name("peer"), process.Workers(workers), process.Grace(quickGrace),
		process.Env(map[string]string{actEnv: peerAct, mannersEnv: manners, markEnv: mark}), process.Env(env)}, opts...)
	return rigOn(t, mark, process.Plugin(self, opts...))
}

// onceOnly is the environment in which only the first peer has bad manners.
func onceOnly(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{onceEnv: filepath.Join(tempDir(t), "once")}
}

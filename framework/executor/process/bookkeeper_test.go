//go:build linux

package process_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

const (
	bookkeeperAct = "bookkeeper"
	elapsedEnv    = "PROCESS_TEST_ELAPSED" // what the bookkeeper says that a task took
)

// ledgerNow is what a bookkeeper tells of the requests that it got.
var ledgerNow = task.Named[int, books]("books")

type books struct {
	Frames int // with tasks
	Calls  int
	Most   int // in one frame
}

// bookkeeper is a peer that keeps the ledger, and books on what it is sent.
type bookkeeper struct {
	pb.UnimplementedPluginServer
	manners string
	elapsed time.Duration
	over    chan struct{}
	ledger  *os.File
	books   books
	held    []uint64 // what it has not begun, with bad manners
}

// serveBookkeeper serves until the session is over.
func serveBookkeeper() {
	p := &bookkeeper{manners: ownManners(), over: make(chan struct{})}
	var err error
	if p.elapsed, err = time.ParseDuration(os.Getenv(elapsedEnv)); err != nil {
		panic(err)
	}
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "peer")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	srv := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32))
	pb.RegisterPluginServer(srv, p)
	go func() { panic(srv.Serve(l)) }()
	fmt.Printf("1|%d|unix|%s|grpc|\n", handshake.Version, path)
	<-p.over
}

// Describe implements the service.
func (p *bookkeeper) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return &pb.DescribeResponse{Sdk: "hand/1", Tasks: []*pb.TaskType{
		{Name: "echo", ContentType: task.ContentJSON}, {Name: "books", ContentType: task.ContentJSON},
	}}, nil
}

// Session implements the service.
func (p *bookkeeper) Session(s peerStream) error {
	defer close(p.over)
	first, err := s.Recv()
	if err != nil {
		return err
	}
	if p.ledger, err = os.OpenFile(first.GetHello().GetLedger(), os.O_RDWR, 0); err != nil {
		return err
	}
	if err := s.Send(&pb.SessionResponse{Welcome: &pb.Welcome{Ledger: true}}); err != nil {
		return err
	}
	for {
		req, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = p.handle(s, first.GetHello().GetTasks(), req)
		}
		if err != nil {
			return err
		}
	}
}

func (p *bookkeeper) handle(s peerStream, names []string, req *pb.SessionRequest) error {
	if from := req.GetRecallFrom(); from > 0 {
		if err := p.recall(s, from, req.GetCancel()); err != nil {
			return err
		}
	}
	if n := req.GetPing(); n > 0 {
		if err := s.Send(&pb.SessionResponse{Pong: n}); err != nil {
			return err
		}
	}
	t := req.GetTasks()
	if t == nil {
		return nil
	}
	n := len(t.GetSize())
	p.books.Frames++
	p.books.Calls += n
	p.books.Most = max(p.books.Most, n)
	if p.manners != "" && n > 1 {
		// It begins the first and holds the others.
		for i := range n {
			p.held = append(p.held, t.GetFirst()+uint64(i))
		}
		p.held = p.held[1:]
		return p.note(t.GetFirst(), t.GetFirst()-1)
	}
	return p.answer(s, names, t)
}

// recall gives back what is held, in its own time or not at all.
func (p *bookkeeper) recall(s peerStream, from uint64, cancelled []uint64) error {
	resp := &pb.SessionResponse{Returned: &pb.Returned{From: from}}
	for len(p.held) > 0 && p.held[len(p.held)-1] >= from {
		resp.Returned.Seq = append(resp.Returned.Seq, p.held[len(p.held)-1])
		p.held = p.held[:len(p.held)-1]
	}
	slices.Sort(resp.Returned.Seq)
	switch p.manners {
	case "slow to give back":
		<-time.After(slowness)
		for _, seq := range cancelled {
			// By now its code has returned.
			if err := p.note(seq, seq); err != nil {
				return err
			}
			resp.Results = &pb.Results{Seq: []uint64{seq}, Size: []uint64{0}, ElapsedNs: []uint64{1},
				Failures: []*pb.Failure{{Kind: task.KindCancelled, Message: "as you wish"}}}
		}
	case "gives nothing back":
		return nil
	}
	p.manners = "" // it has learnt its lesson
	return s.Send(resp)
}

// slowness is longer than the grace of tests and what used to follow it.
const slowness = 4 * quickGrace

func (p *bookkeeper) answer(s peerStream, names []string, t *pb.Tasks) error {
	r := &pb.Results{}
	inputs := t.GetInputs()
	for i, size := range t.GetSize() {
		seq := t.GetFirst() + uint64(i)
		if err := p.note(seq, seq); err != nil {
			return err
		}
		output := inputs[:size]
		inputs = inputs[size:]
		if names[t.GetTask()[i]] == "books" {
			var err error
			if output, err = json.Marshal(p.books); err != nil {
				return err
			}
		}
		r.Seq = append(r.Seq, seq)
		r.Size = append(r.Size, uint64(len(output)))
		r.Outputs = append(r.Outputs, output...)
		r.ElapsedNs = append(r.ElapsedNs, uint64(p.elapsed))
	}
	return s.Send(&pb.SessionResponse{Results: r})
}

// note writes the ledger.
func (p *bookkeeper) note(started, finished uint64) error {
	var words [16]byte
	binary.NativeEndian.PutUint64(words[:8], started)
	binary.NativeEndian.PutUint64(words[8:], finished)
	_, err := p.ledger.WriteAt(words[:], 0)
	return err
}

// newBookkeeper returns a rig whose one worker is a bookkeeper with those
// manners, which says that each task has taken that long.
func newBookkeeper(t *testing.T, elapsed time.Duration, manners string, env map[string]string, opts ...process.Option) *rig {
	t.Helper()
	opts = append([]process.Option{process.Env(map[string]string{actEnv: bookkeeperAct, elapsedEnv: elapsed.String()})}, opts...)
	return newPeers(t, 1, manners, env, opts...)
}

//go:build linux

package faultstest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// servePeer is a plugin on bare HTTP/2, which can send what no gRPC library
// would. The first process of a case has the manners it was told, the others
// answer as they should.
func servePeer() {
	manners, once, _ := strings.Cut(os.Getenv(argEnv), ",")
	if f, err := os.OpenFile(once, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		f.Close()
	} else {
		manners = ""
	}
	if manners == "noise" {
		for range 1000 {
			fmt.Println("noise before the handshake, 1|2|3")
		}
	}
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "peer")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: peer(manners), Protocols: &http.Protocols{}}
	srv.Protocols.SetUnencryptedHTTP2(true)
	fmt.Printf("1|1|unix|%s|grpc|\n", path)
	panic(srv.Serve(l))
}

// peer answers calls in the manners that it has.
type peer string

// ServeHTTP implements http.Handler.
func (p peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	switch {
	case strings.HasSuffix(r.URL.Path, "/Describe"):
		d := &pb.DescribeResponse{Sdk: "bare/1"}
		for _, name := range []string{"misbehave", "bystander"} {
			d.Tasks = append(d.Tasks, &pb.TaskType{Name: name, ContentType: task.ContentJSON})
		}
		_, _ = w.Write(frame(d))
		w.Header().Set("Grpc-Status", "0")
	case strings.HasSuffix(r.URL.Path, "/Session"):
		p.session(w, r)
		w.Header().Set("Grpc-Status", "0")
		defer time.AfterFunc(20*time.Millisecond, func() { os.Exit(0) })
	default:
		w.Header().Set("Grpc-Status", "12") // unimplemented
	}
}

// frame is a message as gRPC frames it.
func frame(m proto.Message) []byte {
	body, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(body))), body...)
}

func receive(r io.Reader, m proto.Message) error {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[1:]))
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	return proto.Unmarshal(body, m)
}

func (p peer) session(w http.ResponseWriter, r *http.Request) {
	send := func(b []byte) {
		_, _ = w.Write(b)
		_ = http.NewResponseController(w).Flush()
	}
	send(frame(&pb.SessionResponse{Welcome: &pb.Welcome{}}))
	for {
		var req pb.SessionRequest
		if receive(r.Body, &req) != nil {
			return
		}
		if n := req.GetPing(); n > 0 {
			send(frame(&pb.SessionResponse{Pong: n}))
		}
		if from := req.GetRecallFrom(); from > 0 {
			send(frame(&pb.SessionResponse{Returned: &pb.Returned{From: from}}))
		}
		if t := req.GetTasks(); len(t.GetSize()) > 0 && !p.handle(t, send) {
			return
		}
	}
}

// results answers calls as they should be.
func results(t *pb.Tasks) *pb.Results {
	r := &pb.Results{}
	for i := range t.GetSize() {
		r.Seq, r.Size, r.ElapsedNs = append(r.Seq, t.GetFirst()+uint64(i)), append(r.Size, 1), append(r.ElapsedNs, 1000)
		r.Outputs = append(r.Outputs, '1')
	}
	return r
}

// handle deals with calls, and reports whether the session goes on.
func (p peer) handle(t *pb.Tasks, send func([]byte)) bool {
	right := results(t)
	answer := frame(&pb.SessionResponse{Results: right})
	switch p {
	case "result of an unknown future":
		right.Seq[0] += 1000
		send(frame(&pb.SessionResponse{Results: right}))
	case "result of a finished future":
		send(append(answer, answer...))
	case "more results than calls":
		right.Seq, right.Size, right.ElapsedNs, right.Outputs = append(right.Seq, right.Seq[0]+1), append(right.Size, 1), append(right.ElapsedNs, 1), append(right.Outputs, '1')
		send(frame(&pb.SessionResponse{Results: right}))
	case "frame that does not decode":
		send(append([]byte{0, 0, 0, 0, 64}, bytes.Repeat([]byte{0xff}, 64)...))
	case "frame that claims 2 GiB":
		send([]byte{0, 0x80, 0, 0, 0})
		send(make([]byte, 1<<20))
	case "frame that claims to be compressed":
		answer[0] = 1
		send(answer)
	case "frame that never ends":
		send(append([]byte{0, 0, 0x10, 0, 0}, answer...))
	case "results without end":
		for range 100_000 {
			send(answer)
		}
	case "dribbles":
		for i := range answer {
			send(answer[i : i+1])
			<-time.After(time.Millisecond)
		}
	case "ends the session":
		return false
	case "resets the session":
		panic(http.ErrAbortHandler)
	case "says nothing and hangs":
		select {}
	default:
		send(answer)
	}
	return true
}

// peers are the cases of workers that do not speak as they should. A call that
// was with one fails, unless its answer could be understood; the next one succeeds.
func peers() (out []Case) {
	lost, result := task.KindWorkerLost, Result
	for manners, wants := range map[string][]string{
		"result of an unknown future":        {lost},
		"result of a finished future":        {result},
		"more results than calls":            {lost, result},
		"frame that does not decode":         {lost},
		"frame that claims 2 GiB":            {lost},
		"frame that claims to be compressed": {lost},
		"frame that never ends":              {lost},
		"results without end":                {lost, result},
		"dribbles":                           {result},
		"ends the session":                   {lost},
		"resets the session":                 {lost},
		"noise":                              {result},
	} {
		out = append(out, Case{Name: "peer: " + manners, Workers: 1, Long: manners == "frame that never ends", Peer: manners, Do: func(h *House) {
			h.Await(h.Do("", "", wants...))
			// A worker that says too much may be found out while it has the next call.
			if len(wants) == 1 && wants[0] == lost || manners == "dribbles" || manners == "noise" {
				h.Await(h.Do("", ""))
			} else {
				h.Await(h.Do("", "", lost, result))
			}
			h.Until("the worker is not replaced", func() bool { return manners == "dribbles" || manners == "noise" || h.Workers().Started > 1 })
			for range 10 {
				h.Await(h.Do("", ""))
			}
		}})
	}
	return append(out, Case{Name: "peer: says nothing and hangs, cancelled", Workers: 1, Peer: "says nothing and hangs", Do: func(h *House) {
		f := h.Do("", "", Cancelled)
		h.Until("it is not sent", func() bool { return f.State() == scheduler.Running })
		f.Cancel()
		h.Await(f)
		h.Await(h.Do("", ""))
	}})
}

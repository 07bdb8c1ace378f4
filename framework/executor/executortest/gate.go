package executortest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 30 * time.Second

// holding is the input of the task hold.
type holding struct {
	Addr string // of a gate
	Name string // by which the gate knows the call
	How  string
}

// Ways to hold.
const (
	heeding   = "heeding"   // returns when its context ends
	lingering = "lingering" // tells when its context ends, and returns when let go
	ignoring  = "ignoring"  // does not look at its context
)

// holdOn comes to a gate and waits until it is let go.
func holdOn(ctx context.Context, h holding) (string, error) {
	conn, err := net.Dial("tcp", h.Addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, h.Name+"\n"); err != nil {
		return "", err
	}
	letGo := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(conn).ReadString('\n')
		letGo <- err
	}()
	if h.How == ignoring {
		return h.Name, <-letGo
	}
	select {
	case err := <-letGo:
		return h.Name, err
	case <-ctx.Done():
	}
	if h.How == lingering {
		if _, err := io.WriteString(conn, "lingering\n"); err != nil {
			return "", err
		}
		if err := <-letGo; err != nil {
			return "", err
		}
	}
	return "", context.Cause(ctx)
}

// gate is where calls of hold are held.
type gate struct {
	t        *testing.T
	listener net.Listener
	arrivals chan *held
	waiting  map[string]*held
}

// held is a call that has come to the gate.
type held struct {
	t    *testing.T
	name string
	conn net.Conn
	r    *bufio.Reader
}

func newGate(t *testing.T) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := &gate{t: t, listener: l, arrivals: make(chan *held, 1024), waiting: map[string]*held{}}
	done := make(chan struct{})
	var conns []net.Conn
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, conn)
			r := bufio.NewReader(conn)
			name, err := r.ReadString('\n')
			if err != nil {
				continue // it was killed in the doorway
			}
			g.arrivals <- &held{t, name[:len(name)-1], conn, r}
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for _, c := range conns {
			c.Close()
		}
	})
	return g
}

// in returns the input of a call that comes to this gate.
func (g *gate) in(name, how string) holding {
	return holding{Addr: g.listener.Addr().String(), Name: name, How: how}
}

// next waits for a call to come.
func (g *gate) next() *held {
	g.t.Helper()
	select {
	case h := <-g.arrivals:
		return h
	case <-time.After(patience):
		require.FailNow(g.t, "no call came to the gate")
		return nil
	}
}

// arrived waits for the call of that name.
func (g *gate) arrived(name string) *held {
	g.t.Helper()
	for g.waiting[name] == nil {
		h := g.next()
		g.waiting[h.name] = h
	}
	return g.waiting[name]
}

// none requires that no further call has come.
func (g *gate) none() {
	g.t.Helper()
	select {
	case h := <-g.arrivals:
		require.FailNow(g.t, "a call has come to the gate that should not have begun", h.name)
	default:
	}
}

// letGo lets the call return.
func (h *held) letGo() {
	h.t.Helper()
	_, err := io.WriteString(h.conn, "go\n")
	require.NoError(h.t, err)
}

// lingers waits until the call has noticed the end of its context.
func (h *held) lingers() {
	h.t.Helper()
	require.NoError(h.t, h.conn.SetReadDeadline(time.Now().Add(patience)))
	line, err := h.r.ReadString('\n')
	require.NoError(h.t, err)
	require.Equal(h.t, "lingering\n", line)
}

// gone requires that the code has ended or does so at once: a process that was
// killed closes its connections a moment before or after it is reaped.
func (h *held) gone() {
	h.t.Helper()
	require.NoError(h.t, h.conn.SetReadDeadline(time.Now().Add(time.Second)))
	_, err := h.r.ReadByte()
	var timeout net.Error
	require.False(h.t, err == nil || errors.As(err, &timeout) && timeout.Timeout(), "the code goes on")
}

package pluginproc

import (
	"context"
	"sync"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	// defaultStop bounds a Stop whose context has no deadline.
	defaultStop = 10 * time.Second
	// termGrace is what a plugin has between SIGTERM and SIGKILL.
	termGrace = 250 * time.Millisecond
	// lastCalls is how long open calls may go on after the exit.
	lastCalls = 2 * time.Second
	// cleanBound is how long go-plugin may take to clean up after a dead process.
	cleanBound = 3 * time.Second
)

// shutdownMethod is go-plugin's, whose client is internal to it. Its messages
// are empty.
const shutdownMethod = "/plugin.GRPCController/Shutdown"

// Process is one running plugin process. All methods are safe for concurrent
// use.
type Process struct {
	launcher *launcher
	client   *goplugin.Client
	conn     *grpc.ClientConn
	calls    calls
	stdout   *syncedOutput
	stderr   *syncedOutput

	stopping sync.Once
	closing  chan struct{} // Stop: open calls are not waited for
	released chan struct{} // connection and socket folder are gone
}

// Conn is the connection to the plugin. It is closed some time after the exit,
// see the package comment; the caller does not close it.
func (p *Process) Conn() *grpc.ClientConn { return p.conn }

// PID is the process number, and that of its group.
func (p *Process) PID() int { return p.launcher.child.proc.PID() }

// Started is when the process was launched.
func (p *Process) Started() time.Time { return p.launcher.child.started }

// Exited is closed once the process has ended, was reaped, and its output has
// been read.
func (p *Process) Exited() <-chan struct{} { return p.launcher.child.exited }

// Exit tells how it ended. It waits for Exited.
func (p *Process) Exit() Exit {
	<-p.launcher.child.exited
	return p.launcher.child.exit
}

// Stop ends the process gracefully: it asks the plugin to shut down and waits
// until ctx is done (10 s when ctx has no deadline), then sends SIGTERM to the
// group, and SIGKILL 250 ms later. The caller has ended its calls before; those
// that are open are cut. When Stop returns nothing of the process is left. It
// may be called again, and after the process has ended by itself.
func (p *Process) Stop(ctx context.Context) {
	if !p.launcher.child.gone() {
		p.shutdown(ctx)
	}
	p.stopping.Do(func() { close(p.closing) })
	p.awaitRelease()
}

func (p *Process) shutdown(ctx context.Context) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultStop)
		defer cancel()
	}
	if p.askToShutDown(ctx) {
		return
	}
	if err := p.Terminate(); err == nil && p.ExitsWithin(termGrace) {
		return
	}
	p.launcher.child.kill()
}

// askToShutDown reports whether the process ended before ctx did.
func (p *Process) askToShutDown(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- p.conn.Invoke(ctx, shutdownMethod, &emptypb.Empty{}, &emptypb.Empty{}) }()
	for {
		select {
		case <-p.Exited():
			return true
		case <-ctx.Done():
			return false
		case err := <-answer:
			// The usual answer is that the connection broke. One who does not know
			// the request is not going to end by it.
			if status.Code(err) == codes.Unimplemented {
				return false
			}
			answer = nil
		}
	}
}

// Terminate sends SIGTERM to the process group. It fails where there is no such
// thing (Windows), and does nothing after the exit.
func (p *Process) Terminate() error { return p.launcher.child.proc.Terminate() }

// Kill sends SIGKILL to the process group and waits until it is reaped, 5 s at
// most. It may be called again. Calls that are open may still read what the
// process had sent.
func (p *Process) Kill() {
	p.launcher.child.kill()
	if p.launcher.child.gone() && !p.calls.anyOpen() {
		p.awaitRelease()
	}
}

// Discard is Kill for a process of which nothing is wanted any more: open calls
// are cut, and when it returns nothing of the process is left.
func (p *Process) Discard() {
	p.launcher.child.kill()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // nothing is left to wait for
	p.Stop(ctx)
}

// ExitsWithin waits for the end of the process for that long, and reports
// whether it came.
func (p *Process) ExitsWithin(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.Exited():
		return true
	case <-t.C:
		return false
	}
}

// awaitRelease is bounded although release is too: it does not begin while a
// process hangs inside the system.
func (p *Process) awaitRelease() {
	t := time.NewTimer(cleanBound)
	defer t.Stop()
	select {
	case <-p.released:
	case <-t.C:
	}
}

// release frees what the process leaves behind, once its streams are read.
func (p *Process) release() {
	defer close(p.released)
	<-p.Exited()
	t := time.NewTimer(lastCalls)
	defer t.Stop()
	select {
	case <-p.calls.whenIdle():
	case <-p.closing:
	case <-t.C:
	}
	p.clean()
}

// clean is called when the process is gone, on which go-plugin's Kill does not
// block; the bound is for surprises.
func (p *Process) clean() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.client.Kill() // broker, stdio, connection, socket folder
		p.calls.closeAll()
		p.stdout.close()
		p.stderr.close()
	}()
	t := time.NewTimer(cleanBound)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
		p.launcher.config.Logger.Error("cleaning up after a plugin process does not end", keyPlugin, p.launcher.config.Name, "waited", cleanBound)
	}
}

//go:build linux

package pluginproc_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
)

const (
	actEnv  = "PLUGINPROC_TEST_ACT"  // which of acts to play
	holdEnv = "PLUGINPROC_TEST_HOLD" // a socket of the test; a connection to it ends with the process
	dirEnv  = "PLUGINPROC_TEST_DIR"
)

func acts() map[string]func() {
	return map[string]func(){
		"plugin": func() { serve(handshake.Version) },
		"die with a folder": func() {
			f, err := pluginproc.MakeFolder()
			if err == nil {
				err = os.WriteFile(f.Path()+"/of a socket", nil, 0o600)
			}
			if err != nil {
				fmt.Println(err)
			}
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		},
		"chatty plugin": func() {
			fmt.Print("loading 1|2\n\nstill loading\n")
			serve(handshake.Version)
		},
		"panicking plugin": func() {
			fmt.Fprintln(os.Stderr, "reading the licence")
			explode("no licence")
		},
		"plugin v7":      func() { serve(7) },
		"holding plugin": func() { hold("p"); serve(handshake.Version) },
		"deaf plugin":    deafPlugin,
		"life pipe":      watchLifePipe,
		"with a child":   holdWithChild,
		"hold":           func() { _, _ = io.Copy(io.Discard, hold("g")) },
		"host":           host,
	}
}

// serve is a plugin like any author of plain go-plugin writes it.
func serve(version int) {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  goplugin.HandshakeConfig{MagicCookieKey: handshake.CookieKey, MagicCookieValue: handshake.CookieValue},
		VersionedPlugins: map[int]goplugin.PluginSet{version: {handshake.PluginName: commands{}}},
		GRPCServer:       goplugin.DefaultGRPCServer,
	})
}

// commands serves one method that makes the plugin do something.
type commands struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (commands) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func (commands) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	sent := make(chan struct{})
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Commands",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Do", Handler: func(_ any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var in wrapperspb.StringValue
			if err := dec(&in); err != nil {
				return nil, err
			}
			if in.Value == "await sent" {
				<-sent
			}
			return wrapperspb.String(obey(ctx, in.Value)), nil
		}}},
		Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, ClientStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
			if err := stream.SendMsg(wrapperspb.String("last words")); err != nil {
				return err
			}
			close(sent)
			<-stream.Context().Done()
			return nil
		}}},
	}, nil)
	return nil
}

// obey carries out one command. fd 2 is named by number: go-plugin replaces os.Stderr.
func obey(ctx context.Context, command string) string {
	stdout, stderr := rawOutputs()
	verb, arg, _ := strings.Cut(command, " ")
	switch verb {
	case "exit":
		os.Exit(int(arg[0] - '0'))
	case "panic":
		panic(arg)
	case "panic-elsewhere":
		go explode(arg)
		<-ctx.Done()
	case "nil":
		var p *int
		return fmt.Sprint(*p)
	case "traceback":
		debug.SetTraceback(arg)
	case "segfault": // as C code would get it
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		<-ctx.Done()
	case "abort": // as C++ does, whose signals Go does not catch
		panic(syscall.Exec("/bin/sh", []string{"sh", "-c", "kill -ABRT $$"}, nil))
	case "env":
		return strings.Join(os.Environ(), "\n")
	case "wd":
		dir, _ := os.Getwd()
		return dir
	case "stdin":
		text, err := io.ReadAll(os.Stdin)
		return fmt.Sprint(len(text), err)
	case "bytes":
		return strings.Repeat("x", 2<<20)
	case "stderr":
		text, err := strconv.Unquote(arg) // a message holds no invalid UTF-8
		if err != nil {
			text = arg
		}
		fmt.Fprint(stderr, text)
	case "raw-stdout":
		fmt.Fprint(stdout, arg)
	case "synced":
		fmt.Print(arg)
	case "long-line":
		fmt.Fprintln(stderr, strings.Repeat("ä", 1<<19))
		fmt.Fprintln(stdout, strings.Repeat("y", 1<<20))
	case "child":
		startChild(stderr, false)
	case "escaped-child":
		startChild(stderr, true)
	case "ignore-sigterm":
		signal.Ignore(syscall.SIGTERM)
	}
	return ""
}

func explode(what string) { panic(what) }

// rawOutputs returns the descriptors themselves, whatever go-plugin has made of
// os.Stdout and os.Stderr. They are opened once: a file that nobody refers to
// any more is closed, and with it the descriptor.
var rawOutputs = sync.OnceValues(func() (stdout, stderr *os.File) {
	return os.NewFile(1, "stdout"), os.NewFile(2, "stderr")
})

// startChild leaves a process behind that holds stderr.
func startChild(stderr *os.File, escape bool) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), actEnv+"=hold")
	cmd.Stderr = stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: escape}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

// hold connects to the test; the connection ends when this process does.
func hold(name string) net.Conn {
	c, err := net.Dial("unix", os.Getenv(holdEnv))
	if err != nil {
		panic(err)
	}
	fmt.Fprint(c, name)
	return c
}

// deafPlugin shakes hands and then does not answer.
func deafPlugin() {
	l, err := net.Listen("unix", os.Getenv("PLUGIN_UNIX_SOCKET_DIR")+"/deaf")
	if err != nil {
		panic(err)
	}
	fmt.Printf("1|%d|unix|%s|grpc|\n", handshake.Version, l.Addr())
	select {}
}

// watchLifePipe has lost the kernel's help and ends by the life pipe.
func watchLifePipe() {
	disarm()
	if os.Getenv(handshake.LifeFDEnv) != fmt.Sprint(handshake.LifeFD) {
		panic("no life pipe")
	}
	hold("p")
	go func() {
		_, _ = io.Copy(io.Discard, os.NewFile(handshake.LifeFD, "life"))
		os.Exit(0)
	}()
	serve(handshake.Version)
	select {} // whatever else ends, only the life pipe ends this process
}

// disarm takes back that the kernel signals at the end of the life pipe.
func disarm() {
	for _, c := range [][2]uintptr{{syscall.F_SETFL, 0}, {syscall.F_GETFL, 0}} {
		flags, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, handshake.LifeFD, c[0], c[1])
		if errno != 0 || flags&syscall.O_ASYNC != 0 {
			panic(fmt.Sprint(flags, errno))
		}
	}
}

// holdWithChild is a plugin that has started a program and watches nothing.
func holdWithChild() {
	_, stderr := rawOutputs()
	startChild(stderr, false)
	hold("p")
	serve(handshake.Version)
	select {}
}

// host starts a plugin and waits to be killed.
func host() {
	_, err := pluginproc.Start(context.Background(), pluginproc.Config{
		Path: "/proc/self/exe", RuntimeDir: os.Getenv(dirEnv),
		Env: map[string]string{actEnv: os.Getenv("PLUGINPROC_TEST_PLUGIN"), holdEnv: os.Getenv(holdEnv)},
	})
	if err != nil {
		panic(err)
	}
	hold("h")
	select {}
}

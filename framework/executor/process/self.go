package process

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
)

// ErrInsideWorker is returned where an executor is started in a process that
// is a worker itself: a program never multiplies.
var ErrInsideWorker = errors.New("a scheduler cannot be started inside a worker process")

// missingCall is what a program that is its own worker has to call.
const missingCall = "sdk.ServeIfPlugin(…) must be called first thing in main (in tests: in TestMain), with every task that workers are to run"

// Self returns an executor whose workers are further copies of this program;
// 0 workers means one per CPU. The program calls sdk.ServeIfPlugin with its
// tasks first thing in main.
//
// In a copy that has not served by the time it comes here, the call is missing
// or too late: that copy ends at once, saying so, instead of doing again what
// its host does.
func Self(workers int, opts ...Option) *Executor {
	refuseUnservedWorker()
	e := newExecutor(newConfig(os.Args[0], append([]Option{Workers(workers)}, opts...)))
	e.cfg.self = true
	return e
}

// refuseUnservedWorker ends a process that was started as a worker and went on
// to be a host. The sdk takes the mark away from processes that serve.
func refuseUnservedWorker() {
	if os.Getenv(handshake.CookieKey) != handshake.CookieValue {
		return
	}
	fmt.Fprintf(os.Stderr, "fatal error: this process was started as a worker, but its program went on as a host would: %s\n", missingCall)
	os.Exit(2)
}

// offersSelf tells what workers made of this program can run.
func offersSelf(code string) (ok bool, hint string) {
	names, called := task.Offered()
	if !called {
		return false, missingCall
	}
	if slices.Contains(names, code) {
		return true, ""
	}
	return false, fmt.Sprintf("pass the definition of %q to sdk.ServeIfPlugin too", code)
}

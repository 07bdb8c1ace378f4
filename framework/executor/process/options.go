package process

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// Defaults of options.
const (
	DefaultGrace        = 5 * time.Second
	DefaultStartTimeout = 10 * time.Second
	DefaultMaxMessage   = 64 << 20
	DefaultRestarts     = 20
)

// Option is an option of [Plugin], [Self] and [Describe]. Values out of range
// are an error when the executor starts.
type Option func(*config)

type config struct {
	name         string
	path         string
	self         bool
	workers      int
	args         []string
	dir          string
	env          map[string]string
	plugin       any
	hasPlugin    bool
	sha256       string
	grace        time.Duration
	startTimeout time.Duration
	maxMessage   int
	restarts     int
	maxTasks     int
	maxRSS       int64
	threads      int
	nice         int

	encoded []byte // plugin as JSON
}

// Name names the executor and its plugin in logs and errors. The default is
// the base name of the executable, without an extension.
func Name(name string) Option { return func(c *config) { c.name = name } }

// Workers sets the number of worker processes; 0, the default, means one per
// CPU that Go may use (GOMAXPROCS).
func Workers(n int) Option { return func(c *config) { c.workers = n } }

// Args sets the arguments of the worker processes.
func Args(args ...string) Option { return func(c *config) { c.args = args } }

// Dir sets the working directory of the worker processes. The default is the
// host's.
func Dir(dir string) Option { return func(c *config) { c.dir = dir } }

// Env sets environment variables of the worker processes, on top of the few of
// the host's that any program needs (PATH, HOME, LANG and the like).
func Env(vars map[string]string) Option {
	return func(c *config) {
		if c.env == nil {
			c.env = map[string]string{}
		}
		maps.Copy(c.env, vars)
	}
}

// Config sets the plugin's configuration, which its sdk.Setup gets. It is sent
// as JSON.
func Config(v any) Option { return func(c *config) { c.plugin, c.hasPlugin = v, true } }

// SHA256 sets the checksum, in hex, that the executable must have.
func SHA256(sum string) Option { return func(c *config) { c.sha256 = sum } }

// Grace sets how long cancelled code has to return before its process is
// killed. The default is 5 s.
func Grace(d time.Duration) Option { return func(c *config) { c.grace = d } }

// StartTimeout sets how long a worker process may take until it can be given
// work, its set-up included. The default is 10 s.
func StartTimeout(d time.Duration) Option { return func(c *config) { c.startTimeout = d } }

// MaxMessage sets the size in bytes that one input or output may have. The
// default is 64 MiB.
func MaxMessage(bytes int) Option { return func(c *config) { c.maxMessage = bytes } }

// Restarts sets how many times in a row a worker's process may be replaced when
// none of them has answered a call, with a result or an error of its code: a
// worker whose processes die of every call is given up, and one that has died
// of a few goes on. 0 means that no process is replaced unless it has answered
// one. The default is 20.
func Restarts(n int) Option { return func(c *config) { c.restarts = n } }

// MaxTasksPerProcess sets how many calls a worker process may run before it is
// replaced, for code that leaks. Each process has a number of its own, up to a
// quarter less, so that not all are replaced at once. The replacement is started
// while the process runs the last of its calls: for a moment there are two. 0,
// the default, means no bound.
func MaxTasksPerProcess(n int) Option { return func(c *config) { c.maxTasks = n } }

// MaxRSS sets how many bytes of memory a worker may hold, with what it has
// started, before its process is replaced. It is looked at when the worker is
// about to be given a call; a call that runs is not disturbed, and the worker goes
// on until its replacement is ready. Memory that is mapped from files does not
// count. Linux only: elsewhere it is an error when the executor starts. 0, the
// default, means no bound.
func MaxRSS(bytes int64) Option { return func(c *config) { c.maxRSS = bytes } }

// Threads sets how many threads the code of one worker is to use: Go's runtime
// (GOMAXPROCS) and libraries that look at OMP_NUM_THREADS and its like use that
// many. 0, the default, divides the CPUs that Go may use by the number of workers,
// at least 1, so that the workers together use what there is. While code computes
// on all of its threads, it takes up to some 20 ms until it hears of the host, such
// as that it is cancelled: that is when Go's runtime looks. [Env] has the last word.
func Threads(n int) Option { return func(c *config) { c.threads = n } }

// Nice sets the nice level of the worker processes, from -20 to 19: the higher,
// the more they give way to other processes. Levels below the host's need
// privileges. 0, the default, leaves them at the host's. There are none on
// Windows: there it is an error when the executor starts.
func Nice(level int) Option { return func(c *config) { c.nice = level } }

func newConfig(path string, opts []Option) config {
	c := config{path: path, grace: DefaultGrace, startTimeout: DefaultStartTimeout, maxMessage: DefaultMaxMessage,
		restarts: DefaultRestarts}
	for _, o := range opts {
		o(&c)
	}
	if c.name == "" {
		base := filepath.Base(path)
		c.name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return c
}

// minMaxMessage leaves room for what a frame holds besides payloads.
const minMaxMessage = 1 << 10

// resolve checks the options and fills in what is known only now.
func (c *config) resolve() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("process: plugin %s: %s", c.name, fmt.Sprintf(format, args...))
	}
	switch {
	case c.workers < 0:
		return wrong("%d workers are out of range: give 1 or more, or 0 for one per CPU", c.workers)
	case c.grace < 0:
		return wrong("a grace of %v is out of range: it must not be negative", c.grace)
	case c.startTimeout <= 0:
		return wrong("a start timeout of %v is out of range: it must be positive", c.startTimeout)
	case c.restarts < 0:
		return wrong("%d restarts in a row are out of range: give 0 or more", c.restarts)
	case c.maxTasks < 0:
		return wrong("%d tasks per process are out of range: give 1 or more, or 0 for no bound", c.maxTasks)
	case c.maxRSS < 0:
		return wrong("a memory bound of %d bytes is out of range: give 1 or more, or 0 for no bound", c.maxRSS)
	case c.threads < 0:
		return wrong("%d threads are out of range: give 1 or more, or 0 for the CPUs divided by the workers", c.threads)
	case c.nice < pluginproc.MinNice || c.nice > pluginproc.MaxNice:
		return wrong("nice level %d is out of range: give one from %d to %d", c.nice, pluginproc.MinNice, pluginproc.MaxNice)
	case c.maxMessage < minMaxMessage:
		return wrong("messages of at most %d bytes are out of range: give %d or more", c.maxMessage, minMaxMessage)
	}
	if c.workers == 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	if c.maxRSS > 0 {
		if err := osproc.Metered(); err != nil {
			return wrong("the memory of workers cannot be bounded: %v", err)
		}
	}
	c.env = withThreads(c.env, c.threads, c.workers)
	if c.hasPlugin {
		var err error
		if c.encoded, err = json.Marshal(c.plugin); err != nil {
			return wrong("its configuration does not encode as JSON: %v", err)
		}
	}
	if c.self {
		path, err := os.Executable()
		if err != nil {
			return wrong("this program's executable is not known: %v", err)
		}
		c.path = path
	}
	return nil
}

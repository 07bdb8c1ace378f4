package eventplugin

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Defaults of options.
const (
	DefaultStartTimeout = 10 * time.Second
	DefaultFlush        = 5 * time.Second
	DefaultStall        = 30 * time.Second
	DefaultMaxMessage   = 64 << 20
)

// What a plugin may be allowed to do.
const (
	Submit = "submit" // submit calls of tasks, and wait for their futures
	Cancel = "cancel" // cancel futures
	Stop   = "stop"   // stop the run
	Emit   = "emit"   // emit events of its own
)

// Permissions are all words that [Allow] takes.
func Permissions() []string { return []string{Submit, Cancel, Stop, Emit} }

// Option is an option of [Plugin] and [Self]. Values out of range are an error
// when a run starts.
type Option func(*Spec)

// Spec is one event plugin and how it is attached. [Plugin] and [Self] make
// specs.
type Spec struct {
	name         string
	part         string
	path         string
	self         bool
	args         []string
	dir          string
	env          map[string]string
	sha256       string
	config       any
	hasConfig    bool
	allow        []string
	filter       patterns
	delivery     delivery
	optional     bool
	stay         bool
	absent       error
	shown        bool
	startTimeout time.Duration
	flush        time.Duration
	stall        time.Duration

	encoded []byte // config as JSON
}

// Plugin returns the spec of the event plugin that the executable at path
// offers.
func Plugin(path string, opts ...Option) *Spec {
	base := filepath.Base(path)
	return newSpec(&Spec{path: path, name: strings.TrimSuffix(base, filepath.Ext(base))}, opts)
}

// Self returns the spec of an event plugin that this program itself offers: it
// runs in a further copy of the program, which calls sdk.ServeIfPlugin with it
// first thing in main.
func Self(name string, opts ...Option) *Spec {
	return newSpec(&Spec{self: true, name: name, part: name}, opts)
}

// Absent returns the spec of a plugin of which it is known already that it cannot
// be attached, such as because it does not build: err says why. A run does not
// start, unless the plugin is [Optional].
func Absent(name string, err error, opts ...Option) *Spec {
	return newSpec(&Spec{name: name, absent: err}, opts)
}

func newSpec(s *Spec, opts []Option) *Spec {
	s.startTimeout, s.flush, s.stall = DefaultStartTimeout, DefaultFlush, DefaultStall
	for _, o := range opts {
		o(s)
	}
	return s
}

// Name names the plugin in logs, errors and displays. The default is the name
// given to [Self], or the base name of the executable without an extension.
// Two plugins of one scheduler cannot have the same.
func Name(name string) Option { return func(s *Spec) { s.name = name } }

// Part says which of its event plugins an executable is to serve as. The
// default is the only one or, of several, that of the spec's name.
func Part(name string) Option { return func(s *Spec) { s.part = name } }

// Args sets the arguments of the plugin's process.
func Args(args ...string) Option { return func(s *Spec) { s.args = args } }

// Dir sets the working directory of the plugin's process. The default is the
// host's.
func Dir(dir string) Option { return func(s *Spec) { s.dir = dir } }

// Env sets environment variables of the plugin's process, on top of the few of
// the host's that any program needs (PATH, HOME, LANG and the like).
func Env(vars map[string]string) Option {
	return func(s *Spec) {
		if s.env == nil {
			s.env = map[string]string{}
		}
		maps.Copy(s.env, vars)
	}
}

// SHA256 sets the checksum, in hex, that the executable must have.
func SHA256(sum string) Option { return func(s *Spec) { s.sha256 = sum } }

// Config sets the plugin's configuration: the struct with which the plugin
// declares it, such as logging.Config, or whatever encodes as a JSON object with
// the names of its attributes. In a struct, an optional field that is zero is
// not given.
func Config(v any) Option { return func(s *Spec) { s.config, s.hasConfig = v, true } }

// Allow grants the plugin what it may do besides listening: [Submit],
// [Cancel], [Stop], [Emit]. The default is nothing.
func Allow(words ...string) Option { return func(s *Spec) { s.allow = append(s.allow, words...) } }

// Filter lets the plugin hear of some events only: names of events, or of a
// task and an event with a dot in between, with the wildcards * and ?. The
// default is all that it subscribes to.
func Filter(patterns ...string) Option {
	return func(s *Spec) { s.filter = append(s.filter, patterns...) }
}

// delivery says what happens when a plugin is too slow for the log.
type delivery int

const (
	byPlugin delivery = iota // as the plugin asks for
	skip
	lossless
)

// Lossless has dispatch paused rather than the plugin miss something, and the
// run stopped if the plugin is lost for good. The default is what the plugin
// itself asks for (sdk.Lossless), and [Skip] if it does not.
func Lossless() Option { return func(s *Spec) { s.delivery = lossless } }

// Skip leaves out what is older than the log ([LogRecords], [LogBytes]) when the
// plugin comes to read it, and tells the plugin so, whatever it asks for.
func Skip() Option { return func(s *Spec) { s.delivery = skip } }

// Optional turns a plugin that cannot be attached, or is lost for good, into a
// warning.
func Optional() Option { return func(s *Spec) { s.optional = true } }

// Stay keeps the plugin's process beyond the end of a run, for the next run of
// the same scheduler, until [Hub.Close].
func Stay() Option { return func(s *Spec) { s.stay = true } }

// Shown shows the plugin's subscriptions in the scheduler's tree and snapshots,
// below their events, but for those made with event.Hidden. By default only how
// the plugin fares is shown, as most plugins keep books and are of no interest
// there.
func Shown() Option { return func(s *Spec) { s.shown = true } }

// StartTimeout sets how long the process may take until it is set up. The
// default is 10 s.
func StartTimeout(d time.Duration) Option { return func(s *Spec) { s.startTimeout = d } }

// FlushWithin sets how long the plugin has at the end of a run to deal with
// what remains. The default is 5 s.
func FlushWithin(d time.Duration) Option { return func(s *Spec) { s.flush = d } }

// StallAfter sets how long a plugin that may submit can keep a run with an empty
// queue from ending without acknowledging anything. The default is 30 s.
func StallAfter(d time.Duration) Option { return func(s *Spec) { s.stall = d } }

// CheckFilter finds patterns for [Filter] that are malformed.
func CheckFilter(list ...string) error { return patterns(list).check() }

func (s *Spec) errorf(format string, args ...any) error {
	return fmt.Errorf("eventplugin: %s: %w", s.name, fmt.Errorf(format, args...))
}

// resolve checks the spec and returns a copy with what is known only now.
func (s *Spec) resolve() (*Spec, error) {
	c := *s
	switch {
	case c.name == "":
		return nil, errors.New("eventplugin: a plugin needs a name")
	case c.startTimeout <= 0:
		return nil, c.errorf("a start timeout of %v is out of range: it must be positive", c.startTimeout)
	case c.flush <= 0:
		return nil, c.errorf("%v to flush is out of range: it must be positive", c.flush)
	case c.stall <= 0:
		return nil, c.errorf("a stall limit of %v is out of range: it must be positive", c.stall)
	}
	for _, word := range c.allow {
		if !slices.Contains(Permissions(), word) {
			return nil, c.errorf("there is nothing called %q to allow: there are %s", word, strings.Join(Permissions(), ", "))
		}
	}
	if err := c.filter.check(); err != nil {
		return nil, c.errorf("%w", err)
	}
	if c.hasConfig {
		var err error
		if c.encoded, err = task.EncodeConfig(c.config); err != nil {
			return nil, c.errorf("its configuration does not encode as JSON: %w", err)
		}
	}
	if c.self {
		offered, called := task.OfferedPlugins()
		if !called {
			return nil, c.errorf("sdk.ServeIfPlugin(…) must be called first thing in main (in tests: in TestMain), with every event plugin that this program is to be")
		}
		if !slices.ContainsFunc(offered, func(p task.EventPlugin) bool { return p.Name == c.part }) {
			return nil, c.errorf("this program offers no event plugin %q: pass it to sdk.ServeIfPlugin too", c.part)
		}
		path, err := os.Executable()
		if err != nil {
			return nil, c.errorf("this program's executable is not known: %w", err)
		}
		c.path = path
	}
	return &c, nil
}

func (s *Spec) allows(word string) bool { return slices.Contains(s.allow, word) }

// givesWay is by how much the nice level of plugins that only listen is above
// the host's. Those that cannot follow a flood would take half of the CPU from it.
const givesWay = 10

// listens reports whether the plugin may do nothing but listen.
func (s *Spec) listens() bool { return len(s.allow) == 0 }

// nice is the nice level of the plugin's processes. What may act on the
// scheduler has tasks wait for it, and is not slowed.
func (s *Spec) nice() int {
	if !s.listens() {
		return 0
	}
	return pluginproc.GivingWay(givesWay)
}

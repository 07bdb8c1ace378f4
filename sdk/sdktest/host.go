package sdktest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// What hosts do that were not told otherwise.
const (
	defaultMaxMessage = 64 << 20
	defaultGrace      = 5 * time.Second
)

// Host is what a plugin is told by the host that starts it. The zero Host is
// ready: it gives no configuration, grants nothing, and has records from INFO on
// logged.
type Host struct {
	// Config is the plugin's configuration, which sdk.Setup or the event plugin
	// gets. It is sent as JSON; of a struct with hcl tags as a config block
	// that has all but what is optional and zero. Default: none.
	Config any
	// Allow is what an event plugin may do besides listening: "submit",
	// "cancel", "stop", "emit". Default: nothing.
	Allow []string
	// Snapshot is what an event plugin gets that asks for one.
	Snapshot sdk.Snapshot
	// LogLevel is the lowest level that the plugin logs. Default: INFO.
	LogLevel slog.Level
	// MaxMessage is the size in bytes that one input or output may have.
	// Default: 64 MiB.
	MaxMessage int
	// Grace is how long cancelled code of a task has to return, after which a
	// host would kill its process. Default: 5 s.
	Grace time.Duration
	// Hear is called with what tasks say, one after the other, in the order in
	// which they say it, and before their calls end. Requests may be answered in it
	// or later. By default nobody hears: tasks get sdk.ErrNotHeard.
	Hear func(*Said)
	// Worker is the number that a plugin with tasks has within its pool.
	Worker int
}

// Start is [Host.Start] of the zero Host.
func Start(t testing.TB, parts ...sdk.Part) *Plugin {
	t.Helper()
	return Host{}.Start(t, parts...)
}

// Start runs a plugin made of parts until the end of the test. The test fails
// at once if the plugin's set-up does. Like sdk.Serve it panics at misuse.
func (h Host) Start(t testing.TB, parts ...sdk.Part) *Plugin {
	t.Helper()
	p, err := h.Open(t, parts...)
	if err != nil {
		t.Fatalf("sdktest: start: %v", err)
	}
	return p
}

// Open is [Host.Start] for tests of a set-up that fails: the error is what a
// host is told, a [*task.Error] in its chain.
func (h Host) Open(t testing.TB, parts ...sdk.Part) (*Plugin, error) {
	t.Helper()
	config, err := h.config()
	if err != nil {
		return nil, err
	}
	return h.open(t, newBook(t, h.LogLevel), config, parts)
}

// open starts a plugin that logs to b, until the end of the test.
func (h Host) open(t testing.TB, b *book, config []byte, parts []sdk.Part) (*Plugin, error) {
	made := plugin.New(parts)
	p := &Plugin{t: t, limit: h.MaxMessage, grace: h.Grace, hears: h.Hear, index: map[string]uint32{}, book: b,
		slot: make(chan struct{}, 1), results: make(chan session.Result, 1), returned: make(chan uint64, 1), over: make(chan struct{})}
	if p.limit <= 0 {
		p.limit = defaultMaxMessage
	}
	if p.grace <= 0 {
		p.grace = defaultGrace
	}
	p.server = plugin.NewServer(b.base(), made, &b.level)
	conn, stop, err := serve(p.server)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { p.close(stop) })

	names, err := offered(t.Context(), conn)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		p.index[name] = uint32(i)
	}
	p.session, err = session.Open(t.Context(), conn, session.Config{Run: t.Name(), Worker: h.Worker, Plugin: config,
		MaxMessage: p.limit, Tasks: names, LogLevel: h.LogLevel})
	if err != nil {
		return nil, err
	}
	go p.receive()
	return p, nil
}

func (h Host) config() ([]byte, error) {
	if h.Config == nil {
		return nil, nil
	}
	data, err := task.EncodeConfig(h.Config)
	if err != nil {
		return nil, task.Errorf(task.KindEncode, "sdktest: the configuration does not encode as JSON: %v", err)
	}
	return data, nil
}

// offered asks the plugin for the names of its tasks, as a host does.
func offered(ctx context.Context, conn pluginConn) ([]string, error) {
	d, err := session.Describe(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("sdktest: %w", err)
	}
	names := make([]string, len(d.GetTasks()))
	for i, t := range d.GetTasks() {
		names[i] = t.GetName()
	}
	return names, nil
}

package sdktest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

// The plugin.

type config struct{ Mark string }

var mark string

var setMark = sdk.Setup(func(_ context.Context, c config) error {
	mark = c.Mark
	return nil
})

var shout = sdk.TaskFunc("shout", func(ctx context.Context, text string) (string, error) {
	if text == "" {
		return "", sdk.NotRetryable(sdk.WithKind("silence", errors.New("nothing to shout")))
	}
	slog.InfoContext(ctx, "shouting", "bytes", len(text))
	return strings.ToUpper(text) + mark, nil
})

// Its test, as it stands in an author's file as TestShout(t *testing.T).
func testShout(t testing.TB) {
	p := sdktest.Host{Config: config{Mark: "!"}}.Start(t, setMark, shout)

	got, err := sdktest.Call(t.Context(), p, shout, "hello")
	fmt.Println(got, err)

	_, err = sdktest.Call(t.Context(), p, shout, "")
	fmt.Println(err)

	for _, line := range p.Logs() {
		fmt.Println(line)
	}
}

// A test of a plugin starts it, calls its tasks, and looks at results, errors
// and logs.
func Example() {
	run(testShout)
	// Output:
	// HELLO! <nil>
	// nothing to shout
	// INFO shouting task=shout future=1 bytes=5
}

// An event plugin: it shouts twice at the start, and stops the run after too
// many errors.

type crowdConfig struct {
	Most int `hcl:"most" doc:"errors after which the run is stopped"`
}

var crowd = sdk.EventPlugin("crowd", func(s *sdk.Scheduler, c crowdConfig) error {
	s.OnStart.Do(func() {
		if _, err := s.Submit("shout", "goal"); err != nil {
			slog.Error("not shouted", "error", err)
		}
	}, event.Repeat(2))
	s.OnFutureException.Do(func(e sdk.FutureException) {
		if err := s.Stop("too many errors", e.Err); err != nil {
			slog.Error("not stopped", "error", err)
		}
	}, event.Every(c.Most))
	return nil
})

// Its test. The host has the task shout, whose calls run in the test.
func testCrowd(t testing.TB) {
	p := sdktest.Host{Config: crowdConfig{Most: 2}, Allow: []string{"submit", "stop"}}.Attach(t, crowd, shout)

	p.Start()
	fmt.Println(p.Asked())

	p.Exception("shout", errors.New("hoarse"))
	p.Exception("shout", errors.New("mute"))
	fmt.Println(p.Asked()[2:])
}

// A test of an event plugin attaches it and tells what happens. Each step is
// over when the plugin has dealt with it and with all that came of it.
func Example_eventPlugin() {
	run(testCrowd)
	// Output:
	// [submit shout "goal" submit shout "goal"]
	// [stop: too many errors: mute]
}

// A plugin is replaced by another process when it dies, here before it has
// acknowledged the last event. A checkpoint goes on where the last
// acknowledgement left it.
func ExampleAttachment_Restart() {
	counter := sdk.EventPlugin("counter", func(s *sdk.Scheduler, _ struct{}) error {
		var seen struct{ Results int }
		sdk.Checkpoint(s, &seen)
		s.OnFutureResult.Do(func(sdk.FutureResult) { seen.Results++ })
		s.OnFlush(func(context.Context) error {
			fmt.Println("results:", seen.Results)
			return nil
		})
		return nil
	})
	run(func(t testing.TB) {
		p := sdktest.Attach(t, counter)
		p.Result("shout", "ONE")
		p.Result("shout", "TWO")
		p.Restart(1)
		p.Result("shout", "THREE")
		p.Finish()
	})
	// Output: results: 3
}

// run stands in for go test.
func run(test func(testing.TB)) {
	t := &stand{}
	test(t)
	for _, cleanup := range slices.Backward(t.cleanups) {
		cleanup()
	}
}

type stand struct {
	testing.TB
	cleanups []func()
}

func (t *stand) Name() string                 { return "TestShout" }
func (t *stand) Helper()                      {}
func (t *stand) Context() context.Context     { return context.Background() }
func (t *stand) Cleanup(f func())             { t.cleanups = append(t.cleanups, f) }
func (t *stand) Log(...any)                   {}
func (t *stand) Errorf(text string, a ...any) { fmt.Printf(text+"\n", a...) }
func (t *stand) Fatalf(text string, a ...any) { panic(fmt.Sprintf(text, a...)) }

package sdktest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

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

// run stands in for go test.
func run(test func(testing.TB)) {
	t := &stand{}
	test(t)
	for _, cleanup := range t.cleanups {
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

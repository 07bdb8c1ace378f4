package executortest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"
	"strings"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Part is the definition of a task in a form that a plugin can be made of.
type Part interface {
	task.Code
	PluginPart()
}

// Tasks returns the code that the suite runs. Workers must have it under these
// names.
func Tasks() []Part {
	return []Part{increment, fail, hold, untilEnd, whoami, atThird, chat, listen, pace, notANumber, reverse, upper, halve}
}

var (
	increment = task.New("executortest.increment", func(_ context.Context, x int) (int, error) { return x + 1, nil })

	fail = task.New("executortest.fail", failAs)

	hold = task.New("executortest.hold", holdOn)

	// untilEnd waits for the end of its context.
	untilEnd = task.New("executortest.until-end", func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})

	whoami = task.New("executortest.whoami", func(ctx context.Context, _ int) (identity, error) {
		info, ok := task.InfoFrom(ctx)
		if !ok {
			return identity{}, errors.New("the context carries no task.Info")
		}
		return identity{PID: os.Getpid(), Task: info.Task, Future: info.Future, Attempt: info.Attempt, Worker: info.Worker}, nil
	})

	atThird = task.New("executortest.at-third", func(ctx context.Context, x int) (int, error) {
		if info, _ := task.InfoFrom(ctx); info.Attempt != 3 {
			return 0, fmt.Errorf("attempt %d", info.Attempt)
		}
		return x, nil
	})

	notANumber = task.New("executortest.not-a-number", func(context.Context, int) (point, error) {
		return point{Y: math.NaN()}, nil
	})

	reverse = task.New("executortest.reverse", func(_ context.Context, b []byte) ([]byte, error) {
		out := make([]byte, len(b))
		for i, c := range b {
			out[len(b)-1-i] = c
		}
		return out, nil
	})

	upper = task.New("executortest.upper", func(_ context.Context, s *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
		return wrapperspb.String(strings.ToUpper(s.GetValue())), nil
	})

	halve = task.New("executortest.halve", func(_ context.Context, x float64) (float64, error) { return x / 2, nil }).CBOR()
)

type identity struct {
	PID     int
	Task    string
	Future  uint64
	Attempt int
	Worker  int
}

type point struct {
	X, Y float64
}

// errQuota is what tasks may return wrapped.
var errQuota = errors.New("quota is used up")

// Ways to fail.
const (
	plainly     = "plainly"
	wrapped     = "wrapped"
	ofAKind     = "of a kind"
	finally     = "finally"
	byPanic     = "by panic"
	byNil       = "by nil map"
	byGoexit    = "by goexit"
	kindOfQuota = "quota"
)

func failAs(_ context.Context, how string) (int, error) {
	switch how {
	case plainly:
		return 1, errors.New("it went wrong")
	case wrapped:
		return 0, fmt.Errorf("reading: %w, %w", errQuota, fs.ErrNotExist)
	case ofAKind:
		return 0, task.WithKind(kindOfQuota, errQuota)
	case finally:
		return 0, task.NotRetryable(errQuota)
	case byPanic:
		panic("out of cheese")
	case byNil:
		var m map[string]int
		//lint:ignore SA5000 to panic is what it is for
		m["x"] = 1
	case byGoexit:
		runtime.Goexit()
	}
	return 0, fmt.Errorf("no way to fail is called %q", how)
}

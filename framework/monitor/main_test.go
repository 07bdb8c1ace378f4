package monitor_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var echo = task.New("echo", func(_ context.Context, x int) (int, error) { return x, nil })

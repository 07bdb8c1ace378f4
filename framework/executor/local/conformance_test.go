package local_test

import (
	"testing"

	"github.com/signalbox-go/signalbox/framework/executor/executortest"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// The suite looks for goroutines that are left, so these tests run beside no
// others.

func TestConformanceOfSequential(t *testing.T) {
	executortest.Run(t, func(*testing.T) scheduler.Executor { return local.Sequential() }, executortest.Features{Ordered: true})
}

func TestConformanceOfPool(t *testing.T) {
	executortest.Run(t, func(*testing.T) scheduler.Executor { return local.Pool(3) }, executortest.Features{})
}

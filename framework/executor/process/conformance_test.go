//go:build linux

package process_test

import (
	"testing"

	"github.com/signalbox-go/signalbox/framework/executor/executortest"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// The suite looks for goroutines that are left, so these tests run beside no
// others.

func TestConformanceOfOneWorker(t *testing.T) {
	executortest.Run(t, func(*testing.T) scheduler.Executor { return process.Self(1, process.Grace(quickGrace)) },
		executortest.Features{Ordered: true, Isolated: true, Encodes: true, KillsRunning: true})
}

func TestConformanceOfThreeWorkers(t *testing.T) {
	executortest.Run(t, func(*testing.T) scheduler.Executor { return process.Self(3, process.Grace(quickGrace)) },
		executortest.Features{Isolated: true, Encodes: true, KillsRunning: true})
}

package local_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/task"
)

// workerEnv makes this binary a worker that starts a scheduler.
const workerEnv = "LOCAL_TEST_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		task.EnterWorker()
		_, err := on(local.Pool(1)).Run(context.Background())
		fmt.Print(err)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

package intest_test

import (
	"context"
	"os"
	"testing"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

var pid = sdk.TaskFunc("pid", func(context.Context, int) (int, error) { return os.Getpid(), nil })

func TestMain(m *testing.M) {
	sdk.ServeIfPlugin(pid)
	os.Exit(m.Run())
}

func TestRunsInAnotherProcess(t *testing.T) {
	s := scheduler.New(process.Self(1))
	task := scheduler.NewTask(s, pid)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := task.Call(t.Context(), 0)
	if err != nil || got == os.Getpid() || got == 0 {
		t.Errorf("ran in process %d, with error %v", got, err)
	}
	s.Stop()
	if _, err := s.Wait(); err != nil {
		t.Error(err)
	}
}

package sdktest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
	"github.com/signalbox-go/signalbox/sdk"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Attach is [Host.Attach] of the zero Host.
func Attach(t testing.TB, eventPlugin sdk.Part, tasks ...sdk.Part) *Attachment {
	t.Helper()
	return Host{}.Attach(t, eventPlugin, tasks...)
}

// Attach attaches an event plugin to a run that the test makes up, until the
// end of the test. The test fails at once if the plugin's set-up does.
//
// The run has the tasks that are passed, and those that the test tells of. What
// the plugin submits to one that was passed is run in the test; to any other, or
// one without a function such as of task.Named, it remains open until the test
// ends it, by [Attachment.Result] or [Attachment.Exception].
func (h Host) Attach(t testing.TB, eventPlugin sdk.Part, tasks ...sdk.Part) *Attachment {
	t.Helper()
	a, err := h.OpenAttachment(t, eventPlugin, tasks...)
	if err != nil {
		t.Fatalf("sdktest: attach: %v", err)
	}
	return a
}

// OpenAttachment is [Host.Attach] for tests of a set-up that fails: the error is
// what a host is told.
func (h Host) OpenAttachment(t testing.TB, eventPlugin sdk.Part, tasks ...sdk.Part) (*Attachment, error) {
	t.Helper()
	part, ok := eventPlugin.(*plugin.EventPlugin)
	if !ok {
		return nil, fmt.Errorf("sdktest: a %T is no event plugin: sdk.EventPlugin makes one", eventPlugin)
	}
	for _, word := range h.Allow {
		if !slices.Contains(permissions, word) {
			return nil, fmt.Errorf("sdktest: there is nothing called %q to allow: there are %q", word, permissions)
		}
	}
	config, err := h.config()
	if err != nil {
		return nil, err
	}
	a := &Attachment{t: t, host: h, part: part, config: config, book: newBook(t, h.LogLevel), began: time.Now(),
		changed: make(chan struct{}), counts: map[address]uint64{}, futures: map[uint64]*future{}, refused: map[refusal]uint64{}, acks: []acked{{}}}
	if err := a.addTasks(tasks); err != nil {
		return nil, err
	}
	t.Cleanup(a.close)
	if err := a.open(0); err != nil {
		return nil, err
	}
	return a, nil
}

// addTasks notes the tasks of the run, and starts what runs them.
func (a *Attachment) addTasks(tasks []sdk.Part) error {
	var linked []sdk.Part
	for _, part := range tasks {
		code, ok := part.(task.Code)
		if !ok {
			return fmt.Errorf("sdktest: a %T is no task: sdk.TaskFunc and task.Named make some", part)
		}
		if a.findTask(code.Code()) > 0 {
			return fmt.Errorf("sdktest: two tasks are called %q", code.Code())
		}
		a.tasks = append(a.tasks, &pb.TaskInfo{Name: code.Code(), Code: code.Code(), InputType: code.InputType().String(),
			OutputType: code.OutputType().String(), ContentType: code.InputCodec().ContentType()})
		a.codes = append(a.codes, code)
		if code.Linked() {
			linked = append(linked, part)
		}
	}
	if len(linked) == 0 {
		return nil
	}
	var err error
	a.worker, err = a.host.open(a.t, a.book, nil, linked)
	return err
}

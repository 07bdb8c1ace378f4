package comm_test

import (
	"log"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// overheard is what event plugins see of a message.
type overheard struct {
	Future  uint64
	Attempt int
	Data    string
	Done    float64
}

// eavesdropper is an event plugin that hears what a task says.
var eavesdropper = sdk.EventPlugin("eavesdropper", func(s *sdk.Scheduler, _ struct{}) error {
	check := func(what string, got, want overheard) {
		if got != want {
			log.Fatalf("%s is %+v", what, got) // which loses the plugin, and fails the test
		}
	}
	t := s.Task("talk")
	event.On(t, event.New[overheard](comm.MessageName), func(m overheard) { check("message", m, overheard{1, 1, "hello", 0}) })
	event.On(t, event.New[overheard](comm.RequestName), func(m overheard) { check("request", m, overheard{1, 1, "what?", 0}) })
	event.On(t, event.New[overheard](comm.CloseName), func(m overheard) { check("close", m, overheard{1, 1, "", 0}) })
	event.On(t, event.New[overheard]("progress"), func(p overheard) { check("progress", p, overheard{1, 1, "", 3}) })
	return nil
})

func TestEventPluginsHear(t *testing.T) {
	hub := eventplugin.New(eventplugin.Self("eavesdropper", eventplugin.FlushWithin(time.Minute)))
	s := scheduler.New(process.Self(1), scheduler.Observed(hub), scheduler.Logger(slog.New(slog.DiscardHandler)))
	talk := comm.New[string, string]()
	of := scheduler.NewTask(s, script.As("talk"), talk)
	event.On(of, talk.Request, func(q question) { require.NoError(t, q.Respond("this")) })
	start(t, s)
	_, err := await(t, submit(t, of, []string{"progress", "send", "send", "ask"}))
	require.NoError(t, err)
	finish(t, s)
	report := hub.Reports()[0]
	require.NoError(t, report.Err)
	var calls []uint64
	for _, h := range report.Handlers {
		calls = append(calls, h.Calls)
	}
	require.Equal(t, []uint64{2, 1, 1, 1}, calls)
}

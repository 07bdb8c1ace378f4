package view_test

import (
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
)

// events makes events from names, each followed by its count and handlers.
func events(from ...any) []view.Event {
	out := []view.Event{}
	for _, x := range from {
		switch x := x.(type) {
		case string:
			out = append(out, view.Event{Name: x, Handlers: []view.Handler{}})
		case int:
			out[len(out)-1].Count = uint64(x)
		case view.Handler:
			last := &out[len(out)-1]
			last.Handlers = append(last.Handlers, x)
		}
	}
	return out
}

func empty() view.Scheduler {
	return view.Scheduler{
		Name: "scheduler", Ref: "0f1e2d3c",
		Executors: []view.Executor{{Name: "sequential", Kind: "sequential", Workers: 1, Details: []string{}}},
		Queue:     view.Queue{Reporting: []view.Future{}, Last: []view.Future{}},
		Events: events("on_start", "on_finishing", "on_finished", "on_stop", "on_timeout", "on_empty",
			"on_future_submitted", "on_future_done", "on_future_cancelled", "on_future_exception", "on_future_result"),
		Tasks: []view.Task{}, Refused: []view.Refusal{}, EventPlugins: []view.EventPlugin{},
	}
}

func midrun() view.Scheduler {
	s := empty()
	s.Name, s.Running = "gostats", true
	s.Executors = []view.Executor{
		{Name: "gostats", Kind: "process", Workers: 2, Details: []string{"pid 4711 ready", "pid 4712 ready"}},
		{Name: "sequential", Kind: "sequential", Workers: 1, Details: []string{}},
	}
	s.Queue = view.Queue{Len: 1_000_000, Reporting: []view.Future{
		{ID: 2, Task: "small", State: "running", Input: "7", Progress: &view.Progress{Done: 3, Total: 10, Text: "epoch 3"}},
		{ID: 4, Task: "work", State: "running", Input: `{Path: "an/unreasonably/deep/folder/of/files.go", Depth: 3}`, Progress: &view.Progress{Done: 1234567, Text: "lines"}},
	}, Last: []view.Future{
		{ID: 9, Task: "work", State: "running", Input: `{Path: "a.go", Depth: 3}`},
		{ID: 10, Task: "work", State: "pending", Input: `{Path: "b.go", Depth: 3}`},
		{ID: 11, Task: "small", State: "pending", Input: "5"},
		{ID: 12, Task: "tick", State: "pending"},
		{ID: 13, Task: "work", State: "pending", Input: `{Path: "an/unreasonably/deep/folder/of/files.go", Depth: 3}`},
	}}
	s.Events = events(
		"on_start", 1, view.Handler{Name: "submitAll", Calls: 1},
		"on_finishing", "on_finished", "on_stop", "on_timeout", "on_empty",
		"on_future_submitted", 8, "on_future_done", 2, "on_future_cancelled", "on_future_exception",
		"on_future_result", 2,
		view.Handler{Name: "main.go:17", Type: "scheduler.FutureResult", Calls: 1}, view.Handler{Name: "never", Type: "scheduler.FutureResult"},
		view.Handler{Name: "main.go:31", Type: "sdk.FutureResult", Calls: 2, Plugin: "alert", Every: 2, Repeat: 3, Limit: 4, When: true},
	)
	s.Refused = []view.Refusal{{Task: "square", Reason: "not running", Count: 2}}
	own := func() []view.Event {
		return events("on_submitted", "on_done", "on_result", "on_exception", "on_cancelled")
	}
	s.Tasks = []view.Task{
		{Name: "tick", Ref: "11111111", Extensions: []view.Extension{}, Events: own(), Refused: []view.Refusal{}},
		{
			Name: "work", Input: "Page", Output: "[]byte", Ref: "22222222",
			Extensions: []view.Extension{
				{Name: "limiter", Lines: []string{"Calls      0/2", "Concurrent 0/3", "Not while  tick"}},
				{Name: "quiet", Lines: []string{}},
			},
			Events: append(own(), events("call-limit-reached", 3, view.Handler{Name: "limited", Type: "limiter.Reached", Calls: 3})...),
			Refused: []view.Refusal{
				{Task: "work", Reason: "extension limiter: 2 calls have been made, and no more are allowed by its limit", Count: 3},
				{Task: "work", Reason: "b", Count: 2}, {Task: "work", Reason: "c", Count: 1}, {Task: "work", Reason: "d", Count: 1},
				{Task: "work", Reason: "e", Count: 1}, {Task: "work", Reason: "f", Count: 1},
			},
		},
		{Name: "small", Code: "work", Input: "int", Output: "int", Ref: "33333333", Extensions: []view.Extension{}, Events: own(), Refused: []view.Refusal{}},
	}
	s.EventPlugins = []view.EventPlugin{
		{Name: "logging", State: "running", PID: 4713, Lag: 3, Events: []view.Event{}},
		{Name: "alert", State: "restarting", Lag: 12, Missed: 1234567, Restarts: 2, Events: events(
			"*.on_result", view.Handler{Name: "main.go:28", Type: "sdk.Result", Calls: 2}, "worker", view.Handler{Name: "seen", Type: "sdk.WorkerChange"})},
		{Name: "metrics", State: "lost", Restarts: 5, Error: "its process died more than 5 times within 1m0s; the last time: exit code 3", Events: []view.Event{}},
	}
	return s
}

// named is a scheduler in which every text is that one.
func named(text string) view.Scheduler {
	return view.Scheduler{
		Name: text, Ref: text, Running: true,
		Executors: []view.Executor{{Name: text, Kind: text + "!", Workers: 3, Details: []string{text}}},
		Queue: view.Queue{Len: 7, Reporting: []view.Future{{ID: 6, Task: "t", State: "s", Progress: &view.Progress{Text: text}}},
			Last: []view.Future{{ID: 7, Task: text, State: text, Input: text}}},
		Events: events(text, 12, view.Handler{Name: text, Type: text, Calls: 34}, view.Handler{Name: text, Type: text, Calls: 35, Plugin: text}),
		Tasks: []view.Task{{
			Name: text, Code: text, Input: text, Output: text, Ref: text,
			Extensions: []view.Extension{{Name: text, Lines: []string{text}}, {Name: text}},
			Events:     events(text, 56, view.Handler{Name: text, Type: text, Calls: 78}),
			Refused:    []view.Refusal{{Task: text, Reason: text, Count: 1}},
		}},
		Refused: []view.Refusal{{Task: text, Reason: text, Count: 2}},
		EventPlugins: []view.EventPlugin{
			{Name: text, State: text, PID: 1, Lag: 2, Missed: 3, Restarts: 4, Error: text, Events: events(text, view.Handler{Name: text, Type: text, Calls: 5})},
			{Name: "short", State: "ended"},
		},
	}
}

func long() view.Scheduler { return named(strings.Repeat("a-long-name-", 20)) }

func hostile() view.Scheduler {
	return named("\x1b[31m\r\nx\ty\x00\u202e\u2028\x80" + `\n`)
}

func wide() view.Scheduler { return named("日本語 e\u0301 👩\u200d🔬 Übung") }

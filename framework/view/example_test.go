package view_test

import (
	"fmt"
	"os"

	"github.com/signalbox-go/signalbox/framework/view"
)

func ExampleRender() {
	s := view.Scheduler{
		Name:      "resize",
		Running:   true,
		Executors: []view.Executor{{Name: "pool", Kind: "pool", Workers: 2}},
		Queue:     view.Queue{Len: 1, Last: []view.Future{{ID: 2, Task: "crop", State: "running", Input: "640"}}},
		Events:    []view.Event{{Name: "on_start", Count: 1, Handlers: []view.Handler{{Name: "submitAll", Calls: 1}}}},
		Tasks:     []view.Task{{Name: "crop", Input: "int", Output: "int", Ref: "6ba7b810", Events: []view.Event{{Name: "on_submitted", Count: 2}}}},
	}
	if err := view.Render(os.Stdout, s, view.Options{Width: 60, HideRefs: true}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ╭─ Scheduler resize (running) ─────────────────────────────╮
	// │  Executor       Queue: (1)                               │
	// │  ╭─ pool ────╮  running #2 crop(640)                     │
	// │  │ 2 workers │                                           │
	// │  ╰───────────╯                                           │
	// ╰──────────────────────────────────────────────────────────╯
	// ┣━━ @on_start 1
	// ┃   └── submitAll() (1)
	// ┗━━ ╭─ Task crop(int) -> int ──────────────────────────────╮
	//     │ @on_submitted 2                                      │
	//     ╰──────────────────────────────────────────────────────╯
}

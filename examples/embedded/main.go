// Embedded is a program that attaches an event plugin which comes with
// Signalbox: logging writes the events of a run to a file, of which the program
// then prints what it wants to know. The plugin's process is this program,
// started again.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/logging"
	"github.com/signalbox-go/signalbox/sdk"
)

var double = sdk.TaskFunc("double", func(_ context.Context, x int) (int, error) {
	if x == 3 {
		return 0, errors.New("three is too much")
	}
	return 2 * x, nil
})

func main() {
	sdk.ServeIfPlugin(double, logging.Plugin()) // in a worker, and in the plugin's process, this never returns

	folder, err := os.MkdirTemp("", "embedded-")
	if err == nil {
		err = run(filepath.Join(folder, "events.jsonl"))
		err = errors.Join(err, os.RemoveAll(folder))
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(file string) error {
	events := eventplugin.New(eventplugin.Self(logging.Name,
		eventplugin.Config(logging.Config{File: file, Format: "json", Events: []string{"on_result", "on_exception"}})))

	s := scheduler.New(process.Self(1), scheduler.Observed(events))
	task := scheduler.NewTask(s, double)
	s.OnStart.Do(func() {
		for x := range 5 {
			if _, err := task.Submit(x); err != nil {
				log.Fatal(err)
			}
		}
	})
	if _, err := s.Run(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue)); err != nil {
		return err
	}
	if err := printEvents(file); err != nil {
		return err
	}
	fmt.Print("\n", s)
	return nil
}

func printEvents(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := json.NewDecoder(f); ; {
		var line struct {
			Level, Msg, Task string
			Future           int
		}
		switch err := lines.Decode(&line); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case line.Future > 0: // the summary has none
			fmt.Println(line.Level, line.Msg, line.Task, line.Future)
		}
	}
}

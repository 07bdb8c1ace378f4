package main

import (
	"context"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/view"
)

func newPsCommand(name string) *cobra.Command {
	var form tableFlag
	cmd := &cobra.Command{
		Use:   "ps",
		Short: "List the runs that go on",
		Long: `Lists the runs of this user that go on, the oldest first: their names, ids and
processes, how far they are, and what has become of their calls. Runs of a job
answer by themselves, and so does a Go program that uses package control.

` + controlExitCodes,
		Example: "  " + name + " ps\n" +
			"  " + name + " ps -o json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := form.check(); err != nil {
				return err
			}
			return asking(cmd, func(ctx context.Context) error {
				runs, err := listRuns(ctx)
				if err != nil {
					consoleOf(cmd, name, cmd.ErrOrStderr()).fail(err, "")
				}
				return form.print(cmd, runs, func(t *table) { fillRuns(t, runs) })
			})
		},
	}
	form.register(cmd)
	return cmd
}

// listedRun is a run in a list.
type listedRun struct {
	control.Info
	Phase   view.Phase    `json:"phase"`
	Paused  bool          `json:"paused"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Counts  view.Counts   `json:"counts"`
}

// listRuns returns the runs that answer. The error tells of those that do not.
func listRuns(ctx context.Context) ([]listedRun, error) {
	clients, err := control.List(ctx)
	runs, gone := make([]listedRun, len(clients)), make([]bool, len(clients))
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			now, err := c.Look(ctx, false)
			runs[i] = listedRun{Info: c.Info(), Phase: now.Phase, Paused: now.Paused, Elapsed: now.Elapsed, Counts: now.Counts}
			gone[i] = err != nil // it has ended meanwhile
		})
	}
	wg.Wait()
	out := []listedRun{}
	for i := range runs {
		if !gone[i] {
			out = append(out, runs[i])
		}
	}
	return out, err
}

func fillRuns(t *table, runs []listedRun) {
	rows := make([][]any, len(runs))
	for i, r := range runs {
		phase := string(r.Phase)
		if r.Paused {
			phase += ", paused"
		}
		job := r.Job
		if job == "" {
			job = r.Program
		}
		rows[i] = []any{r.Name, r.ID, r.PID, phase, r.Started, r.Counts.Waiting, r.Counts.Running, r.Counts.Ended(), r.Counts.Exceptions, job}
	}
	t.rows("RUN ID PID PHASE STARTED WAITING RUNNING ENDED FAILED JOB", rows)
}

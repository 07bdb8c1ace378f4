package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/view"
)

type tasksCommand struct {
	form  tableFlag
	state string
	task  string
	limit int
}

func newTasksCommand(name string) *cobra.Command {
	c := &tasksCommand{}
	cmd := &cobra.Command{
		Use:   "tasks RUN",
		Short: "Show the tasks of a run, or their calls in some state",
		Long: `Shows what has become of the calls of each task of a run and, with --state or
--task, calls one by one. Those that wait are in the order of submission, and
those that have ended in that of their ends, the latest first: remembered are the
last 4,096 results, and the last 1,024 that failed or were cancelled.

` + runArgument + `

` + controlExitCodes,
		Example: "  " + name + " tasks job\n" +
			"  " + name + " tasks job --state running\n" +
			"  " + name + " tasks job --state exception --task count -o json",
		Args:              oneRun,
		ValidArgsFunction: completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.check(); err != nil {
				return err
			}
			return askRun(cmd, args[0], func(ctx context.Context, run *control.Client) error {
				if c.state == "" && !cmd.Flags().Changed("task") {
					now, err := run.Look(ctx, false)
					if err != nil {
						return err
					}
					return c.form.print(cmd, now.Tasks, func(t *table) { fillTasks(t, now) })
				}
				all, err := run.Futures(ctx, control.Which{State: control.State(c.state), Task: c.task, Limit: c.limit})
				if err != nil {
					return err
				}
				return c.form.print(cmd, all, func(t *table) { fillFutures(t, all) })
			})
		},
	}
	c.form.register(cmd)
	cmd.Flags().StringVar(&c.state, "state", "", "show calls in this state: "+stateNames(", "))
	cmd.Flags().StringVar(&c.task, "task", "", "show calls of this task")
	cmd.Flags().IntVar(&c.limit, "limit", control.DefaultLimit, fmt.Sprintf("how many calls are shown at most, up to %d", control.MaxLimit))
	states := strings.Split(stateNames(" "), " ")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp)) // it is there
	_ = cmd.RegisterFlagCompletionFunc("task", completeTask)
	return cmd
}

func (c *tasksCommand) check() error {
	if err := c.form.check(); err != nil {
		return err
	}
	if c.state != "" && !slices.Contains(control.States(), control.State(c.state)) {
		return fmt.Errorf("--state %q: it must be one of %s", c.state, stateNames(", "))
	}
	if c.limit < 1 || c.limit > control.MaxLimit {
		return fmt.Errorf("--limit %d: it must be from 1 to %d", c.limit, control.MaxLimit)
	}
	return nil
}

func stateNames(separator string) string {
	var names []string
	for _, s := range control.States() {
		names = append(names, string(s))
	}
	return strings.Join(names, separator)
}

func fillTasks(t *table, now view.Run) {
	rows := make([][]any, len(now.Tasks))
	for i, task := range now.Tasks {
		n := task.Counts
		rows[i] = []any{task.Name, n.Waiting, n.Running, n.Results, n.Exceptions, n.Cancelled, n.Refused, task.P50, task.P99, fmt.Sprintf("%.1f", task.Rate)}
	}
	t.rows("TASK WAITING RUNNING RESULTS EXCEPTIONS CANCELLED REFUSED P50 P99 PER-SECOND", rows)
	if now.TasksLeftOut > 0 {
		t.line("and %d tasks with less to do", now.TasksLeftOut)
	}
}

func fillFutures(t *table, all []control.Future) {
	rows := make([][]any, len(all))
	for i, f := range all {
		worker := ""
		if f.Worker >= 0 {
			worker = fmt.Sprint(f.Worker)
		}
		rows[i] = []any{f.ID, f.Task, stateText(f), f.Submitted, f.Attempt, worker, f.Took, about(f)}
	}
	t.rows("FUTURE TASK STATE SUBMITTED ATTEMPT WORKER TOOK ABOUT", rows)
}

// stateText is the state, and what keeps it so.
func stateText(f control.Future) string {
	text := string(f.State)
	if len(f.Held) > 0 {
		text += ", held by " + strings.Join(f.Held, " and ")
	}
	if f.Cancelling {
		text += ", to be cancelled"
	}
	return text
}

// about is what is most worth knowing of a call besides.
func about(f control.Future) string {
	if f.Error != "" {
		return cut(oneLine(f.Error))
	}
	text := f.Input
	if f.Progress != nil {
		text = fmt.Sprintf("%v  %s", f.Progress, text)
	}
	return cut(oneLine(text))
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

func newTopCommand(name string) *cobra.Command {
	format := ""
	cmd := &cobra.Command{
		Use:   "top RUN",
		Short: "Show a run on the terminal while it goes on",
		Long: `Shows the screen that the run itself shows on a terminal, until the run ends or q is
pressed: progress, workers, event plugins, the latest errors. Its keys act on the
run: the key ? tells which there are. Where standard output is no terminal, it
prints a line every ten seconds and whenever the run comes to another phase.

` + runArgument + `

` + controlExitCodes,
		Example: "  " + name + " top gostats\n" +
			"  " + name + " top gostats -o json",
		Args:              oneRun,
		ValidArgsFunction: completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("output") && format != "json" {
				return fmt.Errorf("--output %q: it must be json", format)
			}
			var run *control.Client
			err := askRun(cmd, args[0], func(ctx context.Context, c *control.Client) error {
				run = c
				if format == "" {
					return nil
				}
				now, err := c.Look(ctx, false)
				if err != nil {
					return err
				}
				return output(encodeJSON(cmd.OutOrStdout(), now))
			})
			if err != nil || format != "" {
				return err
			}
			return watchRun(cmd, run)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "", "json for one look at the run, as JSON")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveNoFileComp)) // it is there
	return cmd
}

// watchRun shows a run until it ends, or the user has seen enough.
func watchRun(cmd *cobra.Command, run *control.Client) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	out := cmd.OutOrStdout()
	screen := live.New(out, live.Options{Viewer: true})
	screen.Show(patient{run})
	unwatch := context.AfterFunc(ctx, screen.Close)
	defer unwatch()
	err := screen.Wait()
	screen.Close()
	switch {
	case ctx.Err() != nil:
		return &codeError{code: job.CodeInterrupted, err: context.Cause(ctx)}
	case errors.Is(err, control.ErrGone):
		i := run.Info()
		_, err := fmt.Fprintf(out, "%s (%s, pid %d) has ended\n", view.Clean(i.Name), i.ID, i.PID)
		return output(err)
	case err != nil:
		return &codeError{code: job.CodeUsage, err: err}
	}
	return nil
}

// patient is a run of another process, which may hang.
type patient struct{ *control.Client }

// Look implements [live.Source].
func (p patient) Look(ctx context.Context, tree bool) (view.Run, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	now, err := p.Client.Look(within, tree)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("no answer within %v: the host hangs, or is stopped: %w", patience, err)
	}
	return now, err
}

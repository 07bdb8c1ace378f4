package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

func newValidateCommand(name string) *cobra.Command {
	var flags jobFlags
	var plugins bool
	cmd := &cobra.Command{
		Use:   "validate JOB.hcl",
		Short: "Find the mistakes of a job file",
		Long: `Finds all mistakes of a job file that can be found without running anything,
and shows each with its place. No plugin is started or built; that their
sources exist and can be started or built is checked, and so are checksums. Of
the configurations of event plugins that come with the host, names and types are
checked, and that nothing is missing.

With --plugins, each plugin is built and started too, is asked what it offers,
and is ended. That finds names of tasks that it does not have, and checks the
configurations of all event plugins in the same way. What values they accept
they tell in a run, when they are set up.

Exit codes: 0 no mistakes, 1 the output cannot be written, 2 wrong usage, or
mistakes, 130 interrupted.`,
		Example: "  " + name + " validate examples/gostats/job.hcl\n" +
			"  " + name + " validate examples/gostats/job.hcl --var root=/usr/share --plugins",
		Args: oneJobFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options(slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			j, err := job.Load(args[0], opts)
			if err != nil {
				return &codeError{code: job.CodeUsage, err: err}
			}
			if plugins {
				if err := checkPlugins(cmd.Context(), j); err != nil {
					return err
				}
			}
			if w := j.Warnings(); w != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), w)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: no mistakes found\n", args[0])
			return output(err)
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&plugins, "plugins", false, "build and start the plugins, too, and ask them what they offer")
	return cmd
}

func checkPlugins(ctx context.Context, j *job.Job) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := j.Check(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &codeError{code: job.CodeInterrupted, err: context.Cause(ctx)}
	}
	return &codeError{code: job.CodeUsage, err: err}
}

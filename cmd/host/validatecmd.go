package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

func newValidateCommand(name string) *cobra.Command {
	var flags jobFlags
	cmd := &cobra.Command{
		Use:   "validate JOB.hcl",
		Short: "Find the mistakes of a job file",
		Long: `Finds all mistakes of a job file that can be found without running anything,
and shows each with its place. No plugin is started or built; that their
sources exist and can be started or built is checked, and so are checksums.
Names of tasks that only a plugin knows are checked by run.

Exit codes: 0 no mistakes, 2 mistakes.`,
		Example: "  " + name + " validate examples/gostats/job.hcl\n" +
			"  " + name + " validate examples/gostats/job.hcl --var root=/usr/share",
		Args: oneJobFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options(slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			if _, err := job.Load(args[0], opts); err != nil {
				return &codeError{code: job.CodeUsage, err: err}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: no mistakes found\n", args[0])
			return output(err)
		},
	}
	flags.register(cmd)
	return cmd
}

package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

func newLockCommand(name string) *cobra.Command {
	var vars, attach []string
	cmd := &cobra.Command{
		Use:   "lock JOB.hcl",
		Short: "Pin the plugins of a job by their checksums",
		Long: `Writes the SHA-256 checksums of the executables that a job file names to its lock
file: JOB.lock.hcl beside JOB.hcl. From then on, run and validate refuse the job
if one of them has changed, and each process is checked again when it is started.
With --locked, they also refuse executables that nothing pins.

Plugins that are built from source are left out: what they are made of is for
go.sum and version control to pin.

Exit codes: 0 written, 1 the output cannot be written, 2 wrong usage, mistakes in
the job file, or the lock file cannot be written.`,
		Example: "  " + name + " plugin lock job.hcl\n  " + name + " run job.hcl --locked",
		Args:    oneJobFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags := jobFlags{vars: vars, attach: attach}
			opts, err := flags.options(slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			pins, err := job.Lock(args[0], opts)
			if err != nil {
				return &codeError{code: job.CodeUsage, err: err}
			}
			var out strings.Builder
			for _, p := range pins {
				fmt.Fprintf(&out, "%s  %s\n", p.SHA256, p.Path)
			}
			fmt.Fprintf(&out, "%s: %d pinned\n", job.LockPath(args[0]), len(pins))
			_, err = fmt.Fprint(cmd.OutOrStdout(), out.String())
			return output(err)
		},
	}
	cmd.Flags().StringArrayVar(&vars, "var", nil, "value of a variable, as NAME=VALUE; may be given again")
	cmd.Flags().StringArrayVar(&attach, "attach", nil, "event plugin to pin besides those of the job file, by the path of its executable; may be given again")
	return cmd
}

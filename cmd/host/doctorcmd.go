package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

// severity is how much a finding matters.
type severity string

const (
	fine severity = "ok"
	note severity = "note" // something works less well
	fail severity = "fail" // nothing can run
)

// finding is what a check has found.
type finding struct {
	Check   string   `json:"check"`
	Result  severity `json:"result"`
	Finding string   `json:"finding"`
	Advice  string   `json:"advice,omitempty"`
}

func newDoctorCommand(name string) *cobra.Command {
	var form tableFlag
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine",
		Long: `Checks what runs need of this machine, and says what to do where something is
missing: Go, which builds plugins that are folders; the runtime folder, in which
sockets are made; limits of files and processes; how memory can be limited; where
built plugins are kept. What runs that were killed have left is removed.

Exit codes: 0 runs are possible, 1 they are not, 2 wrong usage.`,
		Example: "  " + name + " doctor\n" +
			"  " + name + " doctor -o json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := form.check(); err != nil {
				return err
			}
			all := examine(cmd.Context())
			if err := form.print(cmd, all, func(t *table) { fillFindings(t, all) }); err != nil {
				return err
			}
			for _, f := range all {
				if f.Result == fail {
					return &codeError{code: job.CodeFailed}
				}
			}
			return nil
		},
	}
	form.register(cmd)
	return cmd
}

// examine makes all checks. What dead runs have left is looked for first: the
// others would remove it.
func examine(ctx context.Context) []finding {
	var all []finding
	for _, check := range []func(context.Context) finding{leftOver, runtimeFolder, goCommandFound, openFiles, processes, memoryLimits, buildCache, runsNow} {
		all = append(all, check(ctx))
	}
	return all
}

func fillFindings(t *table, all []finding) {
	for _, f := range all {
		t.line("%-4s  %s: %s", f.Result, f.Check, f.Finding)
		if f.Advice != "" {
			t.line("      %s", f.Advice)
		}
	}
}

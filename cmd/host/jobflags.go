package main

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

// jobFlags are the flags of commands that read a job file.
type jobFlags struct {
	vars    []string
	attach  []string
	workers workerCount
	locked  bool
}

func (f *jobFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "value of a variable, as NAME=VALUE; may be given again")
	cmd.Flags().StringArrayVar(&f.attach, "attach", nil, "event plugin to attach besides those of the job file: "+strings.Join(job.BundledPlugins(), ", ")+", or the path of an executable or Go main package; may be given again")
	cmd.Flags().BoolVar(&f.locked, "locked", false, "refuse executables that neither the lock file nor sha256 in the job file pins; see plugin lock")
	cmd.Flags().Var(&f.workers, "workers", "worker processes of every plugin, instead of what the job file says; 0 for one per CPU")
}

func (f *jobFlags) options(log *slog.Logger) (job.Options, error) {
	opts := job.Options{Vars: map[string]string{}, Logger: log}
	for _, v := range f.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return opts, fmt.Errorf("--var %q: it must be NAME=VALUE", v)
		}
		opts.Vars[name] = value
	}
	for _, a := range f.attach {
		if a == "" {
			return opts, fmt.Errorf("--attach is empty: it must be one of %s, or a path such as ./alert", strings.Join(job.BundledPlugins(), ", "))
		}
	}
	opts.Attach = f.attach
	opts.Workers = f.workers.n
	opts.Locked = f.locked
	return opts, nil
}

// workerCount is a flag's number of workers, nil for as many as the job file
// says.
type workerCount struct{ n *int }

func (w *workerCount) String() string {
	if w.n == nil {
		return ""
	}
	return strconv.Itoa(*w.n)
}

func (w *workerCount) Type() string { return "int" }

func (w *workerCount) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return fmt.Errorf("it must be a whole number from 1 to %d, or 0 for one per CPU", math.MaxInt32)
	}
	w.n = new(int(n))
	return nil
}

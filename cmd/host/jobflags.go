package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

// jobFlags are the flags of commands that read a job file.
type jobFlags struct {
	vars    []string
	workers int
}

func (f *jobFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "value of a variable, as NAME=VALUE; may be given again")
	cmd.Flags().IntVar(&f.workers, "workers", 0, "worker processes of every plugin, instead of what the job file says")
}

// oneJobFile is the rule for the arguments of commands that read a job file.
func oneJobFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one job file is needed, not %d arguments", len(args))
	}
	return nil
}

func (f *jobFlags) options(cmd *cobra.Command, log *slog.Logger) (job.Options, error) {
	opts := job.Options{Vars: map[string]string{}, Logger: log}
	for _, v := range f.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return opts, fmt.Errorf("--var %q: it must be NAME=VALUE", v)
		}
		opts.Vars[name] = value
	}
	if cmd.Flags().Changed("workers") && f.workers < 1 {
		return opts, errors.New("--workers must be 1 or more")
	}
	opts.Workers = f.workers
	return opts, nil
}

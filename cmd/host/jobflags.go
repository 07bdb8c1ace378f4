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
	workers workerCount
}

func (f *jobFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "value of a variable, as NAME=VALUE; may be given again")
	cmd.Flags().Var(&f.workers, "workers", "worker processes of every plugin, instead of what the job file says")
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
	opts.Workers = int(f.workers)
	return opts, nil
}

// workerCount is a flag's number of workers, 0 for as many as the job file
// says.
type workerCount int

func (w *workerCount) String() string { return strconv.Itoa(int(*w)) }
func (w *workerCount) Type() string   { return "int" }

func (w *workerCount) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return fmt.Errorf("it must be a whole number from 1 to %d", math.MaxInt32)
	}
	*w = workerCount(n)
	return nil
}

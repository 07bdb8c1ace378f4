package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

type mapCommand struct {
	name    string
	plugin  string
	lines   string
	ordered bool
	input   bool
	workers workerCount
	retries int
	timeout time.Duration
	halt    haltRule
	log     logFlags
}

func newMapCommand(name string) *cobra.Command {
	c := &mapCommand{name: name}
	cmd := &cobra.Command{
		Use:   "map --plugin PLUGIN TASK",
		Short: "Run a task on every line of standard input",
		Long: `Runs a task on every line of standard input, which is a JSON value or, with
--lines KEY, text that becomes {"KEY": "text"}. Each outcome is a line of JSON on
standard output, as soon as it is there or, with --ordered, in the order of the
inputs:

  {"line":1,"result":…}
  {"line":2,"error":{"kind":"error","message":"…"}}

line is the number of the input's line, from 1. Lines of JSON may be empty: they
are passed over. What is no JSON, or longer than 64 MiB, has an error as its
outcome. At most 1024 inputs are read ahead of what was written, so that input
may go on without end.

With --halt, failures end the map: soon completes what runs, now kills it. What
was cancelled so, or by a signal, has no line.

Exit codes:
  0    all inputs have a result
  1    some have an error, or the input could not be read
  2    wrong usage, or a plugin that does not start: nothing was run
  4    stopped by --halt, or because standard output could not be written
  130  interrupted by SIGINT (Ctrl-C) or SIGTERM`,
		Example: "  find . -name '*.go' | " + name + " map --plugin examples/gostats/plugin --lines path count\n" +
			"  echo '{\"path\":\"sdk/doc.go\"}' | " + name + " map --plugin examples/gostats/plugin count",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("one task is needed, not %d arguments", len(args))
			}
			return nil
		},
		RunE: c.run,
	}
	f := cmd.Flags()
	f.StringVar(&c.plugin, "plugin", "", "executable, or folder of a Go main package, that has the task; needed")
	f.StringVar(&c.lines, "lines", "", "take lines as text, and make {\"KEY\": text} of each")
	f.BoolVar(&c.ordered, "ordered", false, "write outcomes in the order of the inputs")
	f.BoolVar(&c.input, "keep-input", false, "write the input, too, as \"input\"")
	f.Var(&c.workers, "workers", "worker processes; the default, 0, is one per CPU")
	f.IntVar(&c.retries, "retries", 0, "how often an input that failed is tried again")
	f.DurationVar(&c.timeout, "timeout", 0, "how long one attempt may take, such as 10s; its worker is killed then")
	f.Var(&c.halt, "halt", "when failures end the map: never, soon or now, such as soon,fail=3")
	c.log.register(cmd)
	_ = f.Set("log-level", "warn")
	f.Lookup("log-level").DefValue = "warn"
	return cmd
}

// check finds what is wrong with what was given.
func (c *mapCommand) check(cmd *cobra.Command) error {
	switch {
	case c.plugin == "":
		return errors.New("--plugin is needed: an executable, or the folder of a Go main package")
	case cmd.Flags().Changed("lines") && c.lines == "":
		return errors.New("--lines is empty: it must be the name of the field that a line becomes")
	case c.retries < 0:
		return fmt.Errorf("--retries %d: it must be 0 or more", c.retries)
	case c.timeout < 0 || cmd.Flags().Changed("timeout") && c.timeout == 0:
		return fmt.Errorf("--timeout %v: it must be more than 0, such as 10s", c.timeout)
	}
	return nil
}

func (c *mapCommand) run(cmd *cobra.Command, args []string) error {
	if err := c.check(cmd); err != nil {
		return err
	}
	stderr := cmd.ErrOrStderr()
	log, err := c.log.logger(stderr)
	if err != nil {
		return err
	}
	console := consoleOf(cmd, c.name, stderr)
	starting, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	path, err := job.Executable(starting, c.plugin)
	if err != nil {
		return c.unstarted(starting, err)
	}
	s := scheduler.New(process.Plugin(path, c.executor(path)...), scheduler.Name("map "+args[0]), scheduler.Logger(log))
	t, err := scheduler.AddTask(s, task.Named[json.RawMessage, json.RawMessage](args[0]), c.extensions()...)
	if err != nil {
		return &codeError{code: job.CodeUsage, err: err}
	}
	// A reader that has gone away is an error of writing, and not the end of the
	// process with calls in its workers.
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	started := context.AfterFunc(starting, cancel)
	if err := s.Start(ctx, scheduler.KeepRunning(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)); err != nil {
		return c.unstarted(starting, err)
	}
	if isTerminal(cmd.InOrStdin()) {
		console.say("reading from the terminal, a line for each input; Ctrl-D ends it", 0, "reading from the terminal")
	}
	started() // signals are watched from now on, and kill nothing
	m := newMapping(s, t, newMapInput(cmd.InOrStdin(), c.lines), newMapOutput(cmd.OutOrStdout(), c.input, c.ordered), c.halt)
	signals := watchSignals(m, console, func() {})
	err = m.finish()
	return m.exit(err, signals.stop())
}

func (c *mapCommand) unstarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &codeError{code: job.CodeInterrupted, err: context.Cause(ctx)}
	}
	return &codeError{code: job.CodeUsage, err: err}
}

func (c *mapCommand) executor(path string) []process.Option {
	base := filepath.Base(path)
	opts := []process.Option{process.Name(strings.TrimSuffix(base, filepath.Ext(base)))}
	if c.workers.n != nil {
		opts = append(opts, process.Workers(*c.workers.n))
	}
	return opts
}

func (c *mapCommand) extensions() (out []scheduler.Extension) {
	if c.retries > 0 {
		out = append(out, retry.New(retry.Attempts(c.retries+1)))
	}
	if c.timeout > 0 {
		out = append(out, resources.New(resources.Wall(c.timeout)))
	}
	return out
}

// isTerminal reports whether somebody types what is read.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

type runCommand struct {
	name    string
	job     jobFlags
	log     logFlags
	queue   queueFlags
	display displayFlags
	summary string
}

func newRunCommand(name string) *cobra.Command {
	c := &runCommand{name: name}
	cmd := &cobra.Command{
		Use:   "run JOB.hcl",
		Short: "Run a job",
		Long: `Runs a job to its end. Plugins that are Go packages are built first.

A report goes to standard output: how the run ended, a line per task, errors by
message with the first inputs, what was refused, attempted again or lost, the
slowest calls, event plugins, and the scheduler as a tree. --summary writes that as
JSON. Errors are kept in 64 groups at most; the rest is counted. Logs go to standard error, and so does what is shown while
the job runs. On a terminal that is a screen that changes: progress, workers,
event plugins, the latest errors; the key ? tells what can be done there. Logs
scroll by above it. Elsewhere, and with --display plain, it is a line every ten
seconds and whenever the run comes to another phase.

--queue-csv and --queue-plot write what became of the queue and the workers over
time: every change of a short run, and a few thousand, evenly spread, of a long
one.

--attach adds an event plugin, which may then do nothing but listen, and has no
configuration: what it is allowed, and how it is configured, an attach block of
the job file says.

Ctrl-C, SIGTERM or the end of the terminal (SIGHUP) stops the run: what runs is
completed, what waits is cancelled. A second Ctrl-C or SIGTERM kills what runs,
a third one ends at once.

` + exitCodes,
		Example: "  " + name + " run examples/gostats/job.hcl\n" +
			"  " + name + " run examples/gostats/job.hcl --attach logging --attach ./alert\n" +
			"  " + name + " run examples/gostats/job.hcl --var out=counts.jsonl --workers 2 --summary - --queue-plot queue.svg",
		Args: oneJobFile,
		RunE: c.run,
	}
	c.job.register(cmd)
	c.log.register(cmd)
	c.queue.register(cmd)
	c.display.register(cmd)
	cmd.Flags().StringVar(&c.summary, "summary", "", "file to write a summary of the run to, as JSON; - for standard output, from which the report then goes to standard error")
	return cmd
}

func (c *runCommand) run(cmd *cobra.Command, args []string) error {
	stdout, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if err := c.display.check(stderr); err != nil {
		return err
	}
	log, err := c.log.logger(stderr)
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("summary") && c.summary == "" {
		return errors.New("--summary is empty: it must be the path of a file, or - for standard output")
	}
	if err := c.queue.check(cmd); err != nil {
		return err
	}
	opts, err := c.job.options(log)
	if err != nil {
		return err
	}
	go pluginproc.Prepare() // while the job is read
	watch := c.queue.monitor()
	opts.Observers = observers(watch)
	j, err := job.Load(args[0], opts)
	if err != nil {
		return &codeError{code: job.CodeUsage, err: err}
	}
	sum, err := openSummary(c.summary, stdout, j)
	if err != nil {
		return err
	}
	queue, err := c.queue.open(watch, j, sum)
	if err != nil {
		return errors.Join(err, sum.discard())
	}
	console := consoleOf(cmd, c.name, stderr)
	if console.records != nil {
		console.records = log
	}
	human := stdout
	if c.summary == "-" {
		human = console
	}
	result, interrupted, err := c.runJob(cmd.Context(), j, args[0], log, console, stderr)
	switch {
	case err != nil && interrupted:
		return &codeError{code: job.CodeInterrupted, err: errors.Join(err, sum.discard(), queue.discard())}
	case err != nil:
		return &codeError{code: job.CodeUsage, err: errors.Join(err, sum.discard(), queue.discard())}
	case interrupted:
		result.Interrupted()
	}
	return c.end(result, human, sum, queue)
}

// runJob runs the job under the watch of signals, shows how it fares, and answers
// those who ask.
func (c *runCommand) runJob(ctx context.Context, j *job.Job, path string, log *slog.Logger, console *console, stderr io.Writer) (result *job.Result, interrupted bool, err error) {
	screen := c.display.screen(stderr, console)
	signals := watchSignals(j, console, screen.Close)
	source := newRunSource(j)
	serving := make(chan *control.Server, 1)
	go func() { serving <- serveRun(source, path, log) }() // the workers need not wait for it
	screen.Show(source)
	if result, err = j.Run(ctx); err == nil {
		source.ended(result.Scheduler)
	}
	screen.Close()
	if server := <-serving; server != nil {
		server.Close()
	}
	return result, signals.stop(), err
}

// end tells how the run ended, and makes the exit code of it.
func (c *runCommand) end(result *job.Result, human io.Writer, sum *reportFile, queue *queueFiles) error {
	// The summary comes first: a reader of the report that goes away ends the
	// process.
	err := errors.Join(writeSummary(sum, result.Summary), queue.write(result.Scheduler.Name()), printReport(human, result))
	code := result.ExitCode()
	if err != nil && code == job.CodeGood {
		code = job.CodeFailed
	}
	if code == job.CodeGood {
		return nil
	}
	return &codeError{code: code, err: err}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/view"
)

// serveRun has other commands of this user look at a run and act on it. A run is
// as good without: then it returns nil, and says why in the log.
func serveRun(source *runSource, path string, log *slog.Logger) *control.Server {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	server, err := control.Serve(answering{source}, control.Job(path))
	if err != nil {
		log.Warn("other commands cannot look at this run, or stop it", "error", err)
		return nil
	}
	return server
}

// answering is a run of a job as other processes see it.
type answering struct{ *runSource }

// started returns the run of the scheduler, an error if it has not started.
func (a answering) now() (control.Run, error) {
	if a.started() == nil {
		return nil, control.ErrNotStarted
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return control.Of(a.watch), nil
}

// Futures implements [control.Run].
func (a answering) Futures(ctx context.Context, which control.Which) ([]control.Future, error) {
	run, err := a.now()
	if err != nil {
		return nil, err
	}
	return run.Futures(ctx, which)
}

// Explain implements [control.Run].
func (a answering) Explain(ctx context.Context, future uint64) (control.Explanation, error) {
	run, err := a.now()
	if err != nil {
		return control.Explanation{}, err
	}
	return run.Explain(ctx, future)
}

// Plugins implements [control.Run].
func (a answering) Plugins(ctx context.Context) (control.Plugins, error) {
	run, err := a.now()
	if err != nil {
		return control.Plugins{}, err
	}
	return run.Plugins(ctx)
}

// Pause implements [control.Run].
func (a answering) Pause(ctx context.Context, paused bool) error {
	run, err := a.now()
	if err != nil {
		return err
	}
	return run.Pause(ctx, paused)
}

// Cancel implements [control.Run].
func (a answering) Cancel(ctx context.Context, task string, future uint64) (int, error) {
	run, err := a.now()
	if err != nil {
		return 0, err
	}
	return run.Cancel(ctx, task, future)
}

// Stop implements [control.Run]. Unlike the others it can come before the run has
// started.
func (a answering) Stop(context.Context) error {
	a.j.Stop("stopped on request of another process")
	return nil
}

// Kill implements [control.Run].
func (a answering) Kill(context.Context) error {
	a.j.Kill("killed on request of another process")
	return nil
}

const controlExitCodes = `Exit codes: 0 all is well, 1 the output cannot be written, 2 wrong usage, no such
run, or one that does not answer, 130 interrupted.`

const runArgument = `RUN is the name of a run, the beginning of its id, or its process id, as ps shows
them.`

// patience is how long a run may take to answer.
const patience = 20 * time.Second

// asking has fn ask something, which ends with Ctrl-C, or if nothing is answered.
func asking(cmd *cobra.Command, fn func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := fn(within)
	var coded *codeError
	switch {
	case err == nil || errors.As(err, &coded):
		return err
	case ctx.Err() != nil:
		return &codeError{code: job.CodeInterrupted, err: context.Cause(ctx)}
	case within.Err() != nil:
		err = fmt.Errorf("no answer within %v: the host hangs, or is stopped: %w", patience, err)
	}
	return &codeError{code: job.CodeUsage, err: err}
}

// askRun is asking for the run of that name.
func askRun(cmd *cobra.Command, name string, fn func(context.Context, *control.Client) error) error {
	return asking(cmd, func(ctx context.Context) error {
		run, err := control.Find(ctx, name)
		if err != nil {
			return err
		}
		return fn(ctx, run)
	})
}

func oneRun(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one run is needed, not %d arguments; ps shows the runs that there are", len(args))
	}
	return nil
}

// tableFlag is the flag for the form of what is a table.
type tableFlag struct{ format string }

func (f *tableFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.format, "output", "o", "table", "form of the output: table or json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp)) // it is there
}

func (f *tableFlag) check() error {
	if f.format != "table" && f.format != "json" {
		return fmt.Errorf("--output %q: it must be table or json", f.format)
	}
	return nil
}

// print writes data as JSON, or what the table is filled with.
func (f *tableFlag) print(cmd *cobra.Command, data any, fill func(*table)) error {
	if f.format == "json" {
		return output(encodeJSON(cmd.OutOrStdout(), data))
	}
	t := &table{}
	fill(t)
	_, err := fmt.Fprint(cmd.OutOrStdout(), t)
	return output(err)
}

// table is text in columns. What is in them cannot steer a terminal.
type table struct{ text strings.Builder }

// rows adds columns: those of the header, and those of rows.
func (t *table) rows(header string, rows [][]any) {
	if t.text.Len() > 0 {
		t.text.WriteByte('\n')
	}
	w := tabwriter.NewWriter(&t.text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ReplaceAll(header, " ", "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, view.Clean(cellText(cell)))
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // to memory
}

// line adds a line.
func (t *table) line(format string, args ...any) {
	fmt.Fprintln(&t.text, view.Clean(fmt.Sprintf(format, args...)))
}

func (t *table) String() string { return t.text.String() }

func cellText(cell any) string {
	switch v := cell.(type) {
	case time.Time:
		if v.IsZero() {
			return "-"
		}
		return v.Local().Format("2006-01-02 15:04:05")
	case time.Duration:
		return short(v).String()
	}
	if text := fmt.Sprint(cell); text != "" {
		return text
	}
	return "-"
}

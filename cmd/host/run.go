package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/job"
)

// codeError is an error that asks for an exit code of its own. Without a text
// everything has been said already.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// run is the whole program but for the end of the process. args begin with the
// program's name.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := "host"
	if len(args) > 0 {
		name = strings.TrimSuffix(filepath.Base(args[0]), ".exe")
		args = args[1:]
	}
	stderr = &lockedWriter{w: stderr}
	root := newRoot(name)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return job.CodeGood
	}
	console := consoleOf(cmd, name, stderr)
	var coded *codeError
	if errors.As(err, &coded) {
		console.fail(coded.err, "")
		return coded.code
	}
	console.fail(err, fmt.Sprintf("See '%s --help'.", cmd.CommandPath()))
	return job.CodeUsage
}

// output makes an error of what kept a command from printing what it found.
func output(err error) error {
	if err == nil {
		return nil
	}
	return &codeError{code: job.CodeFailed, err: fmt.Errorf("the output cannot be written: %w", err)}
}

// withoutPackage is an error's text without the name of the package that it
// comes from, which is of no use at a prompt.
func withoutPackage(text string) string {
	for _, pkg := range []string{"job", "process", "pluginproc", "session", "journal", "control"} {
		text = strings.TrimPrefix(text, pkg+": ")
	}
	return text
}

// exitCodes is what help says about them.
const exitCodes = `Exit codes:
  0    all is well
  1    some task failed, was cancelled or refused, or an on block failed
  2    wrong usage or job file, or a plugin that does not start: nothing was run
  3    the run's timeout was over
  4    stopped by the job, or because results could not be written
  130  interrupted by SIGINT (Ctrl-C) or SIGTERM
Where several apply: 130, then 2, 4, 3, 1, 0.`

func newRoot(name string) *cobra.Command {
	root := &cobra.Command{
		Use:   name,
		Short: "Run tasks in worker processes, and react to what happens to them",
		Long: `Runs tasks in worker processes, and reacts to what happens to them, as a job
file says: which plugins there are, what to submit when, what to do on results
and errors.

` + exitCodes,
		Example:       "  " + name + " run examples/gostats/job.hcl",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          oneOfCommands,
		RunE:          commandNeeded,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newRunCommand(name), newMapCommand(name), newValidateCommand(name), newPluginCommand(name), newJournalCommand(name), newNewCommand(name), newVersionCommand(name),
		newPsCommand(name), newTopCommand(name), newStopCommand(name), newTasksCommand(name), newExplainCommand(name), newDoctorCommand(name))
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "help" {
			cmd.Args = helpTopic
		}
	}
	return root
}

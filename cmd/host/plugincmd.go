package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/task"
)

func newPluginCommand(name string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "Look at plugins, and pin them",
		Long: `Looks at plugins: executables that run tasks, or react to events. inspect shows
what one offers, list those of a run that goes on, lock pins those of a job.`,
		Example: "  " + name + " plugin inspect examples/gostats/plugin\n" +
			"  " + name + " plugin inspect examples/gostats/plugin -o json\n" +
			"  " + name + " plugin lock JOB.hcl",
		Args: oneOfCommands,
		RunE: commandNeeded,
	}
	cmd.AddCommand(newInspectCommand(name), newPluginListCommand(name), newLockCommand(name))
	return cmd
}

func newInspectCommand(name string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "inspect PATH",
		Short: "Show what a plugin offers",
		Long: `Starts a plugin once, asks what it offers, and stops it: its tasks, with types
and, as JSON, the schemas of inputs and outputs, and its event plugins, with what
their configurations hold. PATH is an executable, or the folder of a Go main
package, which is built.

Exit codes: 0 all is well, 1 the output cannot be written, 2 wrong usage, or the
plugin cannot be started, 130 interrupted.`,
		Example: "  " + name + " plugin inspect examples/gostats/plugin\n" +
			"  " + name + " plugin inspect examples/gostats/plugin -o json",
		Args: onePlugin,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return fmt.Errorf("--output %q: it must be table or json", format)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			d, err := describe(ctx, args[0])
			switch {
			case err != nil && ctx.Err() != nil:
				return &codeError{code: job.CodeInterrupted, err: context.Cause(ctx)}
			case err != nil:
				return &codeError{code: job.CodeUsage, err: err}
			}
			if format == "json" {
				return output(printJSON(cmd.OutOrStdout(), d))
			}
			return output(printDescription(cmd.OutOrStdout(), d))
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", "form of the output: table or json")
	return cmd
}

func describe(ctx context.Context, source string) (process.Description, error) {
	path, err := job.Executable(ctx, source)
	if err != nil {
		return process.Description{}, err
	}
	return process.Describe(ctx, path)
}

// described is a description with its schemas as the JSON that they are.
type described struct {
	process.Description
	Tasks []describedTask `json:"tasks"`
}

type describedTask struct {
	process.TaskType
	InputSchema  json.RawMessage `json:"input_schema,omitempty"`
	OutputSchema json.RawMessage `json:"output_schema,omitempty"`
}

func printJSON(w io.Writer, d process.Description) error {
	out := described{Description: d}
	for _, t := range d.Tasks {
		out.Tasks = append(out.Tasks, describedTask{t, json.RawMessage(t.InputSchema), json.RawMessage(t.OutputSchema)})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// printEventPlugin tells how an event plugin is configured.
func printEventPlugin(out io.Writer, p task.EventPlugin) {
	fmt.Fprintf(out, "event plugin %s", p.Name)
	if p.Lossless {
		fmt.Fprint(out, ", lossless")
	}
	fmt.Fprintln(out)
	if len(p.Config) == 0 {
		return
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONFIG\tTYPE\tNEEDED\tMEANING")
	for _, f := range p.Config {
		needed := "yes"
		if f.Optional {
			needed = "no"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Name, f.Type, needed, f.Doc)
	}
	_ = table.Flush() // to memory
}

func printDescription(w io.Writer, d process.Description) error {
	out := &strings.Builder{}
	fmt.Fprintf(out, "plugin %s, sdk %s, protocol %d\n\n", d.Plugin, d.SDK, d.Protocol)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(d.Tasks) > 0 || len(d.EventPlugins) == 0 {
		fmt.Fprintln(table, "TASK\tINPUT\tOUTPUT\tCONTENT TYPE")
	}
	for _, t := range d.Tasks {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.Name, t.InputType, t.OutputType, t.ContentType)
	}
	_ = table.Flush() // to memory
	for i, p := range d.EventPlugins {
		if i > 0 || len(d.Tasks) > 0 {
			fmt.Fprintln(out)
		}
		printEventPlugin(out, p)
	}
	_, err := io.WriteString(w, harmless(out.String()))
	return err
}

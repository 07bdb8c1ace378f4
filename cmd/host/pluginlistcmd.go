package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/signalbox-go/signalbox/framework/control"
)

func newPluginListCommand(name string) *cobra.Command {
	var form tableFlag
	cmd := &cobra.Command{
		Use:   "list RUN",
		Short: "Show the plugin processes of a run",
		Long: `Shows the plugins of a run that goes on: of each worker of a task plugin its
process, what it does and uses, how often it was replaced and why; of each event
plugin its process, what it subscribes to, by how many records it lags, how many
it has missed, and how its process died the last time. Below are the executables
with their versions and SHA-256 sums.

` + runArgument + `

` + controlExitCodes,
		Example: "  " + name + " plugin list job\n" +
			"  " + name + " plugin list job -o json",
		Args:              oneRun,
		ValidArgsFunction: completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := form.check(); err != nil {
				return err
			}
			return askRun(cmd, args[0], func(ctx context.Context, run *control.Client) error {
				all, err := run.Plugins(ctx)
				if err != nil {
					return err
				}
				return form.print(cmd, all, func(t *table) { fillPlugins(t, all) })
			})
		},
	}
	form.register(cmd)
	return cmd
}

func fillPlugins(t *table, all control.Plugins) {
	var workers, events, binaries [][]any
	for _, p := range all.Task {
		for _, w := range p.Workers {
			doing := ""
			if w.Future != 0 {
				doing = w.Task + " #" + cellText(w.Future)
			}
			workers = append(workers, []any{p.Name, w.Number, w.PID, w.State, doing, w.Restarts, cut(oneLine(w.Error))})
		}
		binaries = append(binaries, binaryRow(p.Name, p.Binary))
	}
	for _, p := range all.Event {
		last := p.Error
		if last == "" {
			last = p.LastError
		}
		events = append(events, []any{p.Name, p.PID, p.State, p.Lag, p.Missed, p.Restarts, strings.Join(p.Subscriptions, ","), cut(oneLine(last))})
		binaries = append(binaries, binaryRow(p.Name, p.Binary))
	}
	if len(workers) > 0 {
		t.rows("TASK-PLUGIN WORKER PID STATE RUNS RESTARTS LAST-ERROR", workers)
	}
	if len(events) > 0 {
		t.rows("EVENT-PLUGIN PID STATE LAG MISSED RESTARTS SUBSCRIPTIONS LAST-ERROR", events)
	}
	if len(binaries) > 0 {
		t.rows("PLUGIN VERSION SHA256 PATH", binaries)
		return
	}
	t.line("no plugins: the tasks run in the host")
}

func binaryRow(name string, b control.Binary) []any {
	return []any{name, b.Version, b.SHA256[:min(len(b.SHA256), 16)], b.Path}
}

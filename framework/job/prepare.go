package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// prepare makes everything that the run needs, short of starting it.
func (r *runState) prepare(ctx context.Context) error {
	j := r.job
	if j.output != nil {
		var err error
		if r.out, err = openResults(j.output); err != nil {
			return j.pointAt(j.output.at, resultsUnwritable, errors.Unwrap(err))
		}
	}
	executors, err := r.executors(ctx)
	if err != nil {
		return err
	}
	opts := []scheduler.Option{scheduler.Also(executors[1:]...), scheduler.Name(j.run.name), scheduler.Logger(r.log)}
	if r.hub, err = r.eventPlugins(ctx); err != nil {
		return err
	}
	if r.hub != nil {
		opts = append(opts, scheduler.Observed(r.hub))
	}
	for _, o := range j.opts.Observers {
		opts = append(opts, scheduler.Observed(o))
	}
	r.s = scheduler.New(executors[0], opts...)
	for _, t := range j.tasks {
		if r.tasks[t.name], err = scheduler.AddTask(r.s, t.def(), t.manner()...); err != nil {
			return j.pointAt(t.at, "Task cannot be run", err)
		}
	}
	if err := r.attachExtensions(); err != nil {
		return err
	}
	if r.out != nil {
		r.out.begin(r.s, r.unwritable)
	}
	r.s.OnFutureException.Do(r.errs.add, event.Hidden())
	r.base = j.scope.context()
	for _, b := range j.blocks {
		if err := r.subscribe(b); err != nil {
			return j.pointAt(b.at, "Unknown event", err)
		}
	}
	return nil
}

// executors returns one executor per plugin, and one that runs nothing if
// there is no plugin.
func (r *runState) executors(ctx context.Context) ([]scheduler.Executor, error) {
	j := r.job
	factory := j.opts.Executor
	var out []scheduler.Executor
	for _, p := range j.plugins {
		spec := p.Plugin
		if factory == nil {
			var err error
			if spec.Path, err = r.executable(ctx, p); err != nil {
				return nil, err
			}
			out = append(out, processes(spec))
			continue
		}
		spec.Path = p.source
		out = append(out, factory(spec))
	}
	if len(out) == 0 {
		out = append(out, local.Sequential())
	}
	return out, nil
}

// eventPlugins returns what attaches the event plugins, nil for none.
func (r *runState) eventPlugins(ctx context.Context) (*eventplugin.Hub, error) {
	var specs []*eventplugin.Spec
	for _, a := range r.job.attached {
		path, absent := "", a.absent
		if !a.bundled && absent == nil {
			var err error
			path, err = r.executable(ctx, &a.plugin)
			switch {
			case err != nil && a.optional && ctx.Err() == nil:
				absent = errText(plain(errors.Unwrap(err)))
			case err != nil:
				return nil, err
			}
		}
		if absent != nil {
			specs = append(specs, eventplugin.Absent(a.Name, absent, eventplugin.Optional()))
			continue
		}
		specs = append(specs, a.spec(path))
	}
	if len(specs) == 0 {
		return nil, nil
	}
	return eventplugin.New(specs...), nil
}

func (r *runState) executable(ctx context.Context, p *plugin) (string, error) {
	if p.build && !r.built.has(p) {
		r.log.Info("building plugin", "plugin", p.Name, "folder", p.source)
	}
	path, err := r.built.executable(ctx, p)
	if err != nil && ctx.Err() == nil {
		err = r.job.pointAt(p.at, "Plugin cannot be started", err)
	}
	return path, err
}

// processes makes the executor of a plugin.
func processes(p Plugin) scheduler.Executor { return process.Plugin(p.Path, processOptions(p)...) }

func processOptions(p Plugin) []process.Option {
	opts := []process.Option{process.Name(p.Name), process.Workers(p.Workers), process.Args(p.Args...), process.Dir(p.Dir),
		process.Env(p.Env), process.SHA256(p.SHA256), process.MaxTasksPerProcess(p.MaxTasks), process.MaxRSS(p.MaxRSS),
		process.Threads(p.Threads), process.Nice(p.Nice)}
	if p.Config != nil {
		opts = append(opts, process.Config(p.Config))
	}
	if p.StartTimeout > 0 {
		opts = append(opts, process.StartTimeout(p.StartTimeout))
	}
	if p.Grace > 0 {
		opts = append(opts, process.Grace(p.Grace))
	}
	if p.MaxMessage > 0 {
		opts = append(opts, process.MaxMessage(p.MaxMessage))
	}
	return opts
}

// unwritable ends the run because its results are lost from now on.
func (r *runState) unwritable(err error) {
	r.log.Error("the run is stopped", "error", err)
	r.s.StopWith("the results cannot be written", err)
	r.s.CancelWaiting(err)
}

// unstarted cleans up after a run that did not start.
func (r *runState) unstarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = fmt.Errorf("job: %s: %w", r.job.path, context.Cause(ctx))
	}
	if r.out != nil {
		if failed := r.out.discard(); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}

func (r *runState) result(exit scheduler.Exit) *Result {
	var failed *BlockError
	if errors.As(exit.Err, &failed) {
		exit.Err, exit.Message = failed, failed.Error()
	}
	res := &Result{Exit: exit, Summary: summarize(r.s, exit), Scheduler: r.s, First: r.errs.first}
	res.Summary.Errors, res.Summary.OtherErrors = r.errs.byCount()
	if r.hub != nil {
		res.Plugins = r.hub.Reports()
		res.Summary.Plugins = summarizePlugins(res.Plugins)
	}
	if first := r.failed.Load(); first != nil {
		res.Err = first
	}
	if r.out != nil {
		res.Written, res.Lines = r.out.output.path, r.out.lines
		res.Summary.Results = &ResultsSummary{Path: res.Written, Lines: res.Lines}
		if err := r.out.close(); err != nil {
			res.Err, res.writeFailed = err, true
		}
	}
	res.Summary.ExitCode = res.exitCode()
	return res
}

// pointAt makes an error that shows a place of the job file.
func (j *Job) pointAt(at hcl.Range, summary string, err error) error {
	return newDiagnosticsError(hcl.Diagnostics{mistake(at, summary, "%s", plain(err))}, j.files, err)
}

// plain returns the text of an error as it stands below a summary.
func plain(err error) string { return strings.TrimSpace(strings.TrimPrefix(err.Error(), "job: ")) }

// ofPlugin is plain for an error that is shown at the block of the plugin with
// that name. It leaves out what the block says itself.
func ofPlugin(err error, name string) string {
	text := strings.TrimPrefix(plain(err), "process: plugin "+name+": ")
	text = strings.TrimPrefix(text, "session: open: ")
	if rest, ok := strings.CutPrefix(text, fmt.Sprintf("pluginproc: start plugin %q (", name)); ok {
		if path, why, ok := strings.Cut(rest, "): "); ok {
			return path + ": " + why
		}
	}
	return text
}

// explainStart turns what kept the executors from starting into mistakes of
// the blocks that they come from, where that can be told.
func (j *Job) explainStart(err error) error {
	var diags hcl.Diagnostics
	for _, e := range unjoin(err) {
		if a := j.attachedAs(e); a != nil {
			diags = append(diags, a.explain(e)...)
			continue
		}
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Job cannot be started", Detail: plain(e)}
		for _, t := range j.tasks {
			if errors.Is(e, scheduler.ErrUnknownTask) && strings.Contains(e.Error(), strconv.Quote(t.code)) {
				d.Summary, d.Subject, d.Detail = "Unknown task", &t.at, strings.TrimPrefix(d.Detail, "scheduler: ")
			}
		}
		for _, p := range j.plugins {
			if d.Subject == nil && namesPlugin(e.Error(), p.Name) {
				d.Summary, d.Subject, d.Detail = "Plugin cannot be started", &p.at, ofPlugin(e, p.Name)
			}
		}
		diags = append(diags, d)
	}
	return newDiagnosticsError(diags, j.files, err)
}

// attachedAs returns the event plugin that an error is about, nil for none.
func (j *Job) attachedAs(err error) *attachBlock {
	for _, a := range j.attached {
		if strings.HasPrefix(err.Error(), "eventplugin: "+a.Name+": ") {
			return a
		}
	}
	return nil
}

func namesPlugin(text, name string) bool {
	return strings.Contains(text, "plugin "+strconv.Quote(name)) || strings.Contains(text, "plugin "+name+":")
}

// unjoin returns the errors that were put together by errors.Join.
func unjoin(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(joined.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, unjoin(e)...)
	}
	return out
}

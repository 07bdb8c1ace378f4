package job

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/process"
)

// Check finds the mistakes that only the plugins know of, without running the
// job: it starts each of them once, after building it if need be, asks what it
// offers, and ends it. That finds plugins that do not build or start, names of
// tasks that they do not have, and in the configurations of event plugins names
// that they do not know, values of a wrong type, and what is missing. What values
// they accept only their set-ups tell, which do not run. All mistakes are one
// [*DiagnosticsError], in which the warnings of the file are, too; the end of ctx
// ends what has been started.
func (j *Job) Check(ctx context.Context) error {
	var diags, warnings hcl.Diagnostics
	var built builds
	if j.opts.Executor == nil {
		for _, p := range j.plugins {
			diags = append(diags, j.checkPlugin(ctx, p, &built)...)
		}
	}
	for _, a := range j.attached {
		if a.bundled || a.absent != nil {
			continue // which is known
		}
		found := checkAttached(ctx, a, &built)
		if a.optional {
			warn(found)
			warnings = append(warnings, found...)
		} else {
			diags = append(diags, found...)
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("job: %s: %w", j.path, context.Cause(ctx))
	}
	j.mu.Lock()
	j.warnings = append(j.warnings, warnings...)
	diags = append(diags, j.warnings...)
	j.mu.Unlock()
	return newDiagnosticsError(diags, j.files, nil)
}

// checkPlugin asks a plugin for the tasks that the job runs.
func (j *Job) checkPlugin(ctx context.Context, p *plugin, built *builds) (diags hcl.Diagnostics) {
	spec := p.Plugin
	var err error
	var offered process.Description
	if spec.Path, err = built.executable(ctx, p); err == nil {
		offered, err = process.Describe(ctx, spec.Path, processOptions(spec)...)
	}
	if err != nil {
		return hcl.Diagnostics{mistake(p.at, "Plugin cannot be started", "%s", ofPlugin(err, p.Name))}
	}
	var names []string
	for _, t := range offered.Tasks {
		names = append(names, t.Name)
	}
	for _, t := range j.tasks {
		if t.plugin == p.Name && !slices.Contains(names, t.code) {
			diags = append(diags, mistake(t.at, "Unknown task", "Plugin %s has no task %q%s", p.Name, t.code, meant(t.code, names)))
		}
	}
	return diags
}

// checkAttached asks an event plugin for what its configuration may hold.
func checkAttached(ctx context.Context, a *attachBlock, built *builds) hcl.Diagnostics {
	path, err := built.executable(ctx, &a.plugin)
	if err != nil {
		return hcl.Diagnostics{mistake(a.at, "Plugin cannot be started", "%s", plain(err))}
	}
	offered, err := eventplugin.Describe(ctx, a.spec(path))
	if err != nil {
		return a.explain(err)
	}
	return a.misfits(offered.Config)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

// What a run takes of the system: a host without workers, and each worker.
const (
	hostFiles, workerFiles = 12, 6
	hostTasks, workerTasks = 8, 9 // processes and threads, of the worker's process as well
)

func leftOver(context.Context) finding {
	f := finding{Check: "leftovers", Result: fine, Finding: "there are none of runs that were killed"}
	if removed := pluginproc.Sweep(); len(removed) > 0 {
		f.Finding = fmt.Sprintf("removed what %d runs had left that were killed: %s", len(removed), strings.Join(removed, ", "))
	}
	return f
}

func runtimeFolder(context.Context) finding {
	f := finding{Check: "runtime folder", Result: fine}
	folder, err := pluginproc.MakeFolder()
	if err == nil {
		defer folder.Remove()
		f.Finding = folder.Path() + " could be made"
		err = folder.Check()
	}
	if err != nil {
		f.Result, f.Finding = fail, err.Error()
		f.Advice = "set XDG_RUNTIME_DIR to a folder of yours with a short path, such as /run/user/" + fmt.Sprint(os.Getuid())
	}
	return f
}

// goCommandFound looks for the go command, by which plugins are built.
func goCommandFound(ctx context.Context) finding {
	f := finding{Check: "go", Result: note, Advice: "plugins that are folders of Go source cannot be built: install Go from https://go.dev/dl"}
	path, err := exec.LookPath("go")
	if err != nil {
		f.Finding = err.Error()
		return f
	}
	out, err := goCommand(ctx, ".", "env", "GOVERSION")
	found := strings.TrimSpace(out)
	switch needed := version.Lang(runtime.Version()); {
	case err != nil:
		f.Finding = err.Error()
	case version.IsValid(found) && version.IsValid(needed) && version.Compare(found, needed) < 0:
		f.Finding = fmt.Sprintf("%s at %s, older than this program's %s", found, path, needed)
	default:
		f.Result, f.Finding, f.Advice = fine, found+" at "+path, ""
	}
	return f
}

func memoryLimits(context.Context) finding {
	f := finding{Check: "memory limits", Result: fine, Finding: "a control group (cgroup v2) for each worker"}
	if err := pluginproc.Contained(); err != nil {
		f.Result, f.Finding = note, fmt.Sprintf("/proc is sampled: %v", err)
		f.Advice = "what allocates fast is caught late; run the host where it may make control groups, such as by systemd-run --user --scope -p Delegate=yes"
		if runtime.GOOS != "linux" {
			f.Finding, f.Advice = err.Error(), "calls cannot be limited in memory and processor time on this system"
		}
	}
	return f
}

func buildCache(context.Context) finding {
	f := finding{Check: "built plugins", Result: fine}
	folder, err := job.BuildCache()
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	var probe *os.File
	if err == nil {
		probe, err = os.CreateTemp(folder, ".probe-")
	}
	if err != nil {
		f.Result, f.Finding = note, err.Error()
		f.Advice = "plugins that are folders of Go source cannot be built: set HOME or XDG_CACHE_HOME to a folder that can be written"
		return f
	}
	f.Finding = "kept in " + folder
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		f.Result, f.Finding = note, err.Error()
	}
	return f
}

func runsNow(ctx context.Context) finding {
	f := finding{Check: "runs", Result: fine}
	runs, err := listRuns(ctx)
	if f.Finding = fmt.Sprintf("%d go on", len(runs)); err != nil {
		f.Result, f.Finding = note, err.Error()
	}
	return f
}

// allowance is what a limit of the system allows.
func allowance(check, unit string, limit uint64, unlimited bool, host, worker uint64, advice string) finding {
	f := finding{Check: check, Result: fine}
	switch {
	case unlimited:
		f.Finding = "as many as there may be"
	case limit < host+worker:
		f.Result, f.Finding, f.Advice = fail, fmt.Sprintf("%d %s are too few for one worker, which needs %d", limit, unit, host+worker), advice
	default:
		workers := (limit - host) / worker
		if f.Finding = fmt.Sprintf("%d, enough for %d workers", limit, workers); workers < uint64(runtime.NumCPU()) {
			f.Result, f.Advice = note, advice
		}
	}
	return f
}

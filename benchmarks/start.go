package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
)

// Probes of starting processes.

const module = "github.com/signalbox-go/signalbox"

const emptyJob = `plugin "small" {
  source  = "./plugin"
  workers = 2
}

task "next" {
  plugin = "small"
}
`

// startFolder holds the host's binary, that of a plugin which also serves as a
// peer, and an empty job. It builds them by the go command, which it
// expects to be run in a folder of this module.
func (r *rig) startFolder() (string, error) {
	folder, err := r.folder()
	if err != nil {
		return "", err
	}
	return keep(r, "start", func() (string, error) {
		root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		if err != nil {
			return "", fmt.Errorf("looking for the module %s: %w", module, err)
		}
		host := exec.Command("go", "build", "-C", strings.TrimSpace(string(root)), "-o", filepath.Join(folder, "host"), "./cmd/host")
		host.Env = append(os.Environ(), "CGO_ENABLED=0") // as make install does
		plugin := exec.Command("go", "build", "-o", filepath.Join(folder, "plugin"), module+"/benchmarks/smallplugin")
		for _, build := range []*exec.Cmd{host, plugin} {
			if out, err := build.CombinedOutput(); err != nil {
				return "", fmt.Errorf("%v: %w\n%s", build.Args, err, out)
			}
		}
		return folder, os.WriteFile(filepath.Join(folder, "job.hcl"), []byte(emptyJob), 0o600)
	}, func(string) {})
}

// hostRun is the whole of a run of the host in which nothing is to be done.
var hostRun = &probe{name: "host-run", unit: "ms", lower: true, n: 5, figure: func(r *rig, n int) (float64, error) {
	folder, err := r.startFolder()
	if err != nil {
		return 0, err
	}
	return medianMillis(n, func() (time.Duration, error) {
		began := time.Now()
		out, err := exec.Command(filepath.Join(folder, "host"), "run", filepath.Join(folder, "job.hcl")).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("host run: %w\n%s", err, out)
		}
		return time.Since(began), err
	})
}}

var twoStarts = &probe{name: "go-plugin-starts", unit: "ms", lower: true, n: 5, figure: func(r *rig, n int) (float64, error) {
	folder, err := r.startFolder()
	if err != nil {
		return 0, err
	}
	return medianMillis(n, func() (time.Duration, error) { return peer.Starts(filepath.Join(folder, "plugin"), processes) })
}}

func medianMillis(n int, measure func() (time.Duration, error)) (float64, error) {
	took := make([]time.Duration, n)
	for i := range took {
		var err error
		if took[i], err = measure(); err != nil {
			return 0, err
		}
	}
	return middle(took) / 1000, nil
}

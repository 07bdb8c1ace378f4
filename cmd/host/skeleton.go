package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"text/template"
)

//go:embed skeletons
var skeletons embed.FS

// skeleton is the beginnings of a plugin. What is exported is for its files.
type skeleton struct {
	kind string // of plugin, the folder of its files
	Name string
	Host string // the name of this program

	own bool // it is a module of its own
}

// Folder is where it goes.
func (s *skeleton) Folder() string { return s.Name }

// write writes its files, all or none.
func (s *skeleton) write(ctx context.Context) (err error) {
	module, err := currentModule(ctx)
	if err != nil {
		return err
	}
	s.own = module == ""
	if err := os.Mkdir(s.Name, 0o777); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.Name))
		}
	}()
	files, err := fs.ReadDir(skeletons, path.Join("skeletons", s.kind))
	if err != nil {
		return err
	}
	for _, f := range files {
		t, err := template.ParseFS(skeletons, path.Join("skeletons", s.kind, f.Name()))
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, s); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.Name, strings.TrimSuffix(f.Name(), ".tmpl")), text.Bytes(), 0o666); err != nil {
			return err
		}
	}
	if s.own {
		return s.writeModule(ctx)
	}
	return nil
}

// currentModule returns the file of the Go module that the current folder is in,
// "" if there is none.
func currentModule(ctx context.Context) (string, error) {
	out, err := goCommand(ctx, ".", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	file := strings.TrimSpace(out)
	if file == os.DevNull {
		return "", nil
	}
	return file, nil
}

// writeModule makes the folder a module that needs the module of this program: in
// the version that this is of, or, where it was built from a checkout, that.
func (s *skeleton) writeModule(ctx context.Context) error {
	const needed = "github.com/signalbox-go/signalbox"
	steps := [][]string{{"mod", "init", s.Name}}
	if version := moduleVersion(); version != "" {
		steps = append(steps, []string{"mod", "edit", "-require=" + needed + "@" + version})
	} else {
		root, err := checkout()
		if err != nil {
			return err
		}
		steps = append(steps, []string{"mod", "edit", "-require=" + needed + "@v0.0.0", "-replace=" + needed + "=" + root})
	}
	for _, step := range append(steps, []string{"mod", "tidy"}) {
		if _, err := goCommand(ctx, s.Name, step...); err != nil {
			return err
		}
	}
	return nil
}

// moduleVersion returns the version that this program was installed in, "" if it
// was built from a checkout.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasPrefix(info.Main.Version, "v") {
		return ""
	}
	for _, setting := range info.Settings {
		if strings.HasPrefix(setting.Key, "vcs") {
			return "" // a checkout has a version, too, which nobody may be able to get
		}
	}
	return info.Main.Version
}

// checkout returns the folder of the sources that this program was built from.
func checkout() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if _, err := os.Stat(filepath.Join(root, "go.mod")); !ok || err != nil {
		return "", fmt.Errorf("this program was built in %s, which is not there any more: build it anew, or change to the folder of a Go module which has it", root)
	}
	return root, nil
}

// goCommand runs the go command in a folder. What it said is part of its error.
func goCommand(ctx context.Context, folder string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("%w: plugins are built by the go command: install Go from https://go.dev/dl", err)
		}
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}

// tell says what to do next.
func (s *skeleton) tell(w io.Writer) error {
	lines := []string{"wrote " + s.Name, ""}
	if s.own {
		lines = append(lines, "  go -C "+s.Name+" test ./...   # its test passes")
	} else {
		lines = append(lines, "  go test ./"+s.Name+"   # its test passes")
	}
	if s.kind == "task" {
		lines = append(lines, fmt.Sprintf("  %s run %s/job.hcl", s.Host, s.Name))
	} else {
		lines = append(lines, fmt.Sprintf("  %s run JOB.hcl --attach ./%s", s.Host, s.Name))
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

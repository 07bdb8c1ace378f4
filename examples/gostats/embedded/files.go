package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// tree is the Go files below a folder.
type tree struct {
	root string
	err  error // why not all were found, after all has been called
}

func goFiles(root string) *tree { return &tree{root: root} }

// all yields regular files only: a folder may be called x.go as well.
func (t *tree) all(yield func(analysis.Input) bool) {
	t.err = fs.WalkDir(os.DirFS(t.root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", t.root, err)
		}
		if d.Type().IsRegular() && filepath.Ext(path) == ".go" && !yield(analysis.Input{Path: filepath.Join(t.root, path)}) {
			return fs.SkipAll
		}
		return nil
	})
}

// goSource returns the folder of the standard library's source.
func goSource(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w; name a folder with -root", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src"), nil
}

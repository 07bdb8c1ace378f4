//go:build unix

// Picture draws the pictures of the README: it runs a job on a terminal, and
// draws what is to be seen there.
//
//	go run ./internal/picture
//
// They are docs/live.svg, the screen in the middle of the run, and docs/tree.svg,
// the scheduler at its end.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	folder := flag.String("o", "docs", "`folder` to draw into")
	flag.Parse()
	if err := draw(*folder); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func draw(folder string) (err error) {
	temp, err := os.MkdirTemp("", "picture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	host := filepath.Join(temp, "host")
	if out, err := exec.Command("go", "build", "-o", host, "./cmd/host").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	screen, report, err := run(exec.Command(host, "run", "internal/picture/job.hcl", "--var", "folder="+temp))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	// The report begins with a table.
	_, tree, found := strings.Cut(report, "\n╭")
	if !found {
		return fmt.Errorf("the report has no tree:\n%s", report)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "live.svg"), svg(screen), 0o644),
		os.WriteFile(filepath.Join(folder, "tree.svg"), svg(plain("╭"+tree)), 0o644),
	)
}

//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

const columns, rows = 110, 34

// moment is when the picture is taken: when there is something of everything.
var moment = regexp.MustCompile(`(?s)photos · running.* left.*thumbnail.* [2-9] failed.*enlarge #\d+  ██.*event plugins.*errors.*worker-lost`)

// run runs the host on a terminal and returns the screen at the moment, and the
// report.
func run(cmd *exec.Cmd) (screen [][]cell, report string, err error) {
	master, tty, err := pty.Open()
	if err != nil {
		return nil, "", err
	}
	defer master.Close()
	if err := pty.Setsize(master, &pty.Winsize{Cols: columns, Rows: rows}); err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, &out, tty
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return nil, "", errors.Join(err, tty.Close())
	}
	if err := tty.Close(); err != nil {
		return nil, "", err
	}
	emulator := vt.NewSafeEmulator(columns, rows)
	go func() { _, _ = io.Copy(master, emulator) }() // what the terminal answers to questions
	buf := make([]byte, 64<<10)
	for {
		n, err := master.Read(buf)
		if _, err := emulator.Write(buf[:n]); err != nil {
			return nil, "", err
		}
		if seen := cells(emulator); screen == nil && moment.MatchString(text(seen)) {
			screen = seen
		}
		if err != nil {
			break // the terminal has nobody any more
		}
	}
	// That tasks have failed is no failure of the picture.
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return nil, "", fmt.Errorf("%w\n%s", err, text(cells(emulator)))
	}
	if screen == nil {
		return nil, "", fmt.Errorf("the screen was never as it is to be drawn; the report is\n%s", out.String())
	}
	return screen, out.String(), nil
}

// cells are what is to be seen, without the empty end.
func cells(e *vt.SafeEmulator) [][]cell {
	out := make([][]cell, rows)
	last := 0
	for y := range out {
		out[y] = make([]cell, 0, columns)
		for x := 0; x < columns; {
			c := e.CellAt(x, y)
			if c == nil || c.Width == 0 {
				out[y], x = append(out[y], cell{text: " ", width: 1}), x+1
				continue
			}
			if strings.TrimSpace(c.Content) != "" {
				last = y
			}
			out[y] = append(out[y], cell{text: c.Content, width: c.Width, color: c.Style.Fg, attrs: c.Style.Attrs})
			x += c.Width
		}
	}
	return out[:last+1]
}

func text(screen [][]cell) string {
	var b strings.Builder
	for _, line := range screen {
		for _, c := range line {
			b.WriteString(c.text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// seen is a terminal at which a program runs, and what is to be seen there.
type seen struct {
	*ran
	screen *vt.SafeEmulator
	master *os.File

	mu      sync.Mutex
	raw     strings.Builder // all that was written to it
	changed chan struct{}   // closed at the next write
	was     unix.Termios    // modes at the beginning
	gone    chan struct{}   // closed when nothing is written any more
}

// atTerminal starts the host on a terminal of that size, which is its standard
// input and error; standard output goes elsewhere.
func (r *rig) atTerminal(columns, rows int, env []string, args ...string) *seen {
	r.t.Helper()
	return r.onTerminal(columns, rows, r.prepare("host", args...), env...)
}

func (r *rig) onTerminal(columns, rows int, c *ran, env ...string) *seen {
	t := r.t
	t.Helper()
	master, tty, err := pty.Open()
	require.NoError(t, err)
	defer tty.Close()
	require.NoError(t, pty.Setsize(master, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}))
	s := &seen{ran: c, screen: vt.NewSafeEmulator(columns, rows), master: master, changed: make(chan struct{}), gone: make(chan struct{})}
	s.screen.SetScrollbackSize(1 << 20)
	if c.Stdin == nil {
		c.Stdin = tty
	}
	c.Stderr = tty
	if c.Cmd.Stdout == nil {
		c.Cmd.Stdout = tty
	}
	c.Env = append(c.Env, "TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL=", "LC_CTYPE=", "NO_COLOR=")
	c.Env = append(c.Env, env...)
	// The terminal is that of a session of its own, as in a window.
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2}
	s.was = s.modes()
	require.NoError(t, c.Start())
	var answers sync.WaitGroup
	answers.Go(func() { _, _ = io.Copy(master, s.screen) }) // what the terminal answers to questions
	go s.read()
	t.Cleanup(func() {
		// Close of the emulator itself races with who reads what it says.
		require.NoError(t, s.screen.InputPipe().(io.Closer).Close())
		_ = master.Close()
		<-s.gone
		answers.Wait()
	})
	return s
}

func (s *seen) read() {
	defer close(s.gone)
	buf := make([]byte, 64<<10)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.raw.Write(buf[:n])
		_, _ = s.screen.Write(buf[:n])
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// end waits for the end of the host, and until all is to be seen.
func (s *seen) end() *ran {
	s.rig.t.Helper()
	c := s.ran.end()
	<-s.gone
	return c
}

// modes are those of the terminal.
func (s *seen) modes() unix.Termios {
	s.rig.t.Helper()
	m, err := unix.IoctlGetTermios(int(s.master.Fd()), unix.TCGETS)
	require.NoError(s.rig.t, err)
	return *m
}

// text is what is to be seen.
func (s *seen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return textOf(s.screen)
}

func textOf(screen *vt.SafeEmulator) string {
	var b strings.Builder
	for y := range screen.Height() {
		line := ""
		for x := range screen.Width() {
			if c := screen.CellAt(x, y); c != nil {
				line += c.Content
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// all is what is to be seen, with what has scrolled by.
func (s *seen) all() string {
	var b strings.Builder
	s.mu.Lock()
	for i := range s.screen.ScrollbackLen() {
		b.WriteString(strings.TrimRight(s.screen.Scrollback().Line(i).String(), " ") + "\n")
	}
	s.mu.Unlock()
	return b.String() + s.text()
}

// until waits until the screen is such as fits.
func (s *seen) until(what string) string {
	t := s.rig.t
	t.Helper()
	want := regexp.MustCompile(what)
	late := time.After(limit / 2)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if text := s.text(); want.MatchString(text) {
			return text
		}
		select {
		case <-changed:
		case <-s.gone:
			if text := s.text(); want.MatchString(text) {
				return text
			}
			require.FailNow(t, "the terminal never showed "+what, "%s", s.all())
		case <-late:
			require.FailNow(t, "the terminal does not show "+what, "%s\n%q", s.text(), s.raw.String()[max(0, s.raw.Len()-1500):])
		}
	}
}

// press types keys.
func (s *seen) press(keys string) {
	s.rig.t.Helper()
	_, err := s.master.WriteString(keys)
	require.NoError(s.rig.t, err)
}

// resize changes the terminal's size.
func (s *seen) resize(columns, rows int) {
	t := s.rig.t
	t.Helper()
	s.mu.Lock()
	s.screen.Resize(columns, rows)
	s.mu.Unlock()
	require.NoError(t, pty.Setsize(s.master, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}))
}

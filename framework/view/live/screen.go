package live

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"github.com/signalbox-go/signalbox/framework/view"
)

const (
	// framesPerSecond bounds how often anything is drawn.
	framesPerSecond = 10
	// refresh is how often the run is looked at, if that takes little time.
	refresh = 400 * time.Millisecond
	// refreshShare bounds what looking and drawing take of the time.
	refreshShare = 100
	// slowest is how often the run is looked at, however long it takes.
	slowest = 2 * time.Second
)

// Mode says how a run is shown.
type Mode string

// Modes of a screen.
const (
	Auto  Mode = ""      // Live where that can be, and Plain elsewhere
	Live  Mode = "live"  // a screen that changes; Plain where that cannot be
	Plain Mode = "plain" // a line now and then, and when the phase changes
	None  Mode = "none"  // nothing
)

// Options are how a run is shown. The zero value is fine.
type Options struct {
	Mode Mode
	// Panels are shown below the rest.
	Panels []Panel
	// Interrupt is what Ctrl-C does while a screen is drawn. It may take a while.
	// The default leaves the screen and has the process interrupted.
	Interrupt func()
	// Tell tells how the run fares, in mode Plain. The default is a [Line].
	Tell func(view.Run)
	// Viewer says that to show the run is all that the program does: q and Ctrl-C
	// end the screen, and nothing is told in lines when it has been left.
	Viewer bool
}

// Panel is something that a program shows of its own, in lines of text. Lines is
// called a few times a second, on a goroutine of its own.
type Panel struct {
	Title string
	Lines func() []string
}

// view is what the panel shows now. A mistake in there must not keep the rest
// from being shown.
func (p Panel) view() (v view.Panel) {
	v.Title = p.Title
	defer func() {
		if r := recover(); r != nil {
			v.Lines = []string{fmt.Sprintf("Lines panicked: %v", r)}
		}
	}()
	v.Lines = p.Lines()
	return v
}

// Screen shows a run on a terminal. As a writer it takes whatever else is to be
// seen there, such as the log: while it draws, lines that are written scroll by
// above it, and otherwise they go to the terminal. Its methods may be called from
// any goroutine.
type Screen struct {
	out   io.Writer
	file  *os.File // that out is, nil for none
	opts  Options
	lines *pending
	away  atomic.Bool // the terminal is somebody else's

	mu     sync.Mutex
	cancel context.CancelFunc
	over   chan struct{}
	err    error // of the last look

	phase view.Phase // as it was told
	told  time.Time
}

// New returns a screen on a terminal, or on a writer that is none.
func New(out io.Writer, opts Options) *Screen {
	s := &Screen{out: out, opts: opts, lines: newPending()}
	s.file, _ = out.(*os.File)
	if opts.Tell == nil {
		s.opts.Tell = func(r view.Run) { fmt.Fprintln(s, Line(r)) }
	}
	return s
}

// Write prints text, line by line, above what is drawn. It waits if a great deal
// waits to be printed.
func (s *Screen) Write(p []byte) (int, error) {
	if s.lines.add(p) {
		return len(p), nil
	}
	return s.out.Write(p)
}

// Show begins to show a run. It does not wait. It panics if the screen shows one
// that has not been closed.
func (s *Screen) Show(src Source) {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		panic("live: a screen shows one run at a time: make another one")
	}
	over := make(chan struct{})
	s.cancel, s.over, s.err = cancel, over, nil
	s.phase, s.told = view.Starting, time.Now() // it goes without saying, for a while
	go func() {
		defer close(over)
		s.show(ctx, src)
	}()
}

// Close ends showing the run. If that has ended, it is told so in a line, unless
// the mode is None. When it returns, nothing is drawn any more, and the terminal is as it
// was.
func (s *Screen) Close() {
	s.mu.Lock()
	cancel, over := s.cancel, s.over
	s.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	<-over
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == over {
		s.cancel = nil
	}
}

// Wait waits until the run is not shown any more: it has been closed, or cannot
// be looked at any more, which is the error. With [Options.Viewer], it may also
// have been left.
func (s *Screen) Wait() error {
	s.mu.Lock()
	over := s.over
	s.mu.Unlock()
	if over == nil {
		return nil
	}
	<-over
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// failed takes note of why the run cannot be looked at.
func (s *Screen) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// show shows the run until ctx ends.
func (s *Screen) show(ctx context.Context, src Source) {
	mode := s.opts.Mode
	if mode == Auto || mode == Live {
		if Capable(s.file) == nil && s.draw(ctx, src) {
			mode = Live
		} else {
			mode = Plain
		}
	}
	if mode == None {
		<-ctx.Done()
		return
	}
	if ctx.Err() == nil && !(mode == Live && s.opts.Viewer) {
		s.plainly(ctx, src)
	}
	if run, err := src.Look(context.WithoutCancel(ctx), false); err == nil && run.Phase == view.Ended {
		s.tell(run, math.MaxInt64)
	}
}

// draw draws the run until ctx ends, the user leaves, or the terminal is gone.
// It reports false if nothing could be drawn.
func (s *Screen) draw(ctx context.Context, src Source) bool {
	in, closeIn := s.input()
	defer closeIn()
	out := &terminal{File: s.file, drawn: make(chan struct{})}
	inner, cancel := context.WithCancel(context.Background())
	defer cancel()
	wake := make(chan struct{}, 1)
	var tree atomic.Bool
	m := &model{ctx: inner, src: src, ascii: ascii(), keys: in != nil, viewer: s.opts.Viewer, shown: &shownRows{},
		look: func(bool) { nudge(wake) },
		tree: func(shown bool) {
			if tree.Swap(shown) != shown && shown {
				nudge(wake)
			}
		}}
	options := []tea.ProgramOption{tea.WithInput(in), tea.WithOutput(out), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler()}
	if os.Getenv("NO_COLOR") != "" { // whatever it is: the library only knows it as a Boolean
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	p := tea.NewProgram(m, options...)
	m.suspend = func() { s.suspend(p, inner.Done()) }
	m.interrupt = s.opts.Interrupt
	switch {
	case s.opts.Viewer:
		m.interrupt = func() { m.leave() }
	case m.interrupt == nil:
		m.interrupt = func() {
			m.leave()
			p.Wait()
			raise(os.Interrupt)
		}
	}
	m.quit = func() {
		_ = p.ReleaseTerminal() // as far as it can be
		raise(quitSignal)
	}
	leaving, leaves := context.WithCancel(ctx)
	defer leaves()
	m.leave = leaves
	s.lines.begin()
	var rest []string
	var helpers sync.WaitGroup
	helpers.Go(func() { s.looks(inner, p, src, wake, &tree) })
	helpers.Go(func() {
		rest = s.prints(leaving, p, out, m.shown)
		p.Send(leave{}) // only now, so that no line is lost
	})
	_, err := p.Run()
	cancel()
	leaves()
	helpers.Wait()
	// What came while the screen ended goes where it would have gone without.
	for _, row := range rest {
		_, _ = fmt.Fprintln(s.out, row)
	}
	_, _ = s.out.Write(s.lines.close())
	return err == nil || m.known
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// input returns where keys come from: standard input, or the terminal itself if
// that is something else. nil is a screen without keys.
func (s *Screen) input() (in io.Reader, done func()) {
	if term.IsTerminal(os.Stdin.Fd()) {
		return os.Stdin, func() {}
	}
	tty, err := os.Open(ttyPath)
	if err != nil {
		return nil, func() {}
	}
	return tty, func() { _ = tty.Close() } // it was read only
}

// ttyPath is the terminal of the process, where there is such a thing.
const ttyPath = "/dev/tty"

// looks looks at the run, again and again.
func (s *Screen) looks(ctx context.Context, p *tea.Program, src Source, wake <-chan struct{}, tree *atomic.Bool) {
	for {
		began := time.Now()
		run, err := src.Look(ctx, tree.Load())
		if ctx.Err() != nil {
			return
		}
		s.failed(err)
		for _, panel := range s.opts.Panels {
			run.Panels = append(run.Panels, panel.view())
		}
		p.Send(looked{run, err})
		pause := time.NewTimer(min(max(refresh, refreshShare*time.Since(began)), slowest))
		select {
		case <-pause.C:
		case <-wake:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		pause.Stop()
	}
}

// prints prints lines above the screen, as many at a time as there is room for,
// until ctx ends. It returns what it has not printed.
func (s *Screen) prints(ctx context.Context, p *tea.Program, out *terminal, shown *shownRows) (rows []string) {
	select {
	case <-out.drawn:
	case <-ctx.Done():
		return nil
	}
	for {
		select {
		case <-s.lines.there:
		case <-ctx.Done():
			return nil
		}
		lines := s.lines.take()
		if s.away.Load() {
			_, _ = fmt.Fprintln(s.out, strings.Join(lines, "\n"))
			continue
		}
		for _, l := range lines {
			// What follows a row is erased, and with it what stands in the last column.
			rows = append(rows, printable(l, int(shown.width.Load())-1)...)
		}
		for len(rows) > 0 {
			if ctx.Err() != nil {
				return rows
			}
			n := min(shown.room(), len(rows))
			above(p, rows[:n])
			rows = rows[n:]
		}
	}
}

// above prints rows above the screen.
func above(p *tea.Program, rows []string) {
	text := strings.Join(rows, "\n")
	if text == "" {
		text = " " // of nothing, nothing would be printed
	}
	p.Send(tea.Println(text)())
}

// suspend stops the process as Ctrl-Z does, with the terminal as it was before.
func (s *Screen) suspend(p *tea.Program, quit <-chan struct{}) {
	p.Send(away(true))
	p.Send(nil) // when this is taken, the frame without anything has been made
	s.away.Store(true)
	_ = p.ReleaseTerminal() // as far as it can be
	if !stop(s.file, quit) {
		return
	}
	_ = p.RestoreTerminal() // an end of the terminal is read from it
	s.away.Store(false)
	p.Send(away(false))
}

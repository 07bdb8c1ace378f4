package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/view"
	"github.com/signalbox-go/signalbox/framework/view/live"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 20 * time.Second

// window is a terminal, and what is to be seen there.
type window struct {
	t      *testing.T
	tty    *os.File
	screen *vt.SafeEmulator

	mu     sync.Mutex
	frames int // how often something was written
	bytes  int
}

func newWindow(t *testing.T, columns, rows int) *window {
	t.Helper()
	master, tty, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(master, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}))
	w := &window{t: t, tty: tty, screen: vt.NewSafeEmulator(columns, rows)}
	w.screen.SetScrollbackSize(1 << 20)
	var helpers sync.WaitGroup
	helpers.Go(func() { _, _ = io.Copy(io.Discard, w.screen) }) // nobody asked
	helpers.Go(func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := master.Read(buf)
			w.mu.Lock()
			w.frames += bytes.Count(buf[:n], []byte("frame "))
			w.bytes += n
			_, _ = w.screen.Write(buf[:n])
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		_ = tty.Close() // the test may have closed it
		// Close of the emulator itself races with who reads what it says.
		require.NoError(t, w.screen.InputPipe().(io.Closer).Close())
		helpers.Wait()
		require.NoError(t, master.Close())
	})
	return w
}

// lines are what is to be seen, with what has scrolled by.
func (w *window) lines() (lines []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.screen.ScrollbackLen() {
		lines = append(lines, strings.TrimRight(w.screen.Scrollback().Line(i).String(), " "))
	}
	for y := range w.screen.Height() {
		line := ""
		for x := range w.screen.Width() {
			if c := w.screen.CellAt(x, y); c != nil {
				line += c.Content
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func (w *window) until(what string) {
	w.t.Helper()
	want := regexp.MustCompile(what)
	require.Eventually(w.t, func() bool { return want.MatchString(strings.Join(w.lines(), "\n")) }, patience, time.Millisecond,
		"the terminal does not show %s", what)
}

// given is a run that tests make up.
type given struct {
	mu    sync.Mutex
	run   view.Run
	err   error
	looks int
	each  func(*view.Run, int)
}

func (g *given) Look(context.Context, bool) (view.Run, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looks++
	if g.each != nil {
		g.each(&g.run, g.looks)
	}
	return g.run, g.err
}

func (g *given) Pause(context.Context, bool) error                   { return nil }
func (g *given) Cancel(context.Context, string, uint64) (int, error) { return 0, nil }
func (g *given) Stop(context.Context) error                          { return nil }

// TestLinesAboveAreWhole: however many there are at once, in order, and the
// screen is drawn once at the end of them.
func TestLinesAboveAreWhole(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 5)
	for _, rows := range []int{6, 24, 60} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			w := newWindow(t, 80, rows)
			s := live.New(w.tty, live.Options{})
			g := &given{run: midrun(), each: func(r *view.Run, n int) {
				r.Panels = []view.Panel{{Title: "frame", Lines: make([]string, n%7)}} // frames of different heights
			}}
			s.Show(g)
			w.until("gostats · running")
			const n = 2000
			for i := range n {
				text := fmt.Sprintf("line %d ", i)
				if i%10 == 0 {
					text += long // which takes rows of its own
				}
				half := len(text) / 2
				fmt.Fprint(s, text[:half])
				fmt.Fprintln(s, text[half:])
				if i%500 == 0 {
					w.until(fmt.Sprintf(`(?m)^line %d `, i))
				}
			}
			fmt.Fprint(s, "without an end")
			s.Close()
			w.until("without an end")
			var whole []string
			for _, l := range w.lines() {
				switch {
				case strings.HasPrefix(l, "line "):
					whole = append(whole, l)
				case l != "without an end" && l != "":
					whole[len(whole)-1] += l
				}
			}
			require.Len(t, whole, n)
			for i, l := range whole {
				want := fmt.Sprintf("line %d", i)
				if i%10 == 0 {
					want += " " + long
				}
				require.Equal(t, want, l, "and nothing of a frame is left")
			}
		})
	}
}

// TestFramesAreFew: however fast everything changes.
func TestFramesAreFew(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 80, 40)
	s := live.New(w.tty, live.Options{})
	g := &given{run: midrun(), each: func(r *view.Run, n int) {
		r.Panels = []view.Panel{{Title: "p", Lines: []string{fmt.Sprintf("frame %d.", n)}}}
	}}
	began := time.Now()
	s.Show(g)
	w.until(`frame 8\.`)
	s.Close()
	seconds := time.Since(began).Seconds()
	require.LessOrEqual(t, float64(g.looks), 2+4*seconds)
	w.mu.Lock()
	defer w.mu.Unlock()
	require.LessOrEqual(t, float64(w.frames), 2+15*seconds)
}

// TestTheRunGoesAway: a run of another process that cannot be looked at any more
// ends the screen.
func TestTheRunGoesAway(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 80, 40)
	s := live.New(w.tty, live.Options{Viewer: true})
	g := &given{run: midrun()}
	s.Show(g)
	w.until("gostats · running")
	gone := errors.New("gone")
	g.mu.Lock()
	g.err = gone
	g.mu.Unlock()
	require.Equal(t, gone, s.Wait())
	s.Close()
	require.Eventually(t, func() bool { return !strings.Contains(strings.Join(w.lines(), "\n"), "gostats") }, patience, time.Millisecond)
	fmt.Fprintln(s, "still a writer")
	w.until("still a writer")

	s.Show(&given{run: midrun()})
	w.until("gostats · running")
	require.Panics(t, func() { s.Show(g) })
	s.Close()
	s.Close()
	require.NoError(t, s.Wait())
	require.NoError(t, live.New(w.tty, live.Options{}).Wait(), "it shows nothing")

	var out safeBuffer
	lines := live.New(&out, live.Options{Viewer: true})
	lines.Show(g)
	require.Equal(t, gone, lines.Wait())
	require.Empty(t, out.String())
}

// TestTheTerminalGoesAway: then there is nothing to see, and nobody is kept.
func TestTheTerminalGoesAway(t *testing.T) {
	t.Parallel()
	master, tty, err := pty.Open()
	require.NoError(t, err)
	s := live.New(tty, live.Options{})
	g := &given{run: midrun()}
	s.Show(g)
	_, err = master.Read(make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, master.Close())
	for range 1000 {
		_, _ = fmt.Fprintln(s, strings.Repeat("x", 10_000)) // more than waits for a terminal
	}
	s.Close()
	require.NoError(t, tty.Close())
}

// TestManyTasks: of 10,000, those with the most to do are shown, and soon.
func TestManyTasks(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 120, 40)
	screen := live.New(w.tty, live.Options{})
	pool := local.Pool(2)
	s := scheduler.New(pool)
	var last *scheduler.Task[int, int]
	for i := range 10_000 {
		last = scheduler.NewTask(s, task.New(fmt.Sprintf("task-%04d", i), func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}))
	}
	require.NoError(t, s.Start(t.Context(), live.On(screen), scheduler.CancellationPolicy(scheduler.Continue)))
	_, err := last.Submit(1)
	require.NoError(t, err)
	w.until(`and 9,9\d\d more`)
	w.until(`pool/\d .* task-9999 #1`)
	s.Kill("enough", nil)
	_, err = s.Wait()
	require.NoError(t, err)
	w.until(`scheduler: ended \(stopped: enough\)`)
}

// TestOn is over a program that shows its scheduler, with a panel of its own.
func TestOn(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 100, 40)
	screen := live.New(w.tty, live.Options{Panels: []live.Panel{{Title: "best trial", Lines: func() []string { return []string{"accuracy 0.93", "\x1b[2Jevil"} }},
		{Title: "broken", Lines: func() []string { panic("oh") }}}})
	s := scheduler.New(local.Pool(2), scheduler.Name("search"))
	gate := make(chan struct{})
	fit := scheduler.NewTask(s, task.New("fit", func(ctx context.Context, n int) (int, error) {
		task.ReportProgress(ctx, n, 4, "fitting")
		<-gate
		return n, nil
	}))
	s.OnStart.Do(func() { _, _ = fit.Submit(1) }, event.Repeat(4))
	done := make(chan error, 1)
	go func() {
		_, err := s.Run(t.Context(), live.On(screen))
		done <- err
	}()
	w.until(`search · running`)
	w.until(`(?m)^best trial\n  accuracy 0.93\n  \\x1b\[2Jevil\nbroken\n  Lines panicked: oh$`)
	w.until(`fit #\d+  ██░░░░░░░░ 25% fitting`)
	log.New(screen, "", 0).Print("from the log")
	w.until(`(?m)^from the log$`)
	close(gate)
	require.NoError(t, <-done)
	w.until(`(?m)^search: ended \(exhausted\) after \S+, 4 submitted, 4 done, 0 failed, 0 running$`)
	require.Panics(t, func() { live.On(nil) })

	// One that does not start is not shown any more.
	other := scheduler.New(local.Pool(1))
	require.Error(t, other.Start(t.Context(), live.On(live.New(w.tty, live.Options{})), scheduler.Timeout(-1)))
}

// TestOffATerminal tells phases, and nothing else for ten seconds.
func TestOffATerminal(t *testing.T) {
	t.Parallel()
	var out safeBuffer
	screen := live.New(&out, live.Options{})
	g := &given{run: midrun(), each: func(r *view.Run, n int) {
		r.Taken = time.Now()
		if n == 3 {
			r.Phase = view.Draining
		}
	}}
	screen.Show(g)
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "draining") }, patience, time.Millisecond)
	fmt.Fprintln(screen, "from the log")
	g.mu.Lock()
	g.run.Phase, g.run.Exit = view.Ended, "exhausted"
	g.mu.Unlock()
	screen.Close()
	require.Equal(t, "gostats: running after 1m12s, 7700 submitted, 4817 done, 3 failed, 2 running, 2 cancelled, 412/s, about 7s left\n"+
		"gostats: draining after 1m12s, 7700 submitted, 4817 done, 3 failed, 2 running, 2 cancelled, 412/s, about 7s left\n"+
		"from the log\n"+
		"gostats: ended (exhausted) after 1m12s, 7700 submitted, 4817 done, 3 failed, 2 running, 2 cancelled, about 7s left\n", out.String())

	var none safeBuffer
	hidden := live.New(&none, live.Options{Mode: live.None})
	hidden.Show(g)
	hidden.Close()
	require.Empty(t, none.String())
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

package live

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/signalbox-go/signalbox/framework/view"
)

// mode is what the screen shows.
type mode int

const (
	showMain mode = iota
	showTree
	showHelp
)

// looked is what a look brought.
type looked struct {
	run view.Run
	err error
}

// noticed is the outcome of an act.
type noticed string

// away says that the terminal belongs to somebody else for a while.
type away bool

// leave ends the screen, whose last frame is empty.
type leave struct{}

// noticeTime is how long an outcome is shown.
const noticeTime = 5 * time.Second

// model is what the screen knows. Only the program's loop touches it.
type model struct {
	ctx       context.Context
	src       Source
	ascii     bool
	keys      bool
	viewer    bool
	interrupt func()
	suspend   func()
	quit      func()         // what Ctrl-\ does
	shown     *shownRows     // of the frames so far, for those who print above them
	leave     func()         // asks for the end of the screen
	look      func(now bool) // asks for a look
	tree      func(bool)     // says whether looks are with the tree

	run      view.Run
	known    bool
	width    int
	height   int
	mode     mode
	chosen   string
	scroll   int      // of the tree
	lines    []string // of the tree, nil for not drawn yet
	notice   string
	noticed  time.Time
	question *question
	left     bool // the screen ends
	away     bool

	frame string
	fresh bool // frame is what is to be seen
}

// question is something that is asked before it is done.
type question struct {
	text string
	yes  tea.Cmd
}

// Init implements [tea.Model].
func (m *model) Init() tea.Cmd { return nil }

// Update implements [tea.Model].
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height, m.fresh, m.lines = msg.Width, msg.Height, false, nil
		m.shown.resized(msg.Width, msg.Height)
	case away:
		m.away, m.fresh = bool(msg), false
	case looked:
		if msg.err != nil {
			m.leave()
			return m, nil
		}
		m.run, m.known, m.fresh, m.lines = msg.run, true, false, nil
		m.choose(0)
		if m.notice != "" && time.Since(m.noticed) > noticeTime {
			m.notice = ""
		}
	case noticed:
		m.notice, m.noticed, m.fresh = string(msg), time.Now(), false
		m.look(true)
	case leave:
		m.left, m.fresh = true, false
		return m, tea.Quit
	case tea.KeyPressMsg:
		m.fresh = false
		return m, m.press(msg.String())
	}
	return m, nil
}

// View implements [tea.Model].
func (m *model) View() tea.View {
	if !m.fresh {
		m.frame, m.fresh = m.draw(), true
	}
	m.shown.saw(m.frame)
	v := tea.NewView(m.frame)
	v.DisableBracketedPasteMode = true
	return v
}

// draw makes the frame.
func (m *model) draw() string {
	if m.left || m.away || !m.known || m.width == 0 {
		return ""
	}
	d := newDrawing(m.ascii)
	d.width, d.height, d.run, d.chosen, d.keys = m.width, m.height, &m.run, m.chosen, m.keys
	switch {
	case d.tiny():
	case m.mode == showHelp:
		return d.help(m.viewer)
	case m.mode == showTree && m.run.Tree != nil:
		if m.lines == nil {
			m.lines = d.treeLines()
		}
		var frame string
		frame, m.scroll = d.tree(m.lines, m.scroll, m.foot(d))
		return frame
	}
	return d.main(m.foot(d))
}

// foot is what stands below the rest: what is asked, what has come of an act,
// and the keys.
func (m *model) foot(d *drawing) []line {
	switch {
	case m.question != nil:
		return []line{{{d.CutBefore(m.question.text, " y/n", d.width), askingStyle}}}
	case m.notice != "":
		return []line{{{d.Clean(m.notice), askingStyle}}}
	case !m.keys:
		return nil
	case m.mode == showTree:
		return []line{{{"up/down scroll  e back  ? help", faintStyle}}}
	}
	pause := "p pause"
	if m.run.Paused {
		pause = "p resume"
	}
	leave := "q leave"
	if m.viewer {
		leave = "q quit"
	}
	return []line{{{pause + "  c cancel  s stop  e events  " + leave + "  ? help", faintStyle}}}
}

// choose moves the selection, and sees to it that there is one.
func (m *model) choose(by int) {
	keys := selectable(&m.run)
	if len(keys) == 0 {
		m.chosen = ""
		return
	}
	at := 0
	for i, k := range keys {
		if k == m.chosen {
			at = i
		}
	}
	m.chosen = keys[min(max(at+by, 0), len(keys)-1)]
}

// shownRows tells those who print above the frames how large the terminal is and
// how high frames have been since its size has changed: what is printed must not
// move any of a frame out of sight.
type shownRows struct{ frame, width, height atomic.Int64 }

func (s *shownRows) saw(frame string) {
	if n := int64(strings.Count(frame, "\n") + 1); n > s.frame.Load() {
		s.frame.Store(n)
	}
}

func (s *shownRows) resized(width, height int) {
	s.frame.Store(1)
	s.width.Store(int64(width))
	s.height.Store(int64(height))
}

// room is how many rows may be printed at a time.
func (s *shownRows) room() int { return int(max(s.height.Load()-s.frame.Load(), 1)) }

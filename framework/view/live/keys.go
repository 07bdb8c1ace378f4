package live

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/signalbox-go/signalbox/framework/view"
)

// press does what a key asks for.
func (m *model) press(key string) tea.Cmd {
	switch key {
	case "ctrl+c":
		return act(m.interrupt)
	case "ctrl+z":
		return act(m.suspend)
	case `ctrl+\`:
		return act(m.quit)
	}
	if q := m.question; q != nil {
		m.question = nil
		if key == "y" || key == "Y" {
			return q.yes
		}
		return nil
	}
	switch key {
	case "q":
		m.leave()
	case "?", "h":
		m.mode = toggled(m.mode, showHelp)
	case "esc":
		m.mode, m.notice = showMain, ""
	case "e":
		m.mode, m.scroll = toggled(m.mode, showTree), 0
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup":
		m.move(-m.height / 2)
	case "pgdown", "space":
		m.move(m.height / 2)
	case "home", "g":
		m.move(-1 << 30)
	case "end", "G":
		m.move(1 << 30)
	case "p":
		return m.pause()
	case "c":
		return m.cancel()
	case "s":
		m.question = &question{"Stop the run? What runs is completed, what waits is cancelled.", m.stop()}
	}
	m.tree(m.mode == showTree)
	return nil
}

func toggled(now, to mode) mode {
	if now == to {
		return showMain
	}
	return to
}

// move moves the selection, or scrolls the tree.
func (m *model) move(by int) {
	if m.mode == showTree {
		m.scroll = max(m.scroll+by, 0)
		return
	}
	m.choose(by)
}

// act does something that may take a while, beside the screen.
func act(do func()) tea.Cmd {
	return func() tea.Msg {
		do()
		return nil
	}
}

func (m *model) pause() tea.Cmd {
	paused := !m.run.Paused
	return func() tea.Msg {
		if err := m.src.Pause(m.ctx, paused); err != nil {
			return noticed(err.Error())
		}
		if paused {
			return noticed("paused: what runs goes on, and nothing that waits is begun")
		}
		return noticed("resumed")
	}
}

func (m *model) stop() tea.Cmd {
	return func() tea.Msg {
		if err := m.src.Stop(m.ctx); err != nil {
			return noticed(err.Error())
		}
		return noticed("stopping")
	}
}

// cancel cancels what is selected: what a worker runs, or all calls of a task,
// which is asked first.
func (m *model) cancel() tea.Cmd {
	for i := range m.run.Workers {
		w := &m.run.Workers[i]
		if workerKey(w) != m.chosen {
			continue
		}
		if w.Future == 0 {
			return func() tea.Msg { return noticed("nothing runs there") }
		}
		return m.cancelOf(w.Task, w.Future)
	}
	if name, ok := strings.CutPrefix(m.chosen, taskKey("")); ok {
		left := m.unended(name)
		d := newDrawing(m.ascii)
		m.question = &question{fmt.Sprintf("Cancel all calls of %s that have not ended (%s)?", d.Clean(name), amount(left)), m.cancelOf(name, 0)}
	}
	return nil
}

// unended is how many calls of a task have not ended.
func (m *model) unended(name string) uint64 {
	for i := range m.run.Tasks {
		if t := &m.run.Tasks[i]; t.Name == name {
			return t.Counts.Waiting + t.Counts.Running
		}
	}
	return 0
}

func (m *model) cancelOf(task string, future uint64) tea.Cmd {
	return func() tea.Msg {
		n, err := m.src.Cancel(m.ctx, task, future)
		switch {
		case err != nil:
			return noticed(err.Error())
		case n == 0:
			return noticed("it had ended")
		case future != 0:
			return noticed(fmt.Sprintf("cancelling #%d of %s", future, task))
		}
		return noticed(fmt.Sprintf("cancelling %s calls of %s", amount(uint64(n)), task))
	}
}

// help tells the keys.
func (d *drawing) help(viewer bool) string {
	last := [][2]string{
		{"q", "leave this screen; the run goes on, and tells its progress in lines"},
		{"Ctrl-C", "stop the run; once more kills what runs"},
		{"Ctrl-Z", "suspend the host; workers complete what they have"},
	}
	if viewer {
		last = [][2]string{{"q, Ctrl-C", "quit; the run goes on"}}
	}
	lines := []line{{{"keys", titleStyle}}}
	for _, k := range append([][2]string{
		{"up, down", "select a task or worker"},
		{"p", "pause or resume: nothing that waits is begun meanwhile"},
		{"c", "cancel what the selected worker runs, or all calls of the selected task"},
		{"s", "stop the run, having asked"},
		{"e", "the events with their callbacks, and back"},
		{"?, Esc", "back"},
	}, last...) {
		l := line{{"  " + d.Fit(k[0], 10), busyStyle}}
		l.add(plainStyle, k[1])
		lines = append(lines, l)
	}
	return d.join(lines)
}

// treeLines is the scheduler as a tree.
func (d *drawing) treeLines() []string {
	var b strings.Builder
	// A builder takes whatever is written.
	_ = view.Render(&b, *d.run.Tree, view.Options{Width: d.width, ASCII: d.ASCII})
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// tree shows a tree from a line on. It returns where that was.
func (d *drawing) tree(all []string, from int, foot []line) (frame string, at int) {
	head := d.head()
	room := d.rows() - len(head) - len(foot)
	at = min(from, max(len(all)-room, 0))
	lines := head
	for _, l := range all[at:min(at+room, len(all))] {
		lines = append(lines, line{{l, plainStyle}})
	}
	return d.join(append(lines, foot...)), at
}

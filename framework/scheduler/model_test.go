package scheduler_test

import (
	"fmt"
	"slices"
	"time"
)

// model runs a program as plainly as it can be put: one list of what has
// happened and is to be told, one list of calls that wait, one that runs.
type model struct {
	program
	now   time.Duration
	trace []string

	inbox    []func()
	telling  bool // on_empty is told
	accepts  bool
	stopped  bool // asked for
	ended    string
	calls    []*modelCall // all, also refused ones
	queue    int          // accepted, and its end not told
	waiting  []*modelCall
	running  *modelCall
	runsTill time.Duration
	timers   map[int]time.Duration
	counts   map[string]int // of callbacks by kind
	made     int            // timers
}

type modelCall struct {
	programCall
	n        int
	accepted bool
	over     bool
}

func runModel(p program) *model {
	m := &model{program: p, telling: true, accepts: true, timers: map[int]time.Duration{}, counts: map[string]int{}}
	m.say("on_start")
	m.callback("start")
	if m.queue == 0 && !m.stopped {
		m.empty()
	}
	for m.ended == "" {
		m.step()
	}
	m.accepts, m.timers = false, map[int]time.Duration{}
	if m.ended != "exhausted" {
		m.say("on_%s", m.ended)
	}
	m.telling = false
	m.say("on_finishing")
	for m.queue > 0 || len(m.inbox) > 0 {
		if len(m.inbox) == 0 {
			m.now = m.runsTill
			m.complete(m.running, m.running.comes)
		}
		m.tellNext()
	}
	m.say("on_finished")
	return m
}

func (m *model) say(format string, args ...any) {
	m.trace = append(m.trace, fmt.Sprintf("%v ", m.now)+fmt.Sprintf(format, args...))
}

// step tells what is next, or lets time pass until something happens.
func (m *model) step() {
	if len(m.inbox) > 0 {
		m.tellNext()
		return
	}
	if m.queue == 0 {
		m.ended = "exhausted"
		return
	}
	at, what := m.runsTill, func() { m.complete(m.running, m.running.comes) }
	for n, due := range m.timers {
		if due < at {
			at, what = due, func() { delete(m.timers, n); m.inbox = append(m.inbox, func() { m.fire(n) }) }
		}
	}
	if t := m.timeout(); t > 0 && t < at {
		at, what = t, func() { m.inbox = append(m.inbox, func() { m.end("timeout") }) }
	}
	m.now = at
	what()
}

func (m *model) tellNext() {
	next := m.inbox[0]
	m.inbox = m.inbox[1:]
	next()
}

func (m *model) end(why string) {
	if m.ended == "" {
		m.ended = why
	}
}

func (m *model) fire(n int) {
	m.say("timer %d", n)
	m.callback("timer")
}

func (m *model) empty() {
	m.say("on_empty")
	m.callback("empty")
}

// complete ends the call that runs, and begins the next.
func (m *model) complete(c *modelCall, outcome int) {
	m.running = nil
	m.settle(c, [...]string{"result", "exception", "exception"}[outcome])
	m.begin()
}

func (m *model) settle(c *modelCall, how string) {
	c.over = true
	m.inbox = append(m.inbox, func() {
		m.queue--
		if how != "cancelled" {
			m.say("future_done %d", c.n)
			m.say("future_%s %d", how, c.n)
			m.say("done %d", c.n)
		} else {
			m.say("future_cancelled %d", c.n)
		}
		m.say("%s %d", how, c.n)
		m.callback(how)
		if m.queue == 0 && m.telling {
			m.empty()
		}
	})
}

func (m *model) begin() {
	if m.running != nil || len(m.waiting) == 0 {
		return
	}
	best := 0
	for i, c := range m.waiting {
		if c.priority > m.waiting[best].priority {
			best = i
		}
	}
	m.running = m.waiting[best]
	m.waiting = slices.Delete(m.waiting, best, best+1)
	m.runsTill = m.now + m.running.takes
}

func (m *model) callback(place string) {
	m.counts[place]++
	for _, a := range m.acts(place, m.counts[place], len(m.calls)) {
		switch a.what {
		case actSubmit:
			m.submit()
		case actCancel:
			if a.which < len(m.calls) && m.calls[a.which].accepted {
				m.say("cancel %d: %v", a.which, m.cancel(m.calls[a.which]))
			}
		case actCancelAll:
			n := 0
			for _, c := range slices.Clone(m.calls) {
				if c.accepted && m.cancel(c) {
					n++
				}
			}
			m.say("cancel all: %d", n)
		case actTimer:
			m.later(a.delay)
		case actStop:
			if !m.stopped && m.accepts {
				m.inbox = append(m.inbox, func() { m.end("stop") })
				m.stopped = true
			}
			m.accepts = false
		case actPanic:
			m.say("panic")
			return
		}
	}
}

func (m *model) submit() {
	n := len(m.calls)
	if n == m.most {
		return
	}
	c := &modelCall{programCall: m.call(n), n: n}
	m.calls = append(m.calls, c)
	switch {
	case !m.accepts:
		m.say("submit %d: not running", n)
	case c.refused:
		m.say("submit %d: refused", n)
	default:
		m.say("submit %d: accepted", n)
		c.accepted = true
		m.queue++
		m.inbox = append(m.inbox, func() {
			m.say("future_submitted %d", n)
			m.say("submitted %d", n)
			m.callback("submitted")
		})
		m.waiting = append(m.waiting, c)
		m.begin()
	}
}

// cancel reports whether the call had not ended.
func (m *model) cancel(c *modelCall) bool {
	switch {
	case c.over:
		return false
	case c == m.running:
		m.running = nil
		m.settle(c, "cancelled")
		m.begin()
	default:
		m.waiting = slices.DeleteFunc(m.waiting, func(o *modelCall) bool { return o == c })
		m.settle(c, "cancelled")
	}
	return true
}

func (m *model) later(d time.Duration) {
	n := m.made
	m.made++
	switch {
	case !m.accepts:
		m.say("later %d: not running", n)
	case d == 0:
		m.inbox = append(m.inbox, func() { m.fire(n) })
	default:
		m.timers[n] = m.now + d
	}
}

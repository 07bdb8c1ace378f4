package process

import (
	"strings"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// quotedInput is how much of an input is logged, in bytes.
const quotedInput = 256

// lastCall is what a process ran when it died, for the log. It is made while the
// call has not ended, which gives its input away.
type lastCall struct {
	task, input string
	future      uint64
	attempt     int
}

func newLastCall(c *scheduler.Call) *lastCall {
	return &lastCall{task: c.Task(), input: quoted(c), future: c.ID(), attempt: c.Attempt()}
}

// logLoss logs the death of a process with what somebody needs to report it: how
// it ended, where it crashed, the end of its stderr, what it ran and which
// executable it was.
func (w *worker) logLoss(ended ending) {
	attrs := []any{"plugin", w.cfg.name, "worker", w.number, "pid", ended.pid, "exit", ended.exit.Explain(),
		"session", ended.err, "executable", w.cfg.path, "lived", ended.lived}
	if w.cfg.sha256 != "" {
		attrs = append(attrs, "sha256", w.cfg.sha256)
	}
	if c := ended.call; c != nil {
		attrs = append(attrs, "task", c.task, "future", c.future, "attempt", c.attempt, "input", c.input)
	}
	w.e.host.Log.Warn("worker lost", attrs...)
}

// quoted is the beginning of a call's input, if that is text.
func quoted(c *scheduler.Call) string {
	if c.ContentType() != task.ContentJSON {
		return scheduler.Bytes(len(c.Payload())).String() + " of " + c.ContentType()
	}
	in := c.Payload()
	if len(in) <= quotedInput {
		return string(in)
	}
	return strings.ToValidUTF8(string(in[:quotedInput]), "") + "…"
}

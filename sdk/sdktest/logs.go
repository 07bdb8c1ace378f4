package sdktest

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
)

// Line is one record of a plugin, as a host gets it.
type Line struct {
	Time    time.Time
	Level   slog.Level
	Message string
	Task    string      // name of the task whose code logged; "" outside of a task
	Future  uint64      // number of the call, from 1; 0 outside of a task
	Attrs   []slog.Attr // those in groups have keys such as "group.key"
}

// Attr returns the value of an attribute, nil if there is none of that key.
// Integers are int64, or uint64 where that is too small.
func (l Line) Attr(key string) any {
	for _, a := range l.Attrs {
		if a.Key == key {
			return a.Value.Any()
		}
	}
	return nil
}

// String returns the line in a short form.
func (l Line) String() string {
	s := fmt.Sprintf("%v %s", l.Level, l.Message)
	if l.Task != "" {
		s += fmt.Sprintf(" task=%s future=%d", l.Task, l.Future)
	}
	for _, a := range l.Attrs {
		s += " " + a.String()
	}
	return s
}

// Logs returns what the plugin has logged so far, in order. What a task logged
// is there when its call returns.
func (p *Plugin) Logs() []Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}

// sink takes a plugin's records in the form in which they travel to a host.
type sink struct{ *Plugin }

func (p sink) Write(text []byte) (int, error) {
	r, err := logline.Parse(text[1:]) // behind an end of line
	if err != nil {
		return 0, fmt.Errorf("sdktest: a plugin's log: %w", err)
	}
	line := Line{Time: r.Time, Level: r.Level, Message: r.Message, Task: r.Task, Future: r.Future, Attrs: r.Attrs}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed { // the test may be over
		return len(text), nil
	}
	p.lines = append(p.lines, line)
	p.t.Log(line)
	return len(text), nil
}

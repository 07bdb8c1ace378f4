package job

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Bounds of what a summary tells of errors and inputs.
const (
	maxErrorGroups = 64   // groups; what is in none of them is counted
	maxInputs      = 3    // of a group
	maxErrorText   = 2000 // bytes of a message
	maxInputText   = 1000 // bytes of an input
)

// ErrorGroup are errors of one task whose messages differ by numbers, quoted
// text and paths only.
type ErrorGroup struct {
	Task  string `json:"task"`
	Count uint64 `json:"count"`
	Kind  string `json:"kind"` // of the first, such as error or worker-lost
	// Sample is the message of the first, of which Future is the number.
	Sample string `json:"sample"`
	Future uint64 `json:"future"`
	// Inputs are those of the first three. What is too long is a string of its
	// beginning.
	Inputs []json.RawMessage `json:"inputs"`
}

// failures are the errors of a run by groups. Only the scheduler's callbacks, and
// whoever comes after the run, use them.
type failures struct {
	groups []*ErrorGroup // in the order of their first
	byKey  map[string]*ErrorGroup
	others uint64 // errors that are in no group
	first  map[string]error
}

func (f *failures) add(e scheduler.FutureException) {
	name := e.Future.Task()
	if _, known := f.first[name]; !known {
		f.first[name] = e.Err
	}
	text := clipped(fmt.Sprint(e.Err), maxErrorText) // Sprint survives a panic of Error
	key := name + "\x00" + likeness(text)
	g := f.byKey[key]
	switch {
	case g == nil && len(f.groups) == maxErrorGroups:
		f.others++
		return
	case g == nil:
		g = &ErrorGroup{Task: name, Kind: task.KindOf(e.Err), Sample: text, Future: e.Future.ID(), Inputs: []json.RawMessage{}}
		f.groups, f.byKey[key] = append(f.groups, g), g
	}
	g.Count++
	if len(g.Inputs) < maxInputs {
		g.Inputs = append(g.Inputs, shownInput(e.Future))
	}
}

// byCount returns the groups, the largest first, and how many errors are in none.
func (f *failures) byCount() (groups []ErrorGroup, others uint64) {
	groups = make([]ErrorGroup, len(f.groups))
	for i, g := range f.groups {
		groups[i] = *g
	}
	slices.SortStableFunc(groups, func(a, b ErrorGroup) int { return cmp.Compare(b.Count, a.Count) })
	return groups, f.others
}

// shownInput is the input of a future of a job, or the beginning of it.
func shownInput(f scheduler.AnyFuture) json.RawMessage {
	in, ok := f.Input().(json.RawMessage)
	switch {
	case !ok || len(in) == 0:
		return json.RawMessage("null")
	case len(in) <= maxInputText:
		return in
	}
	text, err := json.Marshal(clipped(string(in[:maxInputText]), maxInputText-1))
	if err != nil {
		return json.RawMessage("null") // a string is always encoded
	}
	return text
}

// clipped returns text that is no longer than that, but for an ellipsis.
func clipped(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// likeness is what a message has in common with those that are like it: it is
// without numbers, quoted text and paths.
func likeness(text string) string {
	var b strings.Builder
	var quote rune
	for _, word := range strings.FieldsFunc(text, unicode.IsSpace) {
		if quote == 0 && strings.ContainsAny(word, `/\`) && !strings.ContainsAny(word, "\"'`") {
			b.WriteString(" /")
			if last := word[len(word)-1]; strings.ContainsRune(":,;.", rune(last)) {
				b.WriteByte(last)
			}
			continue
		}
		b.WriteByte(' ')
		number := false
		for _, r := range word {
			switch {
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == '"', r == '`':
				quote = r
				b.WriteRune(r)
			case unicode.IsDigit(r):
				if !number {
					b.WriteByte('0')
				}
				number = true
				continue
			default:
				b.WriteRune(r)
			}
			number = false
		}
	}
	return b.String()
}

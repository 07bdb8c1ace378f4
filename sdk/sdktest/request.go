package sdktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/sdk"
)

// Request is something that a plugin has asked of its host.
type Request struct {
	What     string        // "submit", "cancel", "stop", "emit" or "snapshot"
	Task     string        // of a submit; of an emit on a task
	Event    string        // of an emit
	Value    sdk.Payload   // input of a submit, value of an emit
	Timeout  time.Duration // of a submit (sdk.Within), 0 for none
	Priority int           // of a submit (sdk.Priority)
	Future   uint64        // that a submit made, or that is to be cancelled
	Message  string        // of a stop; cause of a cancel
	Err      error         // of a stop
	Refused  error         // why it was refused; nil if it was not
}

// String returns the request in a short form, such as
//
//	submit double 1
//	emit double.halfway {"percent":50}
//	cancel 3: not needed
//	stop: too many errors: disk full
func (r Request) String() string {
	text := r.What
	switch r.What {
	case allowSubmit:
		text += " " + r.Task
	case allowEmit:
		text += " "
		if r.Task != "" {
			text += r.Task + "."
		}
		text += r.Event
	case allowCancel:
		text += fmt.Sprint(" ", r.Future)
	}
	if r.Value.Data != nil {
		text += " " + shown(r.Value)
	}
	if r.Message != "" {
		text += ": " + r.Message
	}
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	if r.Refused != nil {
		text += " (refused: " + r.Refused.Error() + ")"
	}
	return text
}

func shown(p sdk.Payload) string {
	if json.Valid(p.Data) {
		return string(p.Data)
	}
	return fmt.Sprintf("(%d bytes of %s)", len(p.Data), p.ContentType)
}

// Asked returns what the plugin has asked of its host so far, in order. What a
// callback asked for is there when it has returned.
func (a *Attachment) Asked() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

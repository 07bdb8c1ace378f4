// Package failure turns errors into what crosses a process boundary, and back.
//
// What crosses is bounded, so that no error is too long for a frame: texts and
// stacks are cut at [MaxText] and [MaxStack], and causes that are longer than
// that are left out. Bytes that are no UTF-8, such as those of a file's name,
// which protobuf has no text for, become U+FFFD.
package failure

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// How long the parts of an error may be, in bytes. Together they are less than
// the 256 KiB that a host allows on top of its limit for payloads.
const (
	MaxKind   = 256
	MaxText   = 32 << 10
	MaxStack  = 64 << 10
	MaxCauses = 96 << 10 // all together
)

// FromError returns err for the wire, nil for a nil err.
func FromError(err error) *pb.Failure {
	e := task.Portable(err)
	if e == nil {
		return nil
	}
	f := &pb.Failure{Kind: text(e.Kind, MaxKind), Message: text(e.Message, MaxText), Stack: text(e.Stack, MaxStack), NotRetryable: e.NotRetryable}
	total := 0
	for _, c := range e.Causes {
		cause := &pb.Cause{Type: text(c.Type, MaxCauses), Text: text(c.Text, MaxCauses)}
		n := len(cause.Type) + len(cause.Text)
		if n > MaxText || total+n > MaxCauses {
			continue // cut, it would match nothing
		}
		total += n
		f.Causes = append(f.Causes, cause)
	}
	return f
}

// notice is room for what a text says that was cut.
const notice = 40

// text returns s as protobuf can carry it.
func text(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	kept := limit - notice
	for !utf8.RuneStart(s[kept]) {
		kept--
	}
	return fmt.Sprintf("%s… (%d bytes more)", s[:kept], len(s)-kept)
}

// ToError returns the error that f stands for, a [*task.Error]; nil for nil.
func ToError(f *pb.Failure) error {
	if f == nil {
		return nil
	}
	e := &task.Error{Kind: f.GetKind(), Message: f.GetMessage(), Stack: f.GetStack(), NotRetryable: f.GetNotRetryable()}
	if e.Kind == "" {
		e.Kind = task.KindError
	}
	for _, c := range f.GetCauses() {
		e.Causes = append(e.Causes, task.Cause{Type: c.GetType(), Text: c.GetText()})
	}
	return e
}

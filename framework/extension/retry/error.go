package retry

import (
	"fmt"
	"strings"
	"time"
)

// Error is the error of a future that ended after more than one attempt. It
// wraps the error of the last, and has its kind.
type Error struct {
	// Attempts are all attempts, in order.
	Attempts []Attempt
}

// Attempt is an attempt that failed.
type Attempt struct {
	// Number is that of the attempt, from 1.
	Number int
	// Err is what it ended with.
	Err error
	// Elapsed is how long the code took.
	Elapsed time.Duration
	// Worker is the number of the worker that ran it, -1 for none.
	Worker int
}

// Error lists the attempts and their errors. Equal errors that follow one
// another are told once.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d attempts failed", len(e.Attempts))
	sep := ": "
	for i := 0; i < len(e.Attempts); {
		from := i
		text := e.Attempts[i].Err.Error()
		for i < len(e.Attempts) && e.Attempts[i].Err.Error() == text {
			i++
		}
		switch first, last := e.Attempts[from].Number, e.Attempts[i-1].Number; {
		case from == 0 && i == len(e.Attempts):
			fmt.Fprintf(&b, ": %s", text)
		case first == last:
			fmt.Fprintf(&b, "%s%d: %s", sep, first, text)
		default:
			fmt.Fprintf(&b, "%s%d to %d: %s", sep, first, last, text)
		}
		sep = "; "
	}
	return b.String()
}

// Unwrap returns the error of the last attempt.
func (e *Error) Unwrap() error { return e.Attempts[len(e.Attempts)-1].Err }

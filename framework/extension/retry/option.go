package retry

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Option is an option of [New].
type Option func(*config)

type config struct {
	attempts   int
	first, max time.Duration
	kinds      []string // nil for all that may be mended
	lost       int
	memory     float64 // 0 for the same limit again
}

// hopeless are kinds of errors that come again however often one tries.
var hopeless = []string{task.KindDecode, task.KindEncode, task.KindUnknownTask, task.KindDeadline}

// Hopeless reports whether errors of a kind never lead to another attempt.
func Hopeless(kind string) bool { return kind == task.KindCancelled || slices.Contains(hopeless, kind) }

// Delays that [Backoff] begins with, and goes up to, by default.
const (
	DefaultFirst   = time.Second
	DefaultLongest = time.Minute
)

func defaults() config {
	return config{attempts: 3, first: DefaultFirst, max: DefaultLongest, lost: 2}
}

// Attempts has a call attempted up to n times in all. The default is 3.
func Attempts(n int) Option { return func(c *config) { c.attempts = n } }

// Backoff sets the first delay, and the longest: each is twice the one before,
// and is then made up to half shorter or longer by chance, but no longer than
// that. The default is a second and a minute.
func Backoff(first, longest time.Duration) Option {
	return func(c *config) { c.first, c.max = first, longest }
}

// On has only errors of these kinds ([task.KindOf]) lead to another attempt:
// those of package task, and those that code gave with [task.WithKind].
func On(kinds ...string) Option {
	return func(c *config) { c.kinds = append([]string{}, kinds...) }
}

// WorkersLost has a call be the end of up to n workers: no attempt follows the
// one by which the n-th died. The default is 2.
func WorkersLost(n int) Option { return func(c *config) { c.lost = n } }

// MoreMemory has the limit of memory of a call that has reached it (package
// resources) be factor times as high for the next attempt. Without it, what has
// reached that limit is not attempted again, unless [On] says so.
func MoreMemory(factor float64) Option { return func(c *config) { c.memory = factor } }

// check tells what is wrong with the options, all at once.
func (c *config) check() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.attempts < 2 {
		fail("Attempts is %d: it must be 2 or more, the first included", c.attempts)
	}
	if c.first <= 0 {
		fail("Backoff begins with %v: it must be more than 0", c.first)
	} else if c.max < c.first {
		fail("Backoff goes up to %v, which is less than the first delay of %v", c.max, c.first)
	}
	if c.lost < 1 {
		fail("WorkersLost is %d: it must be 1 or more", c.lost)
	}
	if c.memory != 0 && !(c.memory > 1 && c.memory <= MaxFactor) {
		fail("MoreMemory is %v: it must be more than 1, and at most %v", c.memory, MaxFactor)
	}
	if c.kinds != nil && len(c.kinds) == 0 {
		fail("On needs a kind, such as %q; without On every error that may be mended counts", task.KindWorkerLost)
	}
	for _, k := range c.kinds {
		switch {
		case k == "":
			fail("On has an empty kind")
		case k == task.KindCancelled:
			fail("On has %q: what was cancelled is never attempted again", k)
		case Hopeless(k):
			fail("On has %q: another attempt ends in the same", k)
		}
	}
	return errors.Join(errs...)
}

// MaxFactor is by how much [MoreMemory] can raise a limit at a time.
const MaxFactor = 1000

// raised is a limit of memory for another attempt.
func (c *config) raised(limit int64) int64 {
	return int64(min(float64(limit)*c.memory, math.MaxInt64/2))
}

// mends reports whether another attempt may mend an error.
func (c *config) mends(err error) bool {
	kind := task.KindOf(err)
	switch {
	case !task.IsRetryable(err) || Hopeless(kind):
		return false
	case kind == task.KindMemoryLimit && c.memory > 0:
		return true
	case c.kinds == nil:
		return kind != task.KindMemoryLimit
	}
	return slices.Contains(c.kinds, kind)
}

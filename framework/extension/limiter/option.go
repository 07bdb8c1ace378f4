package limiter

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/time/rate"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Option is an option of [New].
type Option func(*config)

type config struct {
	calls      limit
	concurrent limit
	others     []scheduler.AnyTask
	perSecond  float64
	burst      int
	rated      bool
	queue      bool
}

// limit is a number that was given or not.
type limit struct {
	n     int
	given bool
}

func (l limit) check(what string) error {
	if l.given && l.n < 1 {
		return fmt.Errorf("%s is %d: it must be 1 or more", what, l.n)
	}
	return nil
}

// MaxCalls accepts n calls in all, over all runs of the scheduler.
func MaxCalls(n int) Option { return func(c *config) { c.calls = limit{n, true} } }

// MaxConcurrent has no more than n calls run, or wait for a worker, at a time.
func MaxConcurrent(n int) Option { return func(c *config) { c.concurrent = limit{n, true} } }

// NotWhileRunning accepts no call while one of these tasks, of the same
// scheduler, has a call that has not ended. They may begin while this one runs,
// unless they have a limiter that says otherwise.
func NotWhileRunning(tasks ...scheduler.AnyTask) Option {
	return func(c *config) { c.others = append(c.others, tasks...) }
}

// Rate has perSecond calls begin per second on average, and up to burst at once
// after a time in which there were none. With [Queue], calls wait for their time.
func Rate(perSecond float64, burst int) Option {
	return func(c *config) { c.perSecond, c.burst, c.rated = perSecond, burst, true }
}

// Queue has calls beyond a limit wait instead of being refused.
func Queue() Option { return func(c *config) { c.queue = true } }

// check tells what is wrong with the options, all at once.
func (c *config) check() error {
	errs := []error{c.calls.check("MaxCalls"), c.concurrent.check("MaxConcurrent")}
	for i, t := range c.others {
		if t == nil {
			errs = append(errs, fmt.Errorf("NotWhileRunning: task %d is nil", i+1))
		}
	}
	if c.rated {
		if !(c.perSecond > 0) || math.IsInf(c.perSecond, 1) {
			errs = append(errs, fmt.Errorf("Rate is %v calls per second: it must be more than 0", c.perSecond))
		}
		if c.burst < 1 {
			errs = append(errs, fmt.Errorf("Rate has a burst of %d: it must be 1 or more", c.burst))
		}
	}
	waits := c.concurrent.given || len(c.others) > 0 || c.rated
	switch {
	case c.queue && c.calls.given:
		errs = append(errs, errors.New("Queue does not go with MaxCalls: a call beyond that number would wait for ever"))
	case c.queue && !waits:
		errs = append(errs, errors.New("Queue needs MaxConcurrent, NotWhileRunning or Rate to wait for"))
	case !waits && !c.calls.given:
		errs = append(errs, errors.New("there is no limit: give it MaxCalls, MaxConcurrent, NotWhileRunning or Rate"))
	}
	return errors.Join(errs...)
}

func (c *config) rate() *rate.Limiter {
	if !c.rated {
		return nil
	}
	return rate.NewLimiter(rate.Limit(c.perSecond), c.burst)
}

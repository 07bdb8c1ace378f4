package scheduler

import "time"

// CallOption says how one call is to be treated. As an [Extension] it says so
// of all calls of a task. Of several deadlines the earliest counts, of several
// priorities the last that is given: a call's own before that of its task.
//
//	resize.Submit(in, scheduler.Priority(5))
//	scheduler.NewTask(s, resize, scheduler.Within(time.Minute))
type CallOption struct {
	name  string
	apply func(*Constraints)
	ranks bool // it is a priority
}

// Within has the code's context end d after the submission, whether or not the
// call waited: one that has not begun by then ends by [task.KindDeadline]
// without running. It panics unless d is greater than 0.
func Within(d time.Duration) CallOption {
	if d <= 0 {
		panic("scheduler: Within needs a duration greater than 0, not " + d.String())
	}
	return CallOption{name: "deadline", apply: func(c *Constraints) { c.before(time.Now().Add(d)) }}
}

// Before has the code's context end at t. It panics if t is zero.
func Before(t time.Time) CallOption {
	if t.IsZero() {
		panic("scheduler: Before needs a time, not the zero one")
	}
	return CallOption{name: "deadline", apply: func(c *Constraints) { c.before(t) }}
}

func (c *Constraints) before(t time.Time) {
	if c.Deadline.IsZero() || t.Before(c.Deadline) {
		c.Deadline = t
	}
}

// Priority puts calls before those that wait and have a lower one; 0 is that of
// calls that say nothing. Within one priority, calls begin in the order in which
// they were submitted. What has begun, or was handed to a worker to begin within
// milliseconds, is not interrupted.
func Priority(p int) CallOption {
	return CallOption{name: "priority", apply: func(c *Constraints) { c.Priority = p }, ranks: true}
}

// Name implements [Extension].
func (o CallOption) Name() string { return o.name }

// Attach implements [Extension].
func (o CallOption) Attach(AnyTask) error { return nil }

// PreSubmit implements [Extension].
func (o CallOption) PreSubmit(sub *Submission) error {
	if !o.ranks || !sub.ranked {
		o.apply(&sub.Constraints)
	}
	return nil
}

// mannerOf returns how a call with these options is submitted.
func mannerOf(opts []CallOption) manner {
	if len(opts) == 0 {
		return manner{}
	}
	var how manner
	for _, o := range opts {
		o.apply(&how.want)
		how.ranked = how.ranked || o.ranks
	}
	return how
}

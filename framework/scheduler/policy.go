package scheduler

import (
	"errors"
	"fmt"
)

// Action says what an error does to the run. As a policy of its own it is what
// all errors do.
type Action int

// What an error does to the run. In each case it is told first: a task's error
// by its events, a callback's in the log. Work that is pending completes,
// unless the run ends by killing.
const (
	Raise    Action = iota + 1 // the run ends, and Run returns the error
	End                        // the run ends; the error is in its Exit
	Continue                   // the run goes on
)

// String returns the action in lower case.
func (a Action) String() string {
	switch a {
	case Raise:
		return "raise"
	case End:
		return "end"
	case Continue:
		return "continue"
	}
	return fmt.Sprintf("action %d", int(a))
}

func (a Action) valid() bool { return a >= Raise && a <= Continue }

// Rule says what errors do to the run. Rules are asked in order; the first
// that knows the error decides, and where none does, the error is raised. An
// [Action] is a rule for all errors.
type Rule interface {
	decide(err error) (Action, bool)
	check() error
}

func (a Action) decide(error) (Action, bool) { return a, true }

func (a Action) check() error {
	if !a.valid() {
		return fmt.Errorf("%v is no action: Raise, End and Continue are", a)
	}
	return nil
}

type rule struct {
	match  func(error) bool
	action Action
	what   string
}

func (r rule) decide(err error) (Action, bool) { return r.action, r.match(err) }

func (r rule) check() error {
	if r.match == nil {
		return fmt.Errorf("a rule needs %s, not nil", r.what)
	}
	return r.action.check()
}

// ForError returns the rule for errors that match target by errors.Is.
func ForError(target error, action Action) Rule {
	r := rule{action: action, what: "an error"}
	if target != nil {
		r.match = func(err error) bool { return errors.Is(err, target) }
	}
	return r
}

// ForErrorType returns the rule for errors of type E by errors.As.
func ForErrorType[E error](action Action) Rule {
	return rule{action: action, what: "a type", match: func(err error) bool {
		var target E
		return errors.As(err, &target)
	}}
}

// policy is an ordered list of rules.
type policy []Rule

func (p policy) check(option string) error {
	for i, r := range p {
		if r == nil {
			return fmt.Errorf("scheduler: %s: rule %d is nil", option, i+1)
		}
		if err := r.check(); err != nil {
			return fmt.Errorf("scheduler: %s: rule %d: %w", option, i+1, err)
		}
	}
	return nil
}

func (p policy) action(err error) Action {
	for _, r := range p {
		if a, ok := r.decide(err); ok {
			return a
		}
	}
	return Raise
}

package main

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// outcome is how a trial has ended: with a score, or with an error.
type outcome struct {
	Trial
	Score
	err    error
	record bool // better than all before
}

// limit returns the limit that the trial has reached, nil for none.
func (o outcome) limit() *scheduler.LimitError {
	limit, _ := errors.AsType[*scheduler.LimitError](o.err)
	return limit
}

func (o outcome) scored() bool { return o.err == nil && !o.diverged() }

// diverged reports whether learning has not come to anything.
func (o outcome) diverged() bool { return math.IsNaN(o.Loss) }

// better reports whether o is to be preferred: of two that are as accurate,
// the one that is surer.
func (o outcome) better(than outcome) bool {
	if o.Accuracy != than.Accuracy {
		return o.Accuracy > than.Accuracy
	}
	return o.Loss < than.Loss
}

// header stands above outcomes.
const header = "trial    units   epochs     rate    decay  outcome"

// String returns a row of the table. A record is marked by a star.
func (o outcome) String() string {
	var text string
	switch limit := o.limit(); {
	case limit != nil && limit.Limit == task.KindMemoryLimit:
		text = fmt.Sprintf("needs more than %v of memory", scheduler.Bytes(limit.Allowed))
	case limit != nil:
		text = fmt.Sprintf("takes more than %v of processor time", time.Duration(limit.Allowed))
	case o.err != nil:
		text = "fails: " + o.err.Error()
	case o.diverged():
		text = "diverges: the loss is NaN"
	default:
		text = fmt.Sprintf("accuracy %.4f, loss %.3g", o.Accuracy, o.Loss)
	}
	if o.record {
		text += " *"
	}
	return fmt.Sprintf("%5d  %7d  %7d  %7.2g  %7.2g  %s", o.Number, o.Config.Units, o.Config.Epochs, o.Config.Rate, o.Config.Decay, text)
}

// study keeps what a search has come to. Trials end in any order, which differs
// from run to run; a study takes them in by their numbers, so that what it says
// does not.
type study struct {
	patience int // ends after so many trials without a better one

	early map[int]outcome // that wait for one with a lower number
	taken []outcome       // in the order of their numbers, which begin at 1
	best  *outcome        // nil until a trial has a score
}

// add returns the outcomes whose turn it is, now that o is there: none if the
// study is over.
func (s *study) add(o outcome) (turn []outcome) {
	if s.early == nil {
		s.early = map[int]outcome{}
	}
	s.early[o.Number] = o
	for !s.over() {
		next, ok := s.early[len(s.taken)+1]
		if !ok {
			break
		}
		delete(s.early, next.Number)
		if next.scored() && (s.best == nil || next.better(*s.best)) {
			next.record = true
			s.best = &next
		}
		s.taken = append(s.taken, next)
		turn = append(turn, next)
	}
	return turn
}

// over reports whether patience is at its end.
func (s *study) over() bool {
	since := len(s.taken)
	if s.best != nil {
		since -= s.best.Number
	}
	return since >= s.patience
}

// String says what came of it all.
func (s *study) String() string {
	var diverged, limited, failed int
	for _, o := range s.taken {
		switch {
		case o.limit() != nil:
			limited++
		case o.err != nil:
			failed++
		case o.diverged():
			diverged++
		}
	}
	text := fmt.Sprintf("trials: %d; diverged: %d; reached a limit: %d; failed: %d\n", len(s.taken), diverged, limited, failed)
	if s.best == nil {
		return text + "no configuration has a score"
	}
	return text + fmt.Sprintf("best: trial %d, %v: accuracy %.4f in %d-fold cross-validation", s.best.Number, s.best.Config, s.best.Accuracy, folds)
}

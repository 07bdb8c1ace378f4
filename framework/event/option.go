package event

import (
	"fmt"
	"math"
)

// Option says when and how often a callback is called. Where one is given
// twice, the later wins.
type Option func(*options)

type options struct {
	when   func() bool
	every  uint64
	magic  uint64 // for atEvery
	repeat uint64
	limit  uint64 // 0: none
	hidden bool
	name   string
}

// When has the callback called only at emissions at which predicate returns
// true. It is asked once per emission. It panics if predicate is nil.
func When(predicate func() bool) Option {
	if predicate == nil {
		panic("event: When needs a predicate, not nil")
	}
	return func(o *options) { o.when = predicate }
}

// Every has the callback called at every n-th emission only, the n-th being
// the first. The default is 1. It panics if n is less than 1.
func Every(n int) Option {
	mustBePositive("Every", n)
	return func(o *options) { o.every = uint64(n) }
}

// Repeat has the callback called n times in succession at each emission. The
// default is 1. It panics if n is less than 1.
func Repeat(n int) Option {
	mustBePositive("Repeat", n)
	return func(o *options) { o.repeat = uint64(n) }
}

// Limit has the callback called n times at most, repetitions counted, after
// which it is ignored. The default is no limit. It panics if n is less than 1.
func Limit(n int) Option {
	mustBePositive("Limit", n)
	return func(o *options) { o.limit = uint64(n) }
}

// Hidden keeps the callback out of displays. It is for those who keep books
// and do not want to be seen; it changes nothing else.
func Hidden() Option { return func(o *options) { o.hidden = true } }

// Named sets the name under which displays show the callback. The default is
// the name of its function, or for a closure where it stands.
func Named(name string) Option { return func(o *options) { o.name = name } }

func mustBePositive(option string, n int) {
	if n < 1 {
		panic(fmt.Sprintf("event: %s(%d) is out of range: it must be 1 or more", option, n))
	}
}

// defaultsOf returns what the options say, nil for none: a pointer, since
// subscribers are copied at every emission.
func defaultsOf(opts []Option) *options {
	if len(opts) == 0 {
		return nil
	}
	o := collect(nil, opts)
	return &o
}

// collect returns what opts say on top of the defaults, which may be nil.
func collect(defaults *options, opts []Option) options {
	o := options{every: 1, repeat: 1}
	if defaults != nil {
		o = *defaults
	}
	for i, opt := range opts {
		if opt == nil {
			panic(fmt.Sprintf("event: option %d is nil", i+1))
		}
		opt(&o)
	}
	o.magic = math.MaxUint64/o.every + 1
	return o
}

// atEvery reports whether every divides n. Emissions are counted by it, so that
// it multiplies, which takes a tenth of the time of a division: for n and every
// below 2^32, n is a multiple exactly if n times the reciprocal, modulo 2^64, is
// less than the reciprocal (Lemire, Kaser, Kurz: "Faster remainder by direct
// computation", 2019, section 3.2).
func (o *options) atEvery(n uint64) bool {
	if (n|o.every)>>32 != 0 {
		return n%o.every == 0
	}
	return o.every == 1 || n*o.magic <= o.magic-1
}

// plain reports whether the callback is to be called once per emission.
func (o *options) plain() bool {
	return o.when == nil && o.every == 1 && o.repeat == 1 && o.limit == 0
}

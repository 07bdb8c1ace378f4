package main

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// work is n tasks that are run by a scheduler with four callbacks that count.
type work[In, Out any] struct {
	def *task.Def[In, Out]
	n   int
	// window is how many are in flight at most: so many are submitted in
	// on_start, and then each result submits the next. Or, with whole set, so
	// many again when all have ended.
	window int
	whole  bool
	// input is the i-th input, i counting from 0, and total what score makes of
	// all results, added up.
	input func(i int) In
	score func(Out) int
	total int

	executor   scheduler.Executor // nil for two worker processes
	options    []scheduler.Option
	extensions []scheduler.Extension
	how        []scheduler.RunOption

	trips []time.Duration // if not nil, is appended how long each took; for a window of 1
}

// run runs the work and returns the time from the first submission to the last
// event.
func (w *work[In, Out]) run() (time.Duration, error) {
	if w.executor == nil {
		w.executor = process.Self(processes)
	}
	s := scheduler.New(w.executor, w.options...)
	t, err := scheduler.AddTask(s, w.def, w.extensions...)
	if err != nil {
		return 0, err
	}
	var submitted, done, results, total, next int
	var refused error
	var began, sent, ended time.Time
	submit := func(n int) {
		for n = min(n, w.n-next); n > 0 && refused == nil; n-- {
			if w.trips != nil {
				sent = time.Now()
			}
			_, refused = t.Submit(w.input(next))
			next++
		}
	}
	s.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { submitted++ })
	s.OnFutureDone.Do(func(scheduler.FutureDone) { done++ })
	s.OnFutureResult.Do(func(scheduler.FutureResult) { results++ })
	t.OnResult.Do(func(e scheduler.Result[Out]) {
		total += w.score(e.Value)
		if w.trips != nil {
			w.trips = append(w.trips, time.Since(sent))
		}
		if !w.whole {
			submit(1)
		}
	})
	s.OnStart.Do(func() {
		began = time.Now()
		submit(w.window)
	})
	s.OnEmpty.Do(func() {
		ended = time.Now()
		submit(w.window)
	})
	if _, err := s.Run(context.Background(), w.how...); err != nil {
		return 0, err
	}
	if refused != nil {
		return 0, refused
	}
	if submitted != w.n || done != w.n || results != w.n || total != w.total {
		return 0, fmt.Errorf("%d submitted, %d done, %d results, which add up to %d; it should be %d each, and %d",
			submitted, done, results, total, w.n, w.total)
	}
	return ended.Sub(began), nil
}

// numbers are n no-op tasks from int to int.
func numbers(n, window int) *work[int, int] {
	return &work[int, int]{
		def: next, n: n, window: window,
		input: func(i int) int { return i + 1 },
		score: func(out int) int { return out },
		total: n*(n+1)/2 + n,
	}
}

// records are n tasks with a struct both ways.
func records(n, window int) *work[record, record] {
	in := someRecord()
	return &work[record, record]{
		def: negate, n: n, window: window,
		input: func(int) record { return in },
		score: func(out record) int {
			if out.Name == in.Name && out.Values[0] == -in.Values[0] {
				return 1
			}
			return 0
		},
		total: n,
	}
}

func someRecord() record {
	r := record{Name: "the seventeenth measurement of this morning"}
	for i := range r.Values {
		r.Values[i] = 1.5 * float64(i+1)
	}
	return r
}

// payloads are n echoes of a payload of that many bytes.
func payloads(n, window, bytes int) *work[[]byte, []byte] {
	in := make([]byte, bytes)
	return &work[[]byte, []byte]{
		def: echo, n: n, window: window,
		input: func(int) []byte { return in },
		score: func(out []byte) int { return len(out) },
		total: n * bytes,
	}
}

// spins are tasks that keep the CPU busy for so many milliseconds each.
func spins(milliseconds []int) *work[int, int] {
	perMillisecond := peer.StepsIn(time.Millisecond)
	sum := 0
	for _, ms := range milliseconds {
		sum += ms * perMillisecond
	}
	return &work[int, int]{
		def: spin, n: len(milliseconds), window: len(milliseconds),
		input: func(i int) int { return milliseconds[i] * perMillisecond },
		score: func(steps int) int { return steps },
		total: sum,
	}
}

// Search looks for good hyper-parameters of a small neural network, at random,
// as one does with AMLTK. Each trial trains and cross-validates one
// configuration in a worker process, under limits of time and memory that some
// of them reach; callbacks ask for the next one and end the search when it gets
// no further. What it prints depends on the seed alone (and, in the last digits
// of floating-point numbers, on the kind of processor).
//
// Limits of processor time and memory need Linux.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

// patience is after how many trials without a better one a search ends.
const patience = 12

func main() {
	sdk.ServeIfPlugin(fit) // in a worker process this serves and never returns

	var o options
	flag.Uint64Var(&o.seed, "seed", 1, "of all that is random: the same gives the same output")
	flag.IntVar(&o.trials, "trials", 100, "number of trials at most")
	flag.IntVar(&o.workers, "workers", runtime.NumCPU(), "number of worker processes")
	flag.BoolVar(&o.progress, "progress", false, "tell on stderr how far each trial is")
	flag.Parse()
	if err := o.check(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := search(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

type options struct {
	seed            uint64
	trials, workers int
	progress        bool
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%q is no flag: see -help", rest[0])
	case o.trials < 1:
		return fmt.Errorf("-trials %d: give 1 or more", o.trials)
	case o.workers < 1:
		return fmt.Errorf("-workers %d: give 1 or more", o.workers)
	}
	return nil
}

func search(ctx context.Context, out io.Writer, o options) error {
	s := scheduler.New(process.Self(o.workers), scheduler.Name("search"))
	trial := scheduler.NewTask(s, fit, resources.New(resources.CPU(time.Second), resources.Memory(128<<20)))

	study := study{patience: patience}
	asked := 0
	ask := func() {
		if asked == o.trials {
			return
		}
		asked++
		if _, err := trial.Submit(Trial{asked, o.seed, draw(o.seed, asked)}); err != nil {
			s.StopWith("no further trial", err)
		}
	}

	// As many trials run at a time as there are workers, and each that has ended
	// asks for the next. Callbacks never overlap: the study needs no lock.
	s.OnStart.Do(ask, event.Repeat(o.workers))
	trial.OnDone.Do(func(scheduler.Done) { ask() }, event.When(func() bool { return !study.over() }))

	tell := func(future scheduler.AnyFuture, score Score, err error) {
		for _, o := range study.add(outcome{Trial: future.Input().(Trial), Score: score, err: err}) {
			fmt.Fprintln(out, o)
		}
		if study.over() {
			s.StopWith(fmt.Sprintf("none of the last %d trials was better", patience), nil)
		}
	}
	trial.OnResult.Do(func(e scheduler.Result[Score]) { tell(e.Future, e.Value, nil) })
	trial.OnException.Do(func(e scheduler.Exception) { tell(e.Future, Score{}, e.Err) })

	if o.progress {
		event.On(trial, scheduler.OnProgress, func(p scheduler.Progress) {
			fmt.Fprintf(os.Stderr, "trial %d: %.0f of %.0f %s\n", p.Future.Input().(Trial).Number, p.Done, p.Total, p.Text)
		})
	}

	// A trial that reaches a limit is an outcome like any other, and does not end
	// the search. What still runs when the search ends is of no use.
	fmt.Fprintln(out, header)
	exit, err := s.Run(ctx, scheduler.ExceptionPolicy(scheduler.Continue), scheduler.KillAtEnd())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%v\n%v\n", exit, &study)
	return exit.Err
}

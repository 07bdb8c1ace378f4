package comm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk"
)

// patience bounds what should take milliseconds, on a busy machine.
const patience = 30 * time.Second

// onEach runs a test on a local executor and on workers.
func onEach(t *testing.T, test func(t *testing.T, s *scheduler.Scheduler)) {
	t.Helper()
	for name, executor := range map[string]func() scheduler.Executor{
		"local":   func() scheduler.Executor { return local.Pool(2) },
		"process": func() scheduler.Executor { return process.Self(2, process.Grace(100*time.Millisecond)) },
	} {
		t.Run(name, func(t *testing.T) {
			test(t, scheduler.New(executor(), scheduler.Logger(slog.New(slog.DiscardHandler))))
		})
	}
}

// start starts a run that is over with the test.
func start(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	require.NoError(t, s.Start(context.Background(), scheduler.ExceptionPolicy(scheduler.Continue), scheduler.CancellationPolicy(scheduler.Continue)))
	t.Cleanup(func() {
		s.Kill("the test is over", nil)
		_, _ = s.Wait()
	})
}

func submit[In, Out any](t *testing.T, of *scheduler.Task[In, Out], in In) *scheduler.Future[Out] {
	t.Helper()
	f, err := of.Submit(in)
	require.NoError(t, err)
	return f
}

func await[Out any](t *testing.T, f *scheduler.Future[Out]) (Out, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := f.Wait(ctx)
	require.NoError(t, ctx.Err(), "the future does not end")
	return out, err
}

// receive waits for a value of a callback's.
func receive[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		require.FailNow(t, "nothing came")
	}
	return v
}

// script does what its steps say, and returns what became of each.
var script = sdk.TaskFunc("script", func(ctx context.Context, steps []string) (out []string, err error) {
	note := func(err error) {
		switch {
		case err == nil:
			out = append(out, "ok")
		default:
			for name, known := range map[string]error{"not heard": sdk.ErrNotHeard, "closed": sdk.ErrClosed, "no answer": sdk.ErrNoAnswer,
				"close requested": sdk.ErrCloseRequested, "no call": task.ErrNoCall} {
				if errors.Is(err, known) {
					out = append(out, name)
					return
				}
			}
			out = append(out, sdk.KindOf(err)+": "+err.Error())
		}
	}
	for _, step := range steps {
		switch step {
		case "open":
			note(sdk.Open(ctx))
		case "send":
			note(sdk.Send(ctx, "hello"))
		case "send a number":
			note(sdk.Send(ctx, 7))
		case "send what does not encode":
			note(sdk.Send(ctx, math.NaN()))
		case "ask", "ask in no time":
			timeout := time.Duration(0)
			if step != "ask" {
				timeout = time.Millisecond
			}
			answer, err := sdk.Request[string](ctx, "what?", timeout)
			if err == nil {
				out = append(out, answer)
				continue
			}
			note(err)
		case "ask for a number":
			_, err := sdk.Request[int](ctx, "what?", 0)
			note(err)
		case "progress":
			sdk.Progress(ctx, 3, 7, "on the way")
		case "close":
			note(sdk.Close(ctx))
		case "close and wait":
			note(sdk.CloseAndWait(ctx, 0))
		case "fail":
			return nil, errors.New("as it was told")
		case "panic":
			panic("as it was told")
		case "die":
			os.Exit(7)
		case "exit goroutine":
			runtime.Goexit()
		case "elsewhere":
			note(sdk.Send(context.Background(), 1))
		case "forever":
			<-ctx.Done()
			return nil, ctx.Err()
		default:
			return nil, fmt.Errorf("no step is called %q", step)
		}
	}
	return out, nil
})

type (
	conversation = comm.Comm[string, string]
	question     = comm.Request[string, string]
)

// trace writes down the events of a task that talks, by their names.
func trace(of *scheduler.Task[[]string, []string], talk *conversation) *[]string {
	out := &[]string{}
	note := func(line string) { *out = append(*out, line) }
	event.On(of, talk.Open, func(comm.Opened) { note("open") })
	event.On(of, talk.Message, func(m comm.Message[string]) { note("message " + m.Data) })
	event.On(of, talk.Close, func(c comm.Closed) {
		note(fmt.Sprintf("close, awaited %v, ended %v, failed %v", c.Awaited, c.Ended, c.Err != nil))
	})
	of.OnDone.Do(func(scheduler.Done) { note("done") })
	of.OnCancelled.Do(func(scheduler.TaskCancelled) { note("cancelled") })
	return out
}

func finish(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	_, err := s.Wait()
	require.NoError(t, err)
}

func TestHowItEnds(t *testing.T) {
	for name, test := range map[string]struct {
		steps []string
		want  []string // what became of the steps
		told  []string
		only  string // the executor
	}{
		"nothing is said":      {steps: []string{}, told: []string{"done"}},
		"all that there is":    {steps: []string{"open", "open", "send", "close and wait"}, want: []string{"ok", "ok", "ok", "ok"}, told: []string{"open", "message hello", "close, awaited true, ended false, failed false", "done"}},
		"closed":               {steps: []string{"send", "close", "send", "open", "ask", "close"}, want: []string{"ok", "ok", "closed", "closed", "closed", "closed"}, told: []string{"message hello", "close, awaited false, ended false, failed false", "done"}},
		"without closing":      {steps: []string{"send"}, want: []string{"ok"}, told: []string{"message hello", "close, awaited false, ended true, failed false", "done"}},
		"by an error":          {steps: []string{"send", "fail"}, told: []string{"message hello", "close, awaited false, ended true, failed true", "done"}},
		"by a panic":           {steps: []string{"open", "panic"}, told: []string{"open", "close, awaited false, ended true, failed true", "done"}},
		"by goexit":            {steps: []string{"open", "exit goroutine"}, told: []string{"open", "close, awaited false, ended true, failed true", "done"}},
		"by death":             {steps: []string{"send", "close and wait", "die"}, told: []string{"message hello", "close, awaited true, ended false, failed false", "done"}, only: "process"},
		"what does not encode": {steps: []string{"send what does not encode"}, want: []string{"encode: send: a float64 does not encode as application/json: json: unsupported value: NaN: JSON has no such number; the CBOR codec does (Def.CBOR)"}, told: []string{"done"}},
		"by another context":   {steps: []string{"elsewhere"}, want: []string{"no call"}, told: []string{"done"}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
				if test.only != "" && s.Executors()[0].Kind != test.only {
					return
				}
				talk := comm.New[string, string]()
				of := scheduler.NewTask(s, script, talk)
				told := trace(of, talk)
				start(t, s)
				out, err := await(t, submit(t, of, test.steps))
				if test.want != nil {
					require.NoError(t, err)
					require.Equal(t, test.want, out)
				}
				finish(t, s)
				require.Equal(t, test.told, *told)
			})
		})
	}
}

func TestDeathOfAWorkerCloses(t *testing.T) {
	s := scheduler.New(process.Self(1), scheduler.Logger(slog.New(slog.DiscardHandler)))
	talk := comm.New[string, string]()
	of := scheduler.NewTask(s, script, talk)
	told := trace(of, talk)
	event.On(of, talk.Request, func(q question) { require.NoError(t, q.Respond("go on")) })
	start(t, s)
	_, err := await(t, submit(t, of, []string{"open", "ask", "die"}))
	require.True(t, task.IsKind(err, task.KindWorkerLost), "%v", err)
	finish(t, s)
	require.Equal(t, []string{"open", "close, awaited false, ended true, failed true", "done"}, *told)
}

func TestCancelledCodeCloses(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		talk := comm.New[string, string]()
		of := scheduler.NewTask(s, script, talk)
		told := trace(of, talk)
		said := make(chan struct{})
		event.On(of, talk.Message, func(comm.Message[string]) { close(said) })
		start(t, s)
		f := submit(t, of, []string{"send", "forever"})
		receive(t, said)
		f.Cancel()
		_, err := await(t, f)
		require.ErrorIs(t, err, scheduler.ErrCancelled)
		finish(t, s)
		require.Equal(t, []string{"message hello", "close, awaited false, ended true, failed false", "cancelled"}, *told)
	})
}

func TestWithoutTheExtension(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		of := scheduler.NewTask(s, script)
		start(t, s)
		out, err := await(t, submit(t, of, []string{"open", "send", "ask", "close", "close and wait"}))
		require.NoError(t, err)
		require.Equal(t, []string{"not heard", "not heard", "not heard", "not heard", "not heard"}, out)
	})
}

func TestRequests(t *testing.T) {
	for name, test := range map[string]struct {
		steps    []string
		callback func(question) error
		want     []string
		answered error // of what callback returns
	}{
		"answered": {[]string{"ask"}, func(q question) error { return q.Respond("42") }, []string{"42"}, nil},
		"answered twice": {[]string{"ask"}, func(q question) error { return errors.Join(q.Respond("1"), q.Respond("2"), q.Refuse(nil)) },
			[]string{"1"}, comm.ErrAnswered},
		"refused": {[]string{"ask"}, func(q question) error { return q.Refuse(task.WithKind("quota", errors.New("used up"))) },
			[]string{"quota: request: used up"}, nil},
		"refused without a reason": {[]string{"ask"}, func(q question) error { return q.Refuse(nil) }, []string{"error: request: refused"}, nil},
		"of another type": {[]string{"ask for a number"}, func(q question) error { return q.Respond("many") },
			[]string{"decode: request: the answer: it does not decode as int (application/json): json: cannot unmarshal string into Go value of type int"}, nil},
		"by a callback that fails": {[]string{"ask", "ask"}, func(question) error { panic("no idea") }, []string{"close requested", "close requested"}, nil},
		"by nobody":                {[]string{"ask", "ask"}, nil, []string{"close requested", "close requested"}, nil},
		"in no time":               {[]string{"ask in no time"}, func(question) error { return nil }, []string{"no answer"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
				talk := comm.New[string, string]()
				of := scheduler.NewTask(s, script, talk)
				var answered error
				if test.callback != nil {
					event.On(of, talk.Request, func(q question) { answered = test.callback(q) })
				}
				start(t, s)
				out, err := await(t, submit(t, of, test.steps))
				require.NoError(t, err)
				require.Equal(t, test.want, out)
				finish(t, s)
				require.ErrorIs(t, answered, test.answered)
			})
		})
	}
}

func TestAnswersThatComeLate(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		talk := comm.New[string, string]()
		of := scheduler.NewTask(s, script, talk)
		asked := make(chan question, 1)
		closes := make(chan struct{}, 1)
		event.On(of, talk.Request, func(q question) { asked <- q })
		event.On(of, talk.Close, func(comm.Closed) { closes <- struct{}{} })
		said := make(chan struct{}, 1)
		event.On(of, talk.Message, func(comm.Message[string]) { said <- struct{}{} })
		start(t, s)

		f := submit(t, of, []string{"ask"})
		q := receive(t, asked)
		require.Equal(t, []string{"talking: 1, requests without an answer: 1"}, talk.Lines())
		require.NoError(t, q.Respond("later"), "from any goroutine")
		out, err := await(t, f)
		require.NoError(t, err)
		require.Equal(t, []string{"later"}, out)
		require.ErrorIs(t, q.Respond("again"), comm.ErrAnswered)
		receive(t, closes)
		require.Empty(t, talk.Lines())

		f = submit(t, of, []string{"ask in no time", "send", "forever"})
		q = receive(t, asked)
		receive(t, said)
		require.ErrorIs(t, q.Respond("too late"), comm.ErrWithdrawn)
		f.Cancel()
		_, err = await(t, f)
		require.ErrorIs(t, err, scheduler.ErrCancelled)
		receive(t, closes)

		f = submit(t, of, []string{"ask", "forever"})
		q = receive(t, asked)
		f.Cancel()
		_, err = await(t, f)
		require.ErrorIs(t, err, scheduler.ErrCancelled)
		require.Error(t, q.Respond("too late"), "withdrawn, or ended")
	})
}

// TestUnansweredAtTheEnd has a run end by a stop while code waits for answers.
func TestUnansweredAtTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		talk := comm.New[string, string]()
		of := scheduler.NewTask(s, script, talk)
		var questions []question
		event.On(of, talk.Request, func(q question) {
			questions = append(questions, q)
			s.Stop()
		})
		start(t, s)
		f := submit(t, of, []string{"ask", "ask", "close and wait"})
		finish(t, s)
		out, err := await(t, f)
		require.NoError(t, err)
		require.Equal(t, []string{"close requested", "close requested", "ok"}, out, "one from before the end, one from after")
		require.Len(t, questions, 2)
		require.ErrorIs(t, questions[0].Respond("late"), comm.ErrClosed)

		// The next run answers as ever.
		answering := event.On(of, talk.Request, func(q question) { require.NoError(t, q.Respond("yes")) })
		start(t, s)
		f = submit(t, of, []string{"ask"})
		finish(t, s)
		answering.Unsubscribe()
		out, err = await(t, f)
		require.NoError(t, err)
		require.Equal(t, []string{"yes"}, out)
	})
}

func TestDataOfAnotherType(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		talk := comm.New[string, string]()
		of := scheduler.NewTask(s, script, talk)
		told := trace(of, talk)
		require.NoError(t, s.Start(t.Context()))
		f := submit(t, of, []string{"send a number", "send"})
		_, err := s.Wait()
		require.ErrorContains(t, err, "task script, future 1: message: it does not decode as string (application/json)")
		require.True(t, task.IsKind(err, task.KindDecode))
		_, err = await(t, f)
		require.NoError(t, err)
		require.Equal(t, []string{"message hello", "close, awaited false, ended true, failed false", "done"}, *told)
	})
}

// raw and precise say and ask in other encodings than JSON.
var (
	raw = sdk.TaskFunc("raw", func(ctx context.Context, in []byte) ([]byte, error) {
		if err := sdk.Send(ctx, in); err != nil {
			return nil, err
		}
		return sdk.Request[[]byte](ctx, in, 0)
	})
	precise = sdk.TaskFunc("precise", func(ctx context.Context, _ int) (bool, error) {
		answer, err := sdk.Request[float64](ctx, math.Inf(1), 0)
		return math.IsNaN(answer), err
	}).CBOR()
)

func TestEncodings(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		inBytes, inCBOR := comm.New[[]byte, []byte](), comm.New[float64, float64]()
		a, b := scheduler.NewTask(s, raw, inBytes), scheduler.NewTask(s, precise, inCBOR)
		var said []byte
		event.On(a, inBytes.Message, func(m comm.Message[[]byte]) { said = m.Data })
		event.On(a, inBytes.Request, func(q comm.Request[[]byte, []byte]) {
			require.NoError(t, q.Respond(bytes.ToUpper(q.Data)))
		})
		event.On(b, inCBOR.Request, func(q comm.Request[float64, float64]) {
			require.True(t, math.IsInf(q.Data, 1))
			require.NoError(t, q.Respond(math.NaN()))
		})
		start(t, s)
		out, err := await(t, submit(t, a, []byte("\x00abc")))
		require.NoError(t, err)
		require.Equal(t, []byte("\x00ABC"), out)
		nan, err := await(t, submit(t, b, 0))
		require.NoError(t, err)
		require.True(t, nan)
		finish(t, s)
		require.Equal(t, []byte("\x00abc"), said)
	})
}

// pings asks many times at once.
var pings = sdk.TaskFunc("pings", func(ctx context.Context, n int) (sum int, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wg.Go(func() {
			got, failed := sdk.Request[int](ctx, i, 0)
			mu.Lock()
			defer mu.Unlock()
			sum += got
			err = errors.Join(err, failed)
		})
	}
	wg.Wait()
	return sum, err
})

func TestManyAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scheduler.Scheduler) {
		talk := comm.New[int, int]()
		of := scheduler.NewTask(s, pings, talk)
		other := scheduler.NewTask(s, pings.As("others"), talk)
		event.On(of, talk.Request, func(q comm.Request[int, int]) { require.NoError(t, q.Respond(q.Data)) })
		// Answers of the other come later and in another order.
		var late []comm.Request[int, int]
		event.On(other, talk.Request, func(q comm.Request[int, int]) {
			if late = append(late, q); len(late)%10 == 0 {
				for i := range late {
					require.NoError(t, late[len(late)-1-i].Respond(-late[len(late)-1-i].Data))
				}
				late = nil
			}
		})
		start(t, s)
		const n = 100
		var futures []*scheduler.Future[int]
		for range 10 {
			futures = append(futures, submit(t, of, n), submit(t, other, n))
		}
		for i, f := range futures {
			sum, err := await(t, f)
			require.NoError(t, err)
			require.Equal(t, (1-2*(i%2))*n*(n-1)/2, sum)
		}
	})
}

// TestValuesAsEventPluginsSeeThem encodes the values of events.
func TestValuesAsEventPluginsSeeThem(t *testing.T) {
	s := scheduler.New(local.Sequential())
	talk := comm.New[string, string]()
	of := scheduler.NewTask(s, script, talk)
	var seen []string
	note := func(v any) {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		seen = append(seen, string(data))
	}
	for _, name := range []string{comm.OpenName, comm.MessageName, comm.RequestName, comm.CloseName} {
		_, err := of.Emitter().OnName(name, note)
		require.NoError(t, err)
	}
	start(t, s)
	submit(t, of, []string{"open", "send", "ask in no time", "fail"})
	finish(t, s)
	require.Equal(t, []string{`{"future":1,"attempt":1}`, `{"future":1,"attempt":1,"data":"hello"}`,
		`{"future":1,"attempt":1,"id":1,"data":"what?"}`, `{"future":1,"attempt":1,"ended":true,"error":"as it was told"}`}, seen)
}

func TestOneCommToATask(t *testing.T) {
	s := scheduler.New(local.Sequential())
	_, err := scheduler.AddTask(s, script, comm.New[string, string](), comm.New[int, int]())
	require.EqualError(t, err, "scheduler: task script: extension comm: extension comm hears what the code says already")
}

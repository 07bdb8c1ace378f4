package executortest

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

func testResults(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	const n = 100
	var futures []*scheduler.Future[int]
	sched.OnStart.Do(func() {
		for i := range n {
			futures = append(futures, submit(t, inc, i))
		}
	})
	exit := run(t, sched)
	require.Equal(t, scheduler.ExitExhausted, exit.Code)
	for i, f := range futures {
		out, err, ended := f.Result()
		require.True(t, ended)
		require.NoError(t, err)
		require.Equal(t, i+1, out)
		require.Equal(t, i, f.Input())
		require.GreaterOrEqual(t, f.Worker(), 0)
		require.Less(t, f.Worker(), workers(sched))
	}
	r.check(t, sched, n)
}

func testErrors(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	failing := recordTask(r, scheduler.NewTask(sched, fail))
	start(t, sched, tolerant()...)
	get := func(how string) error {
		f := submit(t, failing, how)
		await(t, f)
		require.Equal(t, scheduler.Failed, f.State())
		require.Nil(t, f.Value())
		return f.Err()
	}

	err := get(plainly)
	require.ErrorContains(t, err, "it went wrong")
	require.Equal(t, task.KindError, task.KindOf(err))
	require.True(t, task.IsRetryable(err))

	err = get(wrapped)
	require.ErrorContains(t, err, "reading: quota is used up")
	require.ErrorIs(t, err, errQuota)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotErrorIs(t, err, fs.ErrPermission)

	err = get(ofAKind)
	require.Equal(t, kindOfQuota, task.KindOf(err))
	require.ErrorIs(t, err, task.Kind(kindOfQuota))

	err = get(finally)
	require.False(t, task.IsRetryable(err))
	require.ErrorIs(t, err, errQuota)
}

func testPanics(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	failing := scheduler.NewTask(sched, fail)
	inc := scheduler.NewTask(sched, increment)
	start(t, sched, tolerant()...)
	for how, text := range map[string]string{byPanic: "panic: out of cheese", byNil: "panic: assignment to entry in nil map"} {
		_, err := failing.Call(within(t), how)
		require.ErrorContains(t, err, text)
		require.Equal(t, task.KindPanic, task.KindOf(err))
		var failure *task.Error
		require.ErrorAs(t, err, &failure)
		require.Contains(t, failure.Stack, "executortest.failAs")
	}
	out, err := inc.Call(within(t), 1)
	require.NoError(t, err)
	require.Equal(t, 2, out)
	require.Zero(t, sched.Workers().Lost, "a panic costs no worker")
}

// testGoexit has code end its goroutine, as tests' FailNow does.
func testGoexit(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	failing := scheduler.NewTask(sched, fail)
	start(t, sched, tolerant()...)
	for range 2 * workers(sched) {
		f := submit(t, failing, byGoexit)
		await(t, f)
		require.ErrorContains(t, f.Err(), "runtime.Goexit")
		require.Equal(t, task.KindPanic, task.KindOf(f.Err()))
	}
}

func testOrder(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	failing := recordTask(r, scheduler.NewTask(sched, fail))
	var futures []scheduler.AnyFuture
	sched.OnStart.Do(func() {
		for i := range 3000 {
			if i%10 == 0 {
				futures = append(futures, submit(t, failing, plainly))
			} else {
				futures = append(futures, submit(t, inc, i))
			}
		}
	})
	run(t, sched, tolerant()...)
	require.Equal(t, futures, r.ended)
}

func testManyCalls(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	inc := recordTask(r, scheduler.NewTask(sched, increment))
	failing := recordTask(r, scheduler.NewTask(sched, fail))
	wait := start(t, sched, tolerant()...)
	const submitters, each = 8, 1250
	var done sync.WaitGroup
	for range submitters {
		done.Go(func() {
			for i := range each {
				var err error
				if i%50 == 0 {
					_, err = failing.Submit(plainly)
				} else {
					_, err = inc.Submit(i)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	require.Equal(t, scheduler.ExitExhausted, wait().Code)
	r.check(t, sched, submitters*each)
	require.Equal(t, uint64(submitters*each/50), sched.Counts().Exceptions)
}

func testInfo(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	who := scheduler.NewTask(sched, whoami.As("somebody"))
	start(t, sched, tolerant()...)
	for range 5 {
		f := submit(t, who, 0)
		out, err := f.Wait(within(t))
		require.NoError(t, err)
		require.Equal(t, whoami.Code(), out.Task)
		require.Equal(t, f.ID(), out.Future)
		require.Equal(t, 1, out.Attempt)
		require.Equal(t, f.Worker(), out.Worker)
	}
}

func testOtherProcess(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	who := scheduler.NewTask(sched, whoami)
	start(t, sched, tolerant()...)
	out, err := who.Call(within(t), 0)
	require.NoError(t, err)
	require.NotEqual(t, os.Getpid(), out.PID)
}

func testPayloads(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	raw := scheduler.NewTask(sched, reverse)
	message := scheduler.NewTask(sched, upper)
	number := scheduler.NewTask(sched, halve)
	start(t, sched)

	for _, in := range []string{"", "a", "\x00\xff\n", strings.Repeat("ab", 1<<19)} {
		out, err := raw.Call(within(t), []byte(in))
		require.NoError(t, err)
		require.Len(t, out, len(in))
		for i := range out {
			if out[i] != in[len(in)-1-i] {
				require.Failf(t, "wrong byte", "at %d", i)
			}
		}
	}
	text, err := message.Call(within(t), wrapperspb.String("größer"))
	require.NoError(t, err)
	require.Equal(t, "GRÖSSER", strings.ReplaceAll(text.GetValue(), "ß", "SS"))
	for _, x := range []float64{3, math.Inf(1), math.Inf(-1)} {
		out, err := number.Call(within(t), x)
		require.NoError(t, err)
		require.Equal(t, x/2, out)
	}
	nan, err := number.Call(within(t), math.NaN())
	require.NoError(t, err)
	require.True(t, math.IsNaN(nan))
}

func testInputNotEncodable(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	half := recordTask(r, scheduler.NewTask(sched, task.Named[map[string]point, int](increment.Code())))
	start(t, sched)
	f, err := half.Submit(map[string]point{"here": {X: math.NaN()}})
	require.Nil(t, f)
	require.Equal(t, task.KindEncode, task.KindOf(err))
	require.ErrorContains(t, err, increment.Code())
	require.ErrorContains(t, err, `[here].X`)
	require.ErrorContains(t, err, "CBOR")
	require.Equal(t, uint64(1), sched.Counts().Refused)
	require.Empty(t, r.told)
}

func testOutputNotEncodable(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	nan := scheduler.NewTask(sched, notANumber)
	start(t, sched, tolerant()...)
	_, err := nan.Call(within(t), 0)
	require.Equal(t, task.KindEncode, task.KindOf(err))
	require.ErrorContains(t, err, notANumber.Code())
	require.ErrorContains(t, err, `"Y"`)
	require.ErrorContains(t, err, "CBOR")
}

// testUnknownTask asks for code that nobody has: an error when the task is
// made, if that can be known then, or else when the run starts.
func testUnknownTask(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	_, err := scheduler.AddTask(sched, task.Named[int, int]("executortest.incremet"))
	if err == nil {
		err = sched.Start(within(t))
		require.Error(t, err)
	}
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	require.ErrorContains(t, err, "executortest.incremet")
	if s.Isolated {
		require.ErrorContains(t, err, fmt.Sprintf("did you mean %q?", increment.Code()))
	}
	require.False(t, sched.Running())
	require.False(t, errors.Is(err, scheduler.ErrRunning))
}

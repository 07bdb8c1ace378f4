package task_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

// posted keeps what was posted.
type posted struct {
	mu  sync.Mutex
	all []task.Message
	err error
}

func (p *posted) Post(call uint64, m task.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if call != 7 {
		return errors.New("of another call")
	}
	p.all = append(p.all, m)
	return nil
}

func (p *posted) kinds() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.all {
		out = append(out, m.Kind.String())
	}
	return out
}

func (p *posted) progress() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.all {
		out = append(out, m.Progress.Text)
	}
	return out
}

// talking is a call whose code is the test.
func talking(t *testing.T) (context.Context, *posted) {
	p := &posted{}
	ctx, cancel := task.Context(t.Context(), task.Info{Future: 3}, time.Time{})
	t.Cleanup(func() { cancel(nil) })
	task.Connect(ctx, true, p, 7)
	return ctx, p
}

func TestCodeWaitsForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, p := talking(t)
		const size = 1000
		bytes := make([]byte, size-64)
		sent := 0
		done := make(chan error, 1)
		go func() {
			for range 1000 {
				if err := task.Send(ctx, bytes); err != nil {
					done <- err
					return
				}
				sent++
			}
			done <- nil
		}()
		synctest.Wait()
		const most = task.MessageWindow/size + 1
		require.Equal(t, most, sent)

		hurried, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, task.Send(hurried, bytes), context.DeadlineExceeded)
		_, err := task.Request[int](ctx, bytes, time.Second)
		require.ErrorIs(t, err, task.ErrNoAnswer, "waiting for room counts")
		require.Equal(t, most, sent)

		task.Deliver(ctx, task.Message{Kind: task.MessageGrant, ID: 100 * size})
		synctest.Wait()
		require.Equal(t, most+100, sent)
		task.Deliver(ctx, task.Message{Kind: task.MessageGrant, ID: 50 * size})
		task.Deliver(ctx, task.Message{Kind: task.MessageGrant, ID: 1 << 40}) // more than was said
		synctest.Wait()
		require.Equal(t, most+100, sent)
		task.Disconnect(ctx)
		require.ErrorIs(t, <-done, task.ErrClosed)
		require.Len(t, p.kinds(), sent)
	})
}

func TestProgressIsRateLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, p := talking(t)
		task.ReportProgress(ctx, 1, 3, "a")
		task.ReportProgress(ctx, 2, 3, "b")
		task.ReportProgress(ctx, 3, 3, "c")
		require.Equal(t, []string{"a"}, p.progress())
		time.Sleep(99 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{"a"}, p.progress())
		time.Sleep(time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{"a", "c"}, p.progress(), "the latest comes though the code says nothing more")
		for range 1000 { // ten seconds
			task.ReportProgress(ctx, 1, 1, "d")
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		require.InDelta(t, 102, len(p.progress()), 2)
		task.ReportProgress(ctx, 1, 1, "e")
		task.ReportProgress(ctx, 1, 1, "last")
		task.Disconnect(ctx)
		n := len(p.progress())
		require.Equal(t, "last", p.progress()[n-1])
		task.ReportProgress(ctx, 1, 1, "too late")
		time.Sleep(time.Second)
		synctest.Wait()
		require.Len(t, p.progress(), n)
	})
}

func TestProgressIsBounded(t *testing.T) {
	t.Parallel()
	ctx, p := talking(t)
	task.ReportProgress(ctx, -1.5, 0, strings.Repeat("ä", 600)+"\xff")
	require.Equal(t, task.Progress{Text: strings.Repeat("ä", 512)}, p.all[0].Progress)
	task.ReportProgress(t.Context(), 1, 1, "of no call")
}

func TestErrorsOfThePoster(t *testing.T) {
	t.Parallel()
	ctx, p := talking(t)
	p.err = task.Errorf(task.KindEncode, "it is too large")
	require.EqualError(t, task.Send(ctx, 1), "send: it is too large")
	_, err := task.Request[int](ctx, 1, 0)
	require.EqualError(t, err, "request: it is too large")
	p.err = nil
	require.NoError(t, task.Open(ctx))
	require.NoError(t, task.Close(ctx))
	require.ErrorIs(t, task.Send(ctx, 1), task.ErrClosed)
	require.Equal(t, []string{"open", "close"}, p.kinds())
}

func TestOfNoCall(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, err := task.Request[int](ctx, 1, 0)
	for _, err := range []error{err, task.Open(ctx), task.Send(ctx, 1), task.Close(ctx), task.CloseAndWait(ctx, 0)} {
		require.ErrorIs(t, err, task.ErrNoCall)
	}
}

func TestWithdrawnRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, p := talking(t)
		_, err := task.Request[int](ctx, 1, time.Second)
		require.ErrorIs(t, err, task.ErrNoAnswer)
		require.Equal(t, []string{"request", "withdraw"}, p.kinds())
		task.Deliver(ctx, task.Message{Kind: task.MessageAnswer, ID: 1, Payload: []byte("1"), ContentType: task.ContentJSON}) // too late

		answers := make(chan int)
		go func() {
			n, err := task.Request[int](ctx, 1, time.Second)
			require.NoError(t, err)
			answers <- n
		}()
		synctest.Wait()
		task.Deliver(ctx, task.Message{Kind: task.MessageAnswer, ID: 2, Payload: []byte("5"), ContentType: task.ContentJSON})
		require.Equal(t, 5, <-answers)
	})
}

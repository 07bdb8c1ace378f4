package executortest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// chatting is the input of the task chat.
type chatting struct {
	Open  bool
	Send  int // messages: the numbers from 0 on
	Bytes int // that each of them has more
	Ask   int // requests: the same
	Close bool
	Fail  bool
	Until int // fails before this attempt
}

// chat says what it is told to, and returns the sum of the answers.
var chat = task.New("executortest.chat", func(ctx context.Context, c chatting) (sum int, err error) {
	if c.Open {
		if err := task.Open(ctx); err != nil {
			return 0, err
		}
	}
	for i := range c.Send {
		if err := task.Send(ctx, strconv.Itoa(i)+strings.Repeat(" ", c.Bytes)); err != nil {
			return 0, err
		}
	}
	for i := range c.Ask {
		answer, err := task.Request[int](ctx, strconv.Itoa(i), 0)
		if err != nil {
			return 0, err
		}
		sum += answer
	}
	if info, _ := task.InfoFrom(ctx); c.Fail || info.Attempt < c.Until {
		return 0, errors.New("as it was told")
	}
	if c.Close {
		return sum, task.CloseAndWait(ctx, 0)
	}
	return sum, nil
})

// listen waits for an answer, with the context's end.
var listen = task.New("executortest.listen", func(ctx context.Context, _ int) (int, error) {
	return task.Request[int](ctx, "?", 0)
})

// ear is a listener that writes down what is said, and answers each number by
// the next.
type ear struct {
	mu     sync.Mutex
	told   map[uint64][]string // by future
	silent bool                // it does not answer
	each   func()              // called with each message, if it is not nil
}

func newEar() *ear { return &ear{told: map[uint64][]string{}} }

func (e *ear) Name() string                          { return "ear" }
func (e *ear) Attach(scheduler.AnyTask) error        { return nil }
func (e *ear) PreSubmit(*scheduler.Submission) error { return nil }
func (e *ear) Finishing(scheduler.AnyTask)           {}

func (e *ear) note(t *scheduler.Talk, what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told[t.Future().ID()] = append(e.told[t.Future().ID()], fmt.Sprintf("%d: %s", t.Attempt(), what))
}

func (e *ear) Hear(t *scheduler.Talk, m task.Message) (func(), error) {
	said := m.Kind.String()
	if len(m.Payload) > 0 {
		text, err := task.DecodeMessage[string](m.Payload, m.ContentType)
		if err != nil {
			return nil, err
		}
		said += " " + strings.TrimSpace(text)
	}
	return func() {
		e.note(t, said)
		if e.each != nil {
			e.each()
		}
		if m.ID == 0 || e.silent {
			return
		}
		answer := task.Message{Kind: task.MessageAnswer, ID: m.ID}
		if m.Kind == task.MessageRequest {
			n, _ := strconv.Atoi(strings.TrimPrefix(said, "request "))
			answer.Payload, answer.ContentType = []byte(strconv.Itoa(n+1)), task.ContentJSON
		}
		if err := t.Answer(answer); err != nil {
			e.note(t, err.Error())
		}
	}, nil
}

func (e *ear) Ended(t *scheduler.Talk, err error) func() {
	return func() { e.note(t, fmt.Sprintf("ended, failed %v", err != nil)) }
}

// heard is what a call of chat is heard to say in an attempt.
func heard(attempt int, c chatting) (out []string) {
	add := func(format string, args ...any) {
		out = append(out, fmt.Sprintf("%d: ", attempt)+fmt.Sprintf(format, args...))
	}
	if c.Open {
		add("open")
	}
	for i := range c.Send {
		add("message %d", i)
	}
	for i := range c.Ask {
		add("request %d", i)
	}
	failed := c.Fail || attempt < c.Until
	if c.Close && !failed {
		add("close")
	}
	if len(out) > 0 {
		add("ended, failed %v", failed)
	}
	return out
}

// testMessages has many calls talk at once, and looks at what is heard of each,
// and that all of it is before the call's end.
func testMessages(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	e := newEar()
	talking := recordTask(r, scheduler.NewTask(sched, chat, e))
	at := map[uint64]int{} // what was heard when the end was told
	talking.OnDone.Do(func(d scheduler.Done) { at[d.Future.ID()] = len(e.told[d.Future.ID()]) })
	wait := start(t, sched, tolerant()...)
	const calls = 40
	inputs := make([]chatting, calls)
	futures := make([]*scheduler.Future[int], calls)
	for i := range inputs {
		inputs[i] = chatting{Open: i%2 == 0, Send: i * 5, Ask: i % 7, Close: i%3 == 0, Fail: i%5 == 0}
		futures[i] = submit(t, talking, inputs[i])
	}
	for i, f := range futures {
		await(t, f)
		if inputs[i].Fail {
			require.Equal(t, scheduler.Failed, f.State())
			continue
		}
		require.NoError(t, f.Err())
		require.Equal(t, inputs[i].Ask*(inputs[i].Ask+1)/2, f.Value())
	}
	wait()
	for i, f := range futures {
		require.Equal(t, heard(1, inputs[i]), e.told[f.ID()])
		require.Equal(t, len(e.told[f.ID()]), at[f.ID()])
	}
	r.check(t, sched, calls)
}

func testMessagesOfAttempts(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	e := newEar()
	talking := recordTask(r, scheduler.NewTask(sched, chat, e, twiceOver{}))
	wait := start(t, sched, tolerant()...)
	in := chatting{Open: true, Send: 3, Ask: 2, Close: true, Until: 3}
	f := submit(t, talking, in)
	await(t, f)
	wait()
	require.NoError(t, f.Err())
	require.Equal(t, append(append(heard(1, in), heard(2, in)...), heard(3, in)...), e.told[f.ID()])
	r.check(t, sched, 1)
}

func testUnheard(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	talking := scheduler.NewTask(sched, chat)
	wait := start(t, sched, tolerant()...)
	for _, in := range []chatting{{Open: true}, {Send: 1}, {Ask: 1}, {Close: true}} {
		f := submit(t, talking, in)
		await(t, f)
		require.ErrorIs(t, f.Err(), task.ErrNotHeard)
	}
	f := submit(t, talking, chatting{})
	await(t, f)
	require.NoError(t, f.Err())
	wait()
}

// testSlowHost has code say more than the host takes before it looks.
func testSlowHost(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	e := newEar()
	g := newGate(t)
	holding := scheduler.NewTask(sched, hold)
	talking := scheduler.NewTask(sched, chat, e)
	look := make(chan struct{})
	e.each = sync.OnceFunc(func() { <-look })
	wait := start(t, sched, tolerant()...)
	in := chatting{Send: 3000, Bytes: 1000}
	f := submit(t, talking, in)
	if workers(sched) > 1 {
		// Others get on meanwhile, with the host at a standstill.
		other := submit(t, holding, g.in("other", heeding))
		g.arrived("other").letGo()
		await(t, other)
	}
	requireOpen(t, f)
	close(look)
	await(t, f)
	require.NoError(t, f.Err())
	wait()
	require.Equal(t, heard(1, in), e.told[f.ID()])
}

// testLargeMessages sends a message that no executor that encodes may carry.
func testLargeMessages(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	talking := scheduler.NewTask(sched, chat, newEar())
	wait := start(t, sched, tolerant()...)
	f := submit(t, talking, chatting{Send: 1, Bytes: 65 << 20})
	await(t, f)
	require.True(t, task.IsKind(f.Err(), task.KindEncode), "%v", f.Err())
	wait()
}

func testCancelRequest(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	r := record(sched)
	e := newEar()
	asked := make(chan struct{})
	e.silent, e.each = true, sync.OnceFunc(func() { close(asked) })
	listening := recordTask(r, scheduler.NewTask(sched, listen, e))
	wait := start(t, sched, tolerant()...)
	f := submit(t, listening, 0)
	<-asked
	why := errors.New("enough")
	f.Cancel(why)
	requireCancelled(t, f, why)
	wait()
	require.Equal(t, []string{"1: request ?", "1: withdraw", "1: ended, failed true"}, e.told[f.ID()])
	r.check(t, sched, 1)
}

// pace tells its progress until it is let go.
var pace = task.New("executortest.pace", func(ctx context.Context, h holding) (string, error) {
	task.ReportProgress(ctx, 0, 100, "begun")
	name, err := holdOn(ctx, h)
	for i := range 101 {
		task.ReportProgress(ctx, i, 100, "step "+strconv.Itoa(i))
	}
	return name, err
})

func testProgress(t *testing.T, s *suite) {
	sched := s.scheduler(t)
	g := newGate(t)
	going := scheduler.NewTask(sched, pace)
	told := make(chan scheduler.Progress, 200)
	event.On(going, scheduler.OnProgress, func(p scheduler.Progress) { told <- p })
	after := -1
	going.OnDone.Do(func(scheduler.Done) { after = len(told) })
	wait := start(t, sched, tolerant()...)
	f := submit(t, going, g.in("going", heeding))
	held := g.arrived("going")
	select {
	case p := <-told:
		require.Equal(t, scheduler.Progress{Future: f, Attempt: 1, Total: 100, Text: "begun"}, p)
	case <-time.After(patience):
		require.FailNow(t, "no progress is told while the code runs")
	}
	held.letGo()
	await(t, f)
	wait()
	last, ok := f.Progress()
	require.True(t, ok)
	require.Equal(t, scheduler.Progress{Future: f, Attempt: 1, Done: 100, Total: 100, Text: "step 100"}, last)
	require.Equal(t, after, len(told), "progress is told before the end")
	require.LessOrEqual(t, len(told), 20, "not all of it is told")
	close(told)
	var p scheduler.Progress
	for p = range told {
	}
	require.Equal(t, last, p, "the last is told in the end")
}

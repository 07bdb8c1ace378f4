//go:build linux

package process_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/task"
)

// What a frame holds besides one input and one output, by which these may be
// smaller than a message.
const (
	inputOverhead  = 512
	outputOverhead = 64
)

// padded is an input of bytes that has that size and asks for n bytes.
func padded(size, n int) []byte {
	number := fmt.Sprint(n)
	return append([]byte(strings.Repeat(" ", size-len(number))), number...)
}

func TestSizesOfInputs(t *testing.T) {
	t.Parallel()
	const limit = 100_000
	r := newRig(t, 1, process.MaxMessage(limit))
	r.begin()
	out, err := get(t, r.Scheduler, bytes, padded(limit-inputOverhead, 3))
	require.NoError(t, err, "exactly as large as it may be")
	require.Len(t, out, 3)
	for _, size := range []int{limit - inputOverhead + 1, limit, 50 * limit} {
		_, err = get(t, r.Scheduler, bytes, padded(size, 3))
		require.Equal(t, task.KindEncode, task.KindOf(err))
		require.ErrorContains(t, err, fmt.Sprintf("task bytes: the input has %d bytes; a message may have %d", size, limit))
	}
	// Many that fit one by one, and not together.
	var futures []*scheduler.Future[[]byte]
	for range 100 {
		futures = append(futures, submit(t, r.Scheduler, bytes, padded(limit-inputOverhead, limit-outputOverhead)))
	}
	for _, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
		require.Len(t, f.Value(), limit-outputOverhead)
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

func TestSizesOfOutputs(t *testing.T) {
	t.Parallel()
	const limit = 100_000
	r := newRig(t, 1, process.MaxMessage(limit))
	r.begin()
	out, err := get(t, r.Scheduler, bytes, padded(10, limit-outputOverhead))
	require.NoError(t, err, "exactly as large as it may be")
	require.Len(t, out, limit-outputOverhead)
	for _, size := range []int{limit - outputOverhead + 1, limit, 50 * limit} {
		_, err = get(t, r.Scheduler, bytes, padded(10, size))
		require.Equal(t, task.KindEncode, task.KindOf(err))
		require.ErrorContains(t, err, fmt.Sprintf("the output has %d bytes; a message may have %d", size, limit))
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

func TestSmallestMaxMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1, process.MaxMessage(1<<10))
	r.begin()
	var futures []*scheduler.Future[[]byte]
	for range 2000 {
		futures = append(futures, submit(t, r.Scheduler, bytes, padded(1<<10-inputOverhead, 1<<10-outputOverhead)))
	}
	for _, f := range futures {
		await(t, f)
		require.NoError(t, f.Err())
	}
	// Errors are larger than that, and travel all the same.
	_, err := get(t, r.Scheduler, longError, 100_000)
	require.Equal(t, task.KindError, task.KindOf(err))
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())

	require.ErrorContains(t, newRig(t, 1, process.MaxMessage(1023)).Start(context.Background()), "messages of at most 1023 bytes are out of range: give 1024 or more")
}

func TestRaisedMaxMessage(t *testing.T) {
	t.Parallel()
	const size = process.DefaultMaxMessage + 1
	r := newRig(t, 1, process.MaxMessage(process.DefaultMaxMessage+1<<20))
	r.begin()
	out, err := get(t, r.Scheduler, bytes, padded(size, size))
	require.NoError(t, err)
	require.Len(t, out, size)
	r.finish()

	r = newRig(t, 1)
	r.begin()
	_, err = get(t, r.Scheduler, bytes, padded(size, 1))
	require.Equal(t, task.KindEncode, task.KindOf(err))
	r.finish()
}

// TestLongErrors cuts what is too long, where a letter ends, and says so.
func TestLongErrors(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	for _, n := range []int{0, 10, 32 << 10, 1 << 20} {
		_, err := get(t, r.Scheduler, longError, n)
		require.Equal(t, task.KindError, task.KindOf(err))
		text := err.Error()
		require.True(t, utf8.ValidString(text))
		require.LessOrEqual(t, len(text), 32<<10)
		require.True(t, strings.HasPrefix(text, "outer: "+strings.Repeat("x", min(n, 1000))))
		if n < 32<<10 {
			require.Equal(t, "outer: "+strings.Repeat("x", n)+"\uFFFD", text)
		} else {
			require.Regexp(t, `x… \(\d+ bytes more\)$`, text)
		}
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

// TestManyLongErrors are more than a frame together.
func TestManyLongErrors(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.begin()
	r.warm()
	var futures []*scheduler.Future[int]
	for range 100 {
		futures = append(futures, submit(t, r.Scheduler, longError, 30<<10))
	}
	for _, f := range futures {
		await(t, f)
		require.Equal(t, task.KindError, task.KindOf(f.Err()))
	}
	r.finish()
	require.Equal(t, scheduler.WorkerCounts{Started: 1}, r.Workers())
}

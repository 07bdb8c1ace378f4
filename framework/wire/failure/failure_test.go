package failure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/failure"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

var errQuota = errors.New("quota used up")

// cross sends an error over the wire.
func cross(t testing.TB, err error) *task.Error {
	t.Helper()
	data, failed := proto.Marshal(failure.FromError(err))
	require.NoError(t, failed)
	var f pb.Failure
	require.NoError(t, proto.Unmarshal(data, &f))
	var e *task.Error
	require.ErrorAs(t, failure.ToError(&f), &e)
	return e
}

func TestNil(t *testing.T) {
	t.Parallel()
	require.Nil(t, failure.FromError(nil))
	require.NoError(t, failure.ToError(nil))
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	_, missing := os.Open("/no/such/file")
	for name, test := range map[string]struct {
		err       error
		kind      string
		is        []error
		retryable bool
	}{
		"plain":         {errQuota, task.KindError, []error{errQuota}, true},
		"wrapped":       {fmt.Errorf("a: %w", fmt.Errorf("b: %w", io.EOF)), task.KindError, []error{io.EOF}, true},
		"joined":        {errors.Join(errQuota, fmt.Errorf("x: %w", io.ErrUnexpectedEOF)), task.KindError, []error{errQuota, io.ErrUnexpectedEOF}, true},
		"of the system": {missing, task.KindError, []error{fs.ErrNotExist}, true},
		"context":       {fmt.Errorf("waiting: %w", context.DeadlineExceeded), task.KindError, []error{context.DeadlineExceeded}, true},
		"kind":          {task.WithKind("quota", errQuota), "quota", []error{errQuota, task.Kind("quota")}, true},
		"not retryable": {task.NotRetryable(fmt.Errorf("c: %w", errQuota)), task.KindError, []error{errQuota}, false},
		"both":          {fmt.Errorf("outer: %w", task.NotRetryable(task.WithKind("q", errQuota))), "q", []error{errQuota}, false},
		"ours":          {task.Errorf(task.KindDecode, "input %d", 1), task.KindDecode, []error{task.Kind(task.KindDecode)}, true},
		"panic":         {&task.Error{Kind: task.KindPanic, Message: "panic: x", Stack: "main.go:1"}, task.KindPanic, nil, true},
		"no text":       {errors.New(""), task.KindError, nil, true},
		"no kind":       {&task.Error{Message: "m"}, task.KindError, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := cross(t, test.err)
			require.EqualError(t, got, test.err.Error())
			require.Equal(t, test.kind, got.Kind)
			require.Equal(t, test.retryable, task.IsRetryable(got))
			for _, target := range test.is {
				require.ErrorIs(t, test.err, target, "before")
				require.ErrorIs(t, got, target, "after")
			}
			require.NotErrorIs(t, got, fs.ErrClosed)
			require.Equal(t, got, cross(t, got), "a second boundary changes nothing")
			var same *task.Error
			if errors.As(test.err, &same) {
				require.Equal(t, same.Stack, got.Stack)
			}
		})
	}
}

func TestTextsThatProtobufHasNot(t *testing.T) {
	t.Parallel()
	_, err := os.Open("/no/such/\xff")
	got := cross(t, task.WithKind("k\xfe", fmt.Errorf("a \xffb: %w", errors.Join(err, errQuota))))
	require.Contains(t, got.Message, "a \uFFFDb: open /no/such/\uFFFD: no such file")
	require.Equal(t, "k\uFFFD", got.Kind)
	require.ErrorIs(t, got, errQuota)
	require.ErrorIs(t, got, fs.ErrNotExist)
}

func TestSizeIsBounded(t *testing.T) {
	t.Parallel()
	err := errQuota
	for range 10 {
		err = fmt.Errorf("%s: %w", strings.Repeat("ä", failure.MaxText/4), err)
	}
	got := cross(t, &task.Error{Kind: "k", Message: err.Error(), Stack: strings.Repeat("x", 1<<20), Causes: task.Portable(err).Causes})
	require.True(t, utf8.ValidString(got.Message))
	require.True(t, strings.HasSuffix(got.Message, " bytes more)"))
	require.Less(t, proto.Size(failure.FromError(got)), 256<<10)
	require.ErrorIs(t, got, errQuota, "the innermost, which is the shortest, is kept")
}

// FuzzRoundTrip checks that every error crosses, and is then what it was.
func FuzzRoundTrip(f *testing.F) {
	f.Add("message", "kind", "stack", "*errors.errorString", "cause", true)
	f.Add("", "", "", "", "", false)
	f.Add("\xff", "\xc0\x80", "\xed\xa0\x80", "\x00", "a\xe2\x80", true)
	f.Fuzz(func(t *testing.T, message, kind, stack, causeType, cause string, final bool) {
		inner := &task.Error{Kind: kind, Message: message, Stack: stack, NotRetryable: final, Causes: []task.Cause{{Type: causeType, Text: cause}}}
		valid := true
		for _, text := range []string{message, kind, stack, causeType, cause} {
			valid = valid && utf8.ValidString(text)
		}
		for _, err := range []error{inner, fmt.Errorf("%s: %w", cause, inner), task.WithKind(kind, errors.New(message))} {
			got := cross(t, err)
			require.Equal(t, task.IsRetryable(err), task.IsRetryable(got))
			require.Equal(t, got, cross(t, got))
			if valid && len(message+kind+stack+causeType+cause) < failure.MaxKind {
				want := task.Portable(err)
				if want.Kind == "" {
					want = &task.Error{Kind: task.KindError, Message: want.Message, Stack: want.Stack, NotRetryable: want.NotRetryable, Causes: want.Causes}
				}
				require.Equal(t, want, got)
			}
		}
	})
}

// FuzzToError checks that whatever a plugin sends is some error.
func FuzzToError(f *testing.F) {
	seed, err := proto.Marshal(failure.FromError(task.WithKind("k", errQuota)))
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		var sent pb.Failure
		if proto.Unmarshal(data, &sent) != nil {
			return
		}
		err := failure.ToError(&sent)
		require.Error(t, err)
		require.NotEmpty(t, task.KindOf(err))
		_ = errors.Is(err, errQuota)
	})
}

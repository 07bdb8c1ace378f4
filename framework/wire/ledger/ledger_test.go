package ledger_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/wire/ledger"
)

func TestWords(t *testing.T) {
	t.Parallel()
	mem := make([]byte, ledger.WordBytes)
	w := ledger.NewWriter(mem)
	w.Start(7)
	w.Finish(6)
	started, finished, ok := ledger.ReadWords(mem)
	require.True(t, ok)
	require.EqualValues(t, 7, started)
	require.EqualValues(t, 6, finished)

	require.False(t, w.Keeps())
	w.Keep(ledger.Result{Seq: 7})
	require.Empty(t, ledger.Read(mem))

	w.Finish(8)
	_, _, ok = ledger.ReadWords(mem)
	require.False(t, ok, "finished before it began")
	_, _, ok = ledger.ReadWords(mem[:15])
	require.False(t, ok)
}

// result is the n-th of many that differ in every way.
func result(n int) ledger.Result {
	r := ledger.Result{Seq: uint64(n), Elapsed: time.Duration(n * n), Output: []byte{}}
	if n%5 == 0 {
		r.ContentType = "application/cbor"
	}
	body := bytes.Repeat([]byte{byte(n)}, n*n*31%3000)
	if n%7 == 0 {
		r.Failure, r.Output = body, nil
	} else {
		r.Output = body
	}
	return r
}

// TestLatestResultsAreKept: however many there were, what is read are the last
// ones, whole and in order, and they fill most of the ring.
func TestLatestResultsAreKept(t *testing.T) {
	t.Parallel()
	mem := make([]byte, ledger.Bytes)
	w := ledger.NewWriter(mem)
	require.True(t, w.Keeps())
	require.Empty(t, ledger.Read(mem))
	for n := 1; n <= 3000; n++ {
		w.Keep(result(n))
		if n > 10 && n%97 != 0 {
			continue
		}
		got := ledger.Read(mem)
		require.NotEmpty(t, got)
		size := 0
		for i, r := range got {
			require.Equal(t, result(n-len(got)+1+i), r)
			size += len(r.Output) + len(r.Failure)
		}
		if n > 1000 {
			require.Greater(t, size, ledger.Bytes*3/4)
		} else if n <= 10 {
			require.Len(t, got, n)
		}
	}
}

func TestLargeResultsAreNotKept(t *testing.T) {
	t.Parallel()
	mem := make([]byte, ledger.Bytes)
	w := ledger.NewWriter(mem)
	w.Keep(ledger.Result{Seq: 1, Output: make([]byte, ledger.MaxKept)})
	w.Keep(ledger.Result{Seq: 2, Output: make([]byte, ledger.MaxKept+1)})
	w.Keep(ledger.Result{Seq: 3, ContentType: "x", Output: make([]byte, ledger.MaxKept)})
	got := ledger.Read(mem)
	require.Len(t, got, 1)
	require.EqualValues(t, 1, got[0].Seq)
}

// TestScribbled has the words at the ring's ends overwritten: neither side may
// fall over it, and the writer finds its way back.
func TestScribbled(t *testing.T) {
	t.Parallel()
	odd := []uint64{0, 1, 7, 8, 24, 1 << 17, 1<<17 + 8, 1 << 40, 1<<63 + 8, ^uint64(0), ^uint64(7)}
	for _, head := range odd {
		for _, tail := range odd {
			t.Run(fmt.Sprintf("%x %x", head, tail), func(t *testing.T) {
				t.Parallel()
				mem := bytes.Repeat([]byte{0xA5}, ledger.Bytes)
				binary.NativeEndian.PutUint64(mem[16:], head)
				binary.NativeEndian.PutUint64(mem[24:], tail)
				_ = ledger.Read(mem)
				w := ledger.NewWriter(mem)
				for n := range 500 {
					w.Keep(result(n))
				}
				got := ledger.Read(mem)
				require.NotEmpty(t, got)
				require.Equal(t, result(499), got[len(got)-1])
			})
		}
	}
}

// FuzzRead reads whatever a plugin may have made of a ledger, and goes on to
// write into it.
func FuzzRead(f *testing.F) {
	mem := make([]byte, ledger.Bytes)
	w := ledger.NewWriter(mem)
	for n := range 5 {
		w.Keep(result(n))
	}
	f.Add(mem[:400], 0)
	f.Add(mem[:400], ledger.Bytes-400)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		mem := make([]byte, ledger.Bytes)
		copy(mem, data[:min(len(data), 32)])
		if at >= 0 && at < len(mem) {
			copy(mem[at:], data)
		}
		total := 0
		for _, r := range ledger.Read(mem) {
			total += len(r.Output) + len(r.Failure) + len(r.ContentType)
		}
		require.LessOrEqual(t, total, ledger.Bytes)
		w := ledger.NewWriter(mem)
		for n := range 100 {
			w.Keep(result(n))
		}
		_ = ledger.Read(mem)
	})
}

func BenchmarkKeep(b *testing.B) {
	w := ledger.NewWriter(make([]byte, ledger.Bytes))
	r := ledger.Result{Elapsed: time.Microsecond, Output: []byte("4711")}
	b.ReportAllocs()
	for b.Loop() {
		r.Seq++
		w.Keep(r)
	}
}

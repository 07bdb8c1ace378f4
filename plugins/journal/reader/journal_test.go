package reader_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

func TestALine(t *testing.T) {
	t.Parallel()
	e, err := reader.Decode([]byte(line(7)))
	require.NoError(t, err)
	require.Equal(t, reader.Entry{Source: "/signalbox/ref/1", Type: reader.TypeResult, Seq: 7, Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Run: "r",
		Task: "double", Future: 7, Attempt: 1, Worker: 0, Elapsed: 1500 * time.Microsecond, Events: []string{"on_future_done", "on_future_result", "on_done", "on_result"},
		ContentType: "application/json", Data: []byte(`{"x":7}`), IsJSON: true, Line: []byte(line(7)[:len(line(7))-1])}, e)
	require.True(t, e.Record())
	var data struct{ X int }
	require.NoError(t, e.Decode(&data))
	require.Equal(t, 7, data.X)
	require.ErrorContains(t, e.Decode(new(string)), "the data of result 7: json: ")
}

func TestFilesAreReadInOrder(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			path := folder(t, map[string]string{"j.000002": f.write(lines(1, 10)), "j.000010": f.write(lines(11, 20)) + f.write(lines(21, 25)), "j": f.write(lines(26, 30)),
				"j.000001.gz": "no journal", "j.1": "nor this", "j.0000011": "nor this", "other": "nor this"})
			j := open(t, path)
			seqs, err := read(j)
			require.NoError(t, err)
			require.Equal(t, count(1, 30), seqs)
			require.Zero(t, j.Torn())
		})
	}
}

func TestRotatedFilesWithoutTheLast(t *testing.T) {
	t.Parallel()
	path := folder(t, map[string]string{"j.000001": lines(1, 10)})
	seqs, err := read(open(t, path))
	require.NoError(t, err)
	require.Equal(t, count(1, 10), seqs)
}

func TestATornEndIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			whole, more := f.write(lines(1, 3)), f.write(lines(4, 5))
			path := folder(t, map[string]string{"j": whole})
			for n := 1; n < len(more); n++ {
				if f.name == "plain" && n >= len(line(4)) {
					break // a whole line is read
				}
				require.NoError(t, os.WriteFile(path, []byte(whole+more[:n]), 0o600))
				j := open(t, path)
				seqs, err := read(j)
				require.NoError(t, err)
				require.Equal(t, count(1, 3), seqs)
				require.Equal(t, int64(n), j.Torn())

				file, err := os.Open(path)
				require.NoError(t, err)
				end, err := reader.FindEnd(file, int64(len(whole)+n))
				require.NoError(t, err)
				require.NoError(t, file.Close())
				require.Equal(t, uint64(3), end.Last.Seq)
				require.Equal(t, []any{int64(len(whole)), int64(n), f.name == "compressed"}, []any{end.Whole, end.Torn, end.Compressed})
				require.NoError(t, j.Close())
			}
		})
	}
}

func TestAnythingElseIsAnErrorThatNamesTheLine(t *testing.T) {
	t.Parallel()
	broken := frame(lines(4, 5))
	broken = broken[:len(broken)-1] + string(broken[len(broken)-1]^1) // its checksum
	for name, c := range map[string]struct {
		files map[string]string
		line  string
		text  string
	}{
		"no journal":        {map[string]string{"j": "hello\n"}, "j:1", `this is no line of a journal: it begins with "hello" and not with "{\"specversion\"`},
		"other JSON":        {map[string]string{"j": "{}\n"}, "j:1", "this is no line of a journal"},
		"in the middle":     {map[string]string{"j": lines(1, 2) + "x\n" + line(3)}, "j:3", `this is no line of a journal: it begins with "x"`},
		"half a line":       {map[string]string{"j": lines(1, 2) + line(3)[:200] + "\n" + line(4)}, "j:3", "unexpected end of JSON input"},
		"other type":        {map[string]string{"j": reader.LinePrefix + `1","type":"x"}` + "\n"}, "j:1", `its type is "x"`},
		"no number":         {map[string]string{"j": reader.LinePrefix + `1","type":"io.github.signalbox-go.x","sequence":"x"}` + "\n"}, "j:1", `its sequence is "x", which is no number`},
		"no time":           {map[string]string{"j": reader.LinePrefix + `1","type":"io.github.signalbox-go.x","sequence":"1","elapsed":"-1"}` + "\n"}, "j:1", `its elapsed is "-1", which is no number of seconds`},
		"torn and rotated":  {map[string]string{"j.000001": lines(1, 2) + "{", "j": line(3)}, "j.000001:3", "it is torn, and another file follows"},
		"no frame":          {map[string]string{"j": frame(lines(1, 3)) + "hello there, this is not it"}, "j:4", "it is no zstd frame, at byte"},
		"broken frame":      {map[string]string{"j": frame(lines(1, 3)) + broken}, "j:4", "its zstd frame at byte"},
		"half a line, zstd": {map[string]string{"j": frame(lines(1, 3)) + frame("{")}, "j:4", "does not end with a line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := folder(t, c.files)
			_, err := read(open(t, path))
			require.ErrorContains(t, err, path[:len(path)-1]+c.line+": ")
			require.ErrorContains(t, err, c.text)
			var at *reader.LineError
			require.ErrorAs(t, err, &at)
			_, err = open(t, path).Last(100)
			require.ErrorContains(t, err, c.line+": ")
		})
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	path := folder(t, nil)
	_, err := reader.Open(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)
	_, err = reader.Open(path + "/no/folder")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = reader.Open(t.TempDir())
	require.ErrorContains(t, err, "is no regular file")
}

func TestLast(t *testing.T) {
	t.Parallel()
	path := folder(t, map[string]string{"j.000001": lines(1, 10), "j": lines(11, 15)})
	for _, n := range []int{0, 1, 4, 7, 15, 20} {
		last, err := open(t, path).Last(n)
		require.NoError(t, err)
		var seqs []uint64
		for _, e := range last {
			seqs = append(seqs, e.Seq)
		}
		require.Equal(t, count(uint64(max(1, 16-n)), 15), seqs)
	}
}

// TestItIsReadWhileItIsWrittenAndRotated has a journal grow, in pieces of
// lines, be cut off, rotated and removed under its reader.
func TestItIsReadWhileItIsWrittenAndRotated(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			path := folder(t, map[string]string{"j": f.write(lines(1, 3))})
			j := open(t, path)
			next := func(seqs []uint64) {
				t.Helper()
				got, err := read(j)
				require.NoError(t, err)
				require.Equal(t, seqs, got)
			}
			rename := func(n int) { require.NoError(t, os.Rename(path, reader.RotatedName(path, n))) }
			next(count(1, 3))
			next(nil)

			more := f.write(line(4))
			appendTo(t, path, more[:20])
			next(nil)
			require.Equal(t, int64(20), j.Torn())
			require.NoError(t, os.Truncate(path, int64(len(f.write(lines(1, 3)))))) // its writer was killed
			appendTo(t, path, more)
			next(count(4, 4))

			appendTo(t, path, f.write(lines(5, 6)))
			rename(1)
			next(count(5, 6)) // there is no other file yet
			appendTo(t, path, f.write(lines(7, 8)))
			rename(2)
			appendTo(t, path, f.write(lines(9, 10)))
			next(count(7, 10))

			// Too slow for a writer that keeps two files.
			rename(3)
			for n := 4; n < 8; n++ {
				appendTo(t, path, f.write(line(7+n)))
				rename(n)
				require.NoError(t, os.Remove(reader.RotatedName(path, n-2)))
			}
			appendTo(t, path, f.write(line(15)))
			next(count(13, 15))

			require.NoError(t, os.Remove(path)) // by somebody else
			next(nil)
			appendTo(t, path, f.write(line(16)))
			next(count(16, 16))
		})
	}
}

func TestFilesThatWereRemovedAreCounted(t *testing.T) {
	t.Parallel()
	path := folder(t, map[string]string{"j.000001": lines(1, 2), "j.000002": lines(3, 4), "j.000003": lines(5, 6), "j": lines(7, 8)})
	j := open(t, path)
	_, err := j.Next()
	require.NoError(t, err)
	for _, n := range []int{1, 2} {
		require.NoError(t, os.Remove(reader.RotatedName(path, n)))
	}
	seqs, err := read(j)
	require.NoError(t, err)
	require.Equal(t, []uint64{2, 5, 6, 7, 8}, seqs)
	require.Equal(t, 1, j.Removed())
}

func TestWaitingForMore(t *testing.T) {
	t.Parallel()
	path := folder(t, map[string]string{"j": ""})
	j := open(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for n := 1; n < 4; n++ {
		time.AfterFunc(time.Millisecond, func() { appendTo(t, path, line(n)) })
		e, err := j.Wait(ctx)
		require.NoError(t, err)
		require.Equal(t, uint64(n), e.Seq)
	}
	gone := errors.New("gone")
	stopped, stop := context.WithCancelCause(ctx)
	time.AfterFunc(time.Millisecond, func() { stop(gone) })
	_, err := j.Wait(stopped)
	require.ErrorIs(t, err, gone)
	_, err = j.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestLongLines(t *testing.T) {
	t.Parallel()
	long := line(1)[:len(line(1))-2] + fmt.Sprintf(`,"missing":"%0500000d"}`, 0) + "\n"
	for _, f := range forms() {
		path := folder(t, map[string]string{"j": f.write(long + line(2) + long)})
		j := open(t, path)
		seqs, err := read(j)
		require.NoError(t, err)
		require.Equal(t, []uint64{1, 2, 1}, seqs)
		file, err := os.Open(path)
		require.NoError(t, err)
		info, err := file.Stat()
		require.NoError(t, err)
		end, err := reader.FindEnd(file, info.Size())
		require.NoError(t, errors.Join(err, file.Close()))
		require.Equal(t, uint64(1), end.Last.Seq)
	}
}

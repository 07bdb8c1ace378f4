package reader_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// FuzzJournal reads whatever there is as a journal: it ends, with whole lines
// and perhaps an error, and its end is found where reading finds it.
func FuzzJournal(f *testing.F) {
	for _, seed := range []string{"", "{", lines(1, 2), lines(1, 2) + line(3)[:50], line(1) + "\n", frame(lines(1, 2)) + frame(line(3)), frame(line(1))[:30], frame("x\n")} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		end, endErr := reader.FindEnd(bytes.NewReader(data), int64(len(data)))
		path := filepath.Join(dir, "j")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		j, err := reader.Open(path)
		require.NoError(t, err)
		defer func() { require.NoError(t, j.Close()) }()
		var last *reader.Entry
		for e, err := range j.Entries() {
			if err != nil {
				var at *reader.LineError
				require.ErrorAs(t, err, &at)
				return
			}
			again, err := reader.Decode(e.Line)
			require.NoError(t, err)
			require.Equal(t, e, again)
			last = &again
		}
		if endErr != nil {
			require.Nil(t, last, "%v", endErr)
			return
		}
		require.Equal(t, int64(len(data)), end.Whole+end.Torn)
		require.Equal(t, j.Torn(), end.Torn)
		require.Equal(t, last == nil, end.Last == nil)
		if last != nil {
			require.Equal(t, last.Seq, end.Last.Seq)
		}
	})
}

package reader_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// line is a line of a journal, with a number.
func line(seq int) string {
	return fmt.Sprintf(`{"specversion":"1.0","source":"/signalbox/ref/1","run":"r","type":"io.github.signalbox-go.result","id":"%d","sequence":"%016d",`+
		`"time":"2026-01-02T03:04:05.000000006Z","subject":"future/%d","task":"double","future":"%d","attempt":1,"worker":0,"elapsed":"0.001500000",`+
		`"events":"on_future_done,on_future_result,on_done,on_result","datacontenttype":"application/json","data":{"x":%d}}`+"\n", seq, seq, seq, seq, seq)
}

// lines are lines with the numbers from first to last.
func lines(first, last int) string {
	b := &strings.Builder{}
	for i := first; i <= last; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

// frame is a text as a frame of zstd.
func frame(text string) string {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	return string(e.EncodeAll([]byte(text), nil))
}

// form is how text is written.
type form struct {
	name  string
	write func(string) string
}

func forms() []form {
	return []form{{"plain", func(s string) string { return s }}, {"compressed", frame}}
}

// folder is a folder with the files of a journal, by name.
func folder(t *testing.T, files map[string]string) (path string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return filepath.Join(dir, "j")
}

func open(t *testing.T, path string) *reader.Journal {
	t.Helper()
	j, err := reader.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// read reads numbers to the last whole line, or to an error.
func read(j *reader.Journal) (seqs []uint64, err error) {
	for e, err := range j.Entries() {
		if err != nil {
			return seqs, err
		}
		seqs = append(seqs, e.Seq)
	}
	return seqs, nil
}

func count(first, last uint64) (out []uint64) {
	for i := first; i <= last; i++ {
		out = append(out, i)
	}
	return out
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

package job_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a job file whose plugin is a fake.
type rig struct {
	t    *testing.T
	dir  string
	out  string // path of the results
	opts job.Options
	log  *logBuffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dir := t.TempDir()
	log := &logBuffer{}
	return &rig{t: t, dir: dir, out: filepath.Join(dir, "results.jsonl"), log: log, opts: job.Options{
		Executor: func(p job.Plugin) scheduler.Executor { return newFake(p, fakeCodes()) },
		Logger:   slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
	}}
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// common are the blocks that most jobs of the tests begin with.
func (r *rig) common() string {
	return `
plugin "p" { source = "./p" }
task "echo" {}
task "fail" {}
task "block" {}
output { path = "` + r.out + `" }
`
}

// load loads a job of the common blocks and the source.
func (r *rig) load(source string) (*job.Job, error) {
	r.t.Helper()
	path := filepath.Join(r.dir, "job.hcl")
	require.NoError(r.t, os.WriteFile(path, []byte(r.common()+source), 0o666))
	return job.Load(path, r.opts)
}

// run runs a job of the common blocks and the source.
func (r *rig) run(source string) *job.Result {
	r.t.Helper()
	j, err := r.load(source)
	require.NoError(r.t, err)
	result, err := j.Run(context.Background())
	require.NoError(r.t, err)
	return result
}

// lines returns the results that were written.
func (r *rig) lines() []string {
	r.t.Helper()
	data, err := os.ReadFile(r.out)
	require.NoError(r.t, err)
	if len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(l.buf.String(), "\r", "")
}

// newRigOptions are those of a job whose plugins are processes.
func newRigOptions() job.Options { return job.Options{Logger: slog.New(slog.DiscardHandler)} }

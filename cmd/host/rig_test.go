package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// limit is how long one run of the host may take.
const limit = time.Minute

// tasksPlugin begins the job files of most tests.
const tasksPlugin = `
plugin "tasks" {
  source  = "./tasks"
  workers = 1
}
`

// rig is a folder in which the host is run, with the programs of acts in it.
type rig struct {
	t   *testing.T
	dir string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	// Not t.TempDir: its paths are too long for sockets.
	dir, err := os.MkdirTemp("", "host-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	dir, err = filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	r := &rig{t: t, dir: dir}
	program, err := os.Executable()
	require.NoError(t, err)
	for name := range acts() {
		require.NoError(t, os.Symlink(program, r.path(name)))
	}
	for _, folder := range []string{"run", "tmp"} {
		require.NoError(t, os.Mkdir(r.path(folder), 0o700))
	}
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

func (r *rig) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(r.path(name), []byte(text), 0o666))
}

func (r *rig) read(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(r.path(name))
	require.NoError(r.t, err)
	return string(data)
}

// ran is one run of a program.
type ran struct {
	*exec.Cmd
	rig            *rig
	code           int
	stdout, stderr *printed
}

// prepare makes the run of a program of the rig's folder in it.
func (r *rig) prepare(program string, args ...string) *ran {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), limit)
	r.t.Cleanup(cancel)
	c := &ran{Cmd: exec.CommandContext(ctx, r.path(program), args...), rig: r, stdout: newPrinted(), stderr: newPrinted()}
	c.Dir, c.Stdout, c.Stderr, c.WaitDelay = r.dir, c.stdout, c.stderr, 5*time.Second
	c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+r.path("run"), "TMPDIR="+r.path("tmp"))
	return c
}

func (r *rig) start(program string, args ...string) *ran {
	r.t.Helper()
	c := r.prepare(program, args...)
	require.NoError(r.t, c.Start())
	return c
}

// end waits for the end of a run and requires that it leaves nothing behind.
func (c *ran) end() *ran {
	t := c.rig.t
	t.Helper()
	err := c.Wait()
	var exit *exec.ExitError
	require.True(t, err == nil || errors.As(err, &exit), "%v", err)
	c.code = c.ProcessState.ExitCode()
	require.Empty(t, left(t, c.rig.dir), "processes are left")
	for _, folder := range []string{"run", "tmp"} {
		entries, err := os.ReadDir(c.rig.path(folder))
		require.NoError(t, err)
		require.Empty(t, entries, "files are left in %s", folder)
	}
	return c
}

// exits requires an exit code.
func (c *ran) exits(code int) *ran {
	c.rig.t.Helper()
	require.Equal(c.rig.t, code, c.code, "%s\n%s", c.stdout, c.stderr)
	return c
}

// host runs the host to its end.
func (r *rig) host(args ...string) *ran {
	r.t.Helper()
	return r.start("host", args...).end()
}

// begin starts to run a job, with a summary.
func (r *rig) begin(job string, args ...string) *ran {
	r.t.Helper()
	r.write("job.hcl", job)
	return r.start("host", append([]string{"run", "job.hcl", "--summary", "summary.json"}, args...)...)
}

// job runs a job to its end, with a summary.
func (r *rig) job(job string, args ...string) *ran {
	r.t.Helper()
	return r.begin(job, args...).end()
}

// shown is a text without what differs from run to run.
func (r *rig) shown(text string) string { return strings.ReplaceAll(text, r.dir, "DIR") }

// summary reads the summary, which must have no other fields than these.
func (r *rig) summary() (s summary) {
	r.t.Helper()
	d := json.NewDecoder(strings.NewReader(r.read("summary.json")))
	d.DisallowUnknownFields()
	require.NoError(r.t, d.Decode(&s))
	require.False(r.t, d.More())
	return s
}

type summary struct {
	Exit     string               `json:"exit"`
	ExitCode int                  `json:"exit_code"`
	Elapsed  float64              `json:"elapsed_s"`
	Tasks    map[string]taskCount `json:"tasks"`
	Events   map[string]int       `json:"events"`
	Workers  struct {
		Started int `json:"started"`
		Lost    int `json:"lost"`
		Last    []struct {
			Plugin string `json:"plugin"`
			Worker int    `json:"worker"`
			PID    int    `json:"pid"`
			Error  string `json:"error"`
		} `json:"last_lost"`
	} `json:"workers"`
	Errors []struct {
		Task   string            `json:"task"`
		Count  int               `json:"count"`
		Kind   string            `json:"kind"`
		Sample string            `json:"sample"`
		Future uint64            `json:"future"`
		Inputs []json.RawMessage `json:"inputs"`
	} `json:"errors"`
	OtherErrors int `json:"other_errors"`
	Slowest     []struct {
		Task    string          `json:"task"`
		Future  uint64          `json:"future"`
		Elapsed float64         `json:"elapsed_s"`
		Outcome string          `json:"outcome"`
		Input   json.RawMessage `json:"input"`
	} `json:"slowest"`
	Refusals []struct {
		Task   string `json:"task"`
		Reason string `json:"reason"`
		Count  int    `json:"count"`
	} `json:"refusals"`
	Results *struct {
		Path  string `json:"path"`
		Lines int    `json:"lines"`
	} `json:"results"`
}

type taskCount struct {
	Submitted  int     `json:"submitted"`
	Results    int     `json:"results"`
	Exceptions int     `json:"exceptions"`
	Cancelled  int     `json:"cancelled"`
	Refused    int     `json:"refused"`
	Retries    int     `json:"retries"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
}

// printed is what a program prints, which a test can wait for.
type printed struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed at the next write
}

func newPrinted() *printed { return &printed{changed: make(chan struct{})} }

func (o *printed) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *printed) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// until waits until the program has printed a text n times.
func (o *printed) until(t *testing.T, n int, text string) {
	t.Helper()
	late := time.After(limit)
	for {
		o.mu.Lock()
		got, changed := o.text.String(), o.changed
		o.mu.Unlock()
		if strings.Count(got, text) >= n {
			return
		}
		select {
		case <-changed:
		case <-late:
			require.FailNow(t, fmt.Sprintf("%q was not printed %d times", text, n), "%s", got)
		}
	}
}

// line is one line of the results.
type line struct {
	Task      string          `json:"task"`
	Input     json.RawMessage `json:"input"`
	Result    json.RawMessage `json:"result"`
	Error     string          `json:"error"`
	Cancelled bool            `json:"cancelled"`
}

// lines reads results, which must have no other fields than these, and be
// complete.
func (r *rig) lines(name string) (lines []line) {
	r.t.Helper()
	for text := range strings.Lines(r.read(name)) {
		require.True(r.t, strings.HasSuffix(text, "\n"))
		var l line
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		require.NoError(r.t, d.Decode(&l), "%s", text)
		require.Equal(r.t, l.Result == nil, l.Error != "", "either a result or an error: %s", text)
		lines = append(lines, l)
	}
	return lines
}

// logged returns the log of a run with --log-format json.
func (c *ran) logged() (records []map[string]any) {
	t := c.rig.t
	t.Helper()
	for text := range strings.Lines(c.stderr.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &record), "%s", text)
		records = append(records, record)
	}
	return records
}

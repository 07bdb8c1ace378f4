package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// runHost runs the host on a job file and returns its exit code and what it
// printed.
func runHost(t *testing.T, jobFile string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, built(t, "cmd/host"), append([]string{"run", jobFile}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	require.True(t, err == nil || errors.As(err, &exit), "%v", err)
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// jobOf writes a job file elsewhere that is an example's, with some text
// replaced, and its sources by what is built of them.
func jobOf(t *testing.T, folder string, oldnew ...string) (jobFile string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "job.hcl"))
	require.NoError(t, err)
	for i := 0; i < len(oldnew); i += 2 {
		require.Contains(t, string(text), oldnew[i])
	}
	sources := regexp.MustCompile(`source( +)= "(.*)"`).ReplaceAllFunc(text, func(line []byte) []byte {
		source := regexp.MustCompile(`"(.*)"`).FindSubmatch(line)[1]
		return fmt.Appendf(nil, "source = %q", built(t, filepath.Join("examples", folder, string(source))))
	})
	jobFile = filepath.Join(t.TempDir(), "job.hcl")
	require.NoError(t, os.WriteFile(jobFile, []byte(strings.NewReplacer(oldnew...).Replace(string(sources))), 0o666))
	return jobFile
}

// checkDriver runs the job, which ends by itself when the driver has submitted
// all that it wanted to.
func checkDriver(t *testing.T, args []string) {
	t.Helper()
	summary := filepath.Join(t.TempDir(), "summary.json")
	out := run(t, append(args, "--summary", summary)...)
	require.Regexp(t, `^exhausted, `, out)
	require.Contains(t, out, "@on_empty ")
	data, err := os.ReadFile(summary)
	require.NoError(t, err)
	var sum job.Summary
	require.NoError(t, json.Unmarshal(data, &sum))
	require.EqualValues(t, 4, sum.Tasks["double"].Submitted)
	require.EqualValues(t, 4, sum.Tasks["double"].Results)
	require.EqualValues(t, 2, sum.Workers.Started)
	p := sum.Plugins["driver"]
	require.Equal(t, p.Emitted, p.Acknowledged)
	require.Zero(t, p.Restarts)
}

func TestDriverIsToldWhatItMayNot(t *testing.T) {
	t.Parallel()
	for allow, want := range map[string][]string{
		// Without submit it does not keep the run, which may end before it stops it.
		`["stop"]`: {`plugin driver may not submit: grant it with allow = [`},
		`[]`:       {`plugin driver may not submit: grant it with allow = [`, `plugin driver may not stop: grant it with allow = [`},
	} {
		_, stdout, stderr := runHost(t, jobOf(t, "driver", `["submit", "stop"]`, allow))
		require.Regexp(t, `^(exhausted|stopped), `, stdout)
		for _, text := range want {
			require.Contains(t, stderr, text)
		}
	}
}

// checkAlert runs the job, but for where it writes. That calls fail, it is
// about.
func checkAlert(t *testing.T, args []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "alerts.jsonl")
	cmd := exec.CommandContext(t.Context(), args[0], append(args[1:], "--var", "alerts="+file)...)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	require.EqualError(t, err, "exit status 1", "%s", out)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(written)), "\n")
	require.Len(t, lines, 3)
	for i, line := range lines {
		require.Contains(t, line, fmt.Sprintf(`"exceptions":%d}`, 10*(i+1)))
		require.Contains(t, line, `"task":"parse"`)
	}
}

// TestAlertPosts has the plugin post from its process.
func TestAlertPosts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var posted []float64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a map[string]any
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		posted = append(posted, a["exceptions"].(float64))
	}))
	defer server.Close()
	code, stdout, stderr := runHost(t, jobOf(t, "alert", "file  = var.alerts", fmt.Sprintf("webhook = %q", server.URL), "every = 10", "every = 10\n limit = 2"))
	require.Equal(t, 1, code, "%s\n%s", stdout, stderr)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []float64{10, 20}, posted)
}

// TestAlertsMistakes has a run not start, with a message that points at the
// line.
func TestAlertsMistakes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`file  = "/no/such/f"`: "file: it cannot be written",
		`fiel  = var.alerts`:   `there is no attribute "fiel": there are webhook, file, every, limit`,
	} {
		code, stdout, stderr := runHost(t, jobOf(t, "alert", "file  = var.alerts", line))
		require.Equal(t, 2, code, "%s\n%s", stdout, stderr)
		require.Contains(t, stderr, want)
		require.Contains(t, stderr, line, "the line is shown")
	}
}

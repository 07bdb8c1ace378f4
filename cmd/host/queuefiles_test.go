package main

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// limited is a job whose calls wait, are refused, and are attempted again, on
// real workers.
const limited = `
plugin "tasks" {
  source  = "./tasks"
  workers = 2
}
task "double" {
  priority = 1
  limiter {
    max_concurrent = 1
    on_limit       = "queue"
  }
  # Its result may be lost with the worker that die takes with it.
  retry {
    attempts = 5
    delay    = "1ms"
  }
}
task "die" {
  timeout = "1m"
  limiter { max_calls = 1 }
  retry {
    attempts = 5
    delay    = "1ms"
  }
}
on "start" {
  submit "double" {
    for_each = range(30)
    input    = each.value
  }
  submit "die" {
    for_each = [3, 4]
    input    = each.value
  }
}
on "die.call-limit-reached" { log = "not with ${event.input}" }
on "die.retry-scheduled" { log = "again after ${event.attempt}: ${event.kind}" }
output { path = "results.jsonl" }
`

func TestLimitsRetriesAndTheQueue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("queue.csv", "of another run\n")
	c := r.job(limited, "--queue-csv", "queue.csv", "--queue-plot", "queue.svg").exits(1)
	require.Contains(t, c.stderr.String(), "not with 4")
	require.Equal(t, 1, strings.Count(c.stderr.String(), "again after 1: worker-lost"))
	require.NotContains(t, c.stderr.String(), "again after 2", "two workers were enough")
	require.Contains(t, c.stdout.String(), "error of die: 2 attempts failed: ")
	require.Contains(t, c.stdout.String(), "Concurrent 0/1")
	s := r.summary()
	require.Equal(t, 30, s.Tasks["double"].Results)
	require.Equal(t, 1, s.Tasks["die"].Refused)
	require.Equal(t, 1, s.Tasks["die"].Exceptions)
	require.Equal(t, 2, s.Workers.Lost)

	rows, err := csv.NewReader(strings.NewReader(r.read("queue.csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+2+2*31, "each submit, each end, the begin and the end")
	most := 0
	for _, row := range rows[1:] {
		n := make([]int, 8)
		for i := 2; i < len(n); i++ {
			n[i], err = strconv.Atoi(row[i])
			require.NoError(t, err)
		}
		queue, running, waiting, idle := n[2], n[3], n[4], n[5]
		require.Equal(t, queue, running+waiting)
		require.Equal(t, 2, running+idle)
		most = max(most, running)
	}
	require.Positive(t, most)
	require.Equal(t, []string{"0", "0", "0", "2", "31", "0"}, rows[len(rows)-1][2:])

	// All of it is XML, with the words of the chart.
	dec := xml.NewDecoder(strings.NewReader(r.read("queue.svg")))
	var text strings.Builder
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if chars, ok := token.(xml.CharData); ok {
			text.Write(chars)
		}
	}
	for _, word := range []string{"workers", "futures", "seconds", "running", "idle", "waiting", "finished", "cancelled"} {
		require.Contains(t, text.String(), word)
	}
}

func TestQueuePlotAsPNG(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.job(tasksPlugin+submitOne("double", "1"), "--queue-plot", "QUEUE.PNG").exits(0)
	img, err := png.Decode(bytes.NewReader([]byte(r.read("QUEUE.PNG"))))
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 1000, 720), img.Bounds())
	colors := map[color.Color]int{}
	for x := range img.Bounds().Dx() {
		colors[img.At(x, 318)]++ // at the foot of the upper chart
		colors[img.At(x, 650)]++ // and of the lower
	}
	require.Positive(t, colors[color.RGBA{0x44, 0x77, 0xaa, 0xff}], "running")
}

func TestQueueFilesThatCannotBe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+submitOne("double", "1"))
	for _, c := range []struct{ flag, path, want string }{
		{"--queue-plot", "queue.pdf", `host: --queue-plot "queue.pdf": the name must end in .svg or .png, which says what is drawn`},
		{"--queue-plot", "", `host: --queue-plot "": it must be the path of a file`},
		{"--queue-csv", "-", `host: --queue-csv "-": it must be the path of a file`},
		{"--queue-csv", "job.hcl", `host: --queue-csv "job.hcl": this is the job file: choose another path`},
		{"--queue-csv", "absent/x.csv", `host: the samples of the queue cannot be written: open absent/x.csv: `},
	} {
		ran := r.host("run", "job.hcl", "--summary", "none.json", c.flag, c.path).exits(2)
		require.Contains(t, ran.stderr.String(), c.want)
		require.Empty(t, ran.stdout.String())
		require.NoFileExists(t, r.path("none.json"))
	}
	ran := r.host("run", "job.hcl", "--queue-csv", "queue.csv", "--queue-plot", "absent/x.svg").exits(2)
	require.Contains(t, ran.stderr.String(), "host: the chart of the queue cannot be written: open absent/x.svg: ")
	require.NoFileExists(t, r.path("queue.csv"), "nothing is left of a run that did not start")
	if _, err := os.Stat("/dev/full"); err == nil {
		ran := r.host("run", "job.hcl", "--queue-csv", "/dev/full").exits(1)
		require.Contains(t, ran.stderr.String(), "host: the samples of the queue cannot be written: ")
	}
}

// TestReportsHaveFilesOfTheirOwn has two reports lead to one file, on whatever
// way, and to devices and pipes, which take both.
func TestReportsHaveFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("job.hcl", tasksPlugin+submitOne("double", "1")+`output { path = "out.jsonl" }`)
	r.write("last.svg", "of the last run\n")
	require.NoError(t, os.Link(r.path("last.svg"), r.path("hard.csv")))
	require.NoError(t, os.Symlink("last.svg", r.path("symbolic.json")))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--summary", "new.json", "--queue-csv", "./run/../new.json"}, `host: --queue-csv "./run/../new.json": this is the file of --summary: choose another path`},
		{[]string{"--summary", "new.svg", "--queue-plot", "new.svg"}, `host: --queue-plot "new.svg": this is the file of --summary: choose another path`},
		{[]string{"--queue-csv", "new.svg", "--queue-plot", "new.svg"}, `host: --queue-plot "new.svg": this is the file of --queue-csv: choose another path`},
		{[]string{"--queue-csv", "hard.csv", "--queue-plot", "last.svg"}, `host: --queue-plot "last.svg": this is the file of --queue-csv: choose another path`},
		{[]string{"--summary", "symbolic.json", "--queue-csv", "hard.csv"}, `host: --queue-csv "hard.csv": this is the file of --summary: choose another path`},
		{[]string{"--summary", "out.jsonl"}, `host: --summary "out.jsonl": this is the results file: choose another path`},
	} {
		ran := r.host(append([]string{"run", "job.hcl"}, c.args...)...).exits(2)
		require.Equal(t, c.want+"\nSee 'host run --help'.\n", ran.stderr.String())
		require.Empty(t, ran.stdout.String())
	}
	require.NoFileExists(t, r.path("new.json"), "nothing is left of a run that did not start")
	require.NoFileExists(t, r.path("new.svg"))
	require.NoFileExists(t, r.path("out.jsonl"))
	require.Equal(t, "of the last run\n", r.read("last.svg"))

	r.host("run", "job.hcl", "--summary", "/dev/null", "--queue-csv", "/dev/null").exits(0)
}

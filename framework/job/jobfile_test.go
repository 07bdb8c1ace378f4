package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// page is JOBFILE.md, which these tests hold against the code.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("JOBFILE.md")
	require.NoError(t, err)
	return string(text)
}

// part returns what of the page stands between two texts.
func part(t *testing.T, begin, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(page(t), begin)
	require.True(t, found, begin)
	text, _, found := strings.Cut(rest, end)
	require.True(t, found, end)
	return text
}

// rows returns the cells of a table's rows, but for the head.
func rows(text string) (out [][]string) {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 3 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, cells[1:len(cells)-1])
	}
	return out
}

// names returns what stands in backquotes in a cell, up to a bracket.
func names(cell string) (out []string) {
	for _, m := range regexp.MustCompile("`([\\w-]+)[^`]*`").FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestPageHasAllFunctions(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, row := range rows(part(t, "\n## Functions\n", "\n## Mistakes\n")) {
		require.NotEmpty(t, row[1])
		for _, name := range names(row[0]) {
			listed[name] = true
		}
	}
	require.Equal(t, job.FunctionNames(), slices.Sorted(maps.Keys(listed)))
}

func TestPageHasAllEventsAndFields(t *testing.T) {
	t.Parallel()
	wantFields, wantOf := job.EventFields()
	fields, of := map[string][]string{}, map[string]string{}
	inEvents := map[string]bool{}
	explained := []string{}
	for _, row := range rows(part(t, "\n## Events\n", "\n## Functions\n")) {
		name := names(row[0])[0]
		if len(row) == 2 {
			explained = append(explained, name)
			continue
		}
		fields[name], of[name] = names(row[2]), row[1]
		for _, field := range fields[name] {
			inEvents[field] = true
		}
	}
	require.Equal(t, wantFields, fields)
	require.Equal(t, wantOf, of)
	require.ElementsMatch(t, slices.Collect(maps.Keys(inEvents)), explained)
}

func TestPageHasAllArguments(t *testing.T) {
	t.Parallel()
	listed := map[string][]string{}
	for name := range job.BlockArguments() {
		begin, end := "\n### `"+name, "\n#"
		switch name {
		case "stop", "submit", "limiter", "resources", "retry":
			begin, end = "\n| Argument of `"+name+"`", "\n\n"
		}
		text := part(t, begin, end)
		text, _, _ = strings.Cut(text, "\n| Argument of") // what is in a block of its own
		for _, row := range rows(text) {
			require.NotEmpty(t, row[1])
			listed[name] = append(listed[name], names(row[0])...)
		}
	}
	require.Equal(t, job.BlockArguments(), listed)
}

// TestPageShowsResults runs the page's job file and compares what it writes
// with the page's lines.
func TestPageShowsResults(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	began := make(chan struct{})
	r.opts.Executor = func(p job.Plugin) scheduler.Executor {
		return newFake(p, map[string]code{"shout": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			var input struct{ Text string }
			err := json.Unmarshal(in, &input)
			switch {
			case err != nil:
				return nil, err
			case input.Text == "":
				return nil, errors.New("there is nothing to shout")
			case input.Text == "wait":
				close(began)
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return json.Marshal(strings.ToUpper(input.Text))
		}})
	}
	path := filepath.Join(r.dir, "job.hcl")
	source := strings.Replace(part(t, "```hcl\n", "```"), "shouts.jsonl", r.out, 1)
	require.NoError(t, os.WriteFile(path, []byte(source), 0o666))
	j, err := job.Load(path, r.opts)
	require.NoError(t, err)
	go func() {
		<-began
		j.Kill("killed by signal: interrupt")
	}()
	_, err = j.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, strings.Split(strings.TrimSpace(part(t, "```json\n", "```")), "\n"), r.lines())
	require.Contains(t, r.log.String(), `cannot shout {\"text\":\"\"}: there is nothing to shout`)
}

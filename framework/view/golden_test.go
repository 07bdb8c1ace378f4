package view_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
)

var update = flag.Bool("update", false, "rewrite the golden files instead of comparing with them")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test -update writes it")
	require.Equal(t, string(want), got, "%s; go test -update rewrites it", path)
}

func render(t *testing.T, s view.Scheduler, opts view.Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, view.Render(&b, s, opts))
	return b.String()
}

func TestTreesAreGolden(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		scheduler view.Scheduler
		opts      view.Options
	}{
		"empty.txt":         {scheduler: empty()},
		"zero.txt":          {},
		"zero-ascii.txt":    {opts: view.Options{ASCII: true}},
		"midrun.txt":        {scheduler: midrun()},
		"midrun-40.txt":     {scheduler: midrun(), opts: view.Options{Width: 40}},
		"midrun-60.txt":     {scheduler: midrun(), opts: view.Options{Width: 60}},
		"midrun-200.txt":    {scheduler: midrun(), opts: view.Options{Width: 200}},
		"midrun-ascii.txt":  {scheduler: midrun(), opts: view.Options{ASCII: true}},
		"midrun-norefs.txt": {scheduler: midrun(), opts: view.Options{HideRefs: true}},
		"long.txt":          {scheduler: long()},
		"long-40.txt":       {scheduler: long(), opts: view.Options{Width: 40}},
		"long-ascii.txt":    {scheduler: long(), opts: view.Options{ASCII: true}},
		"hostile.txt":       {scheduler: hostile()},
		"hostile-ascii.txt": {scheduler: hostile(), opts: view.Options{ASCII: true}},
		"wide.txt":          {scheduler: wide(), opts: view.Options{Width: 60}},
		"wide-ascii.txt":    {scheduler: wide(), opts: view.Options{Width: 60, ASCII: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, test.scheduler, test.opts)
			golden(t, name, got)
			requireStraight(t, got, test.opts)
		})
	}
}

func TestJSONIsGolden(t *testing.T) {
	t.Parallel()

	data, err := json.MarshalIndent(midrun(), "", "  ")
	require.NoError(t, err)
	golden(t, "midrun.json", string(data)+"\n")

	var back view.Scheduler
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, midrun(), back)
}

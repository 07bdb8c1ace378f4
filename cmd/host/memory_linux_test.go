package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHowMemoryIsLimitedIsTold: only a job with a limit of memory has the log say
// by what it is enforced, once, and before anything runs.
func TestHowMemoryIsLimitedIsTold(t *testing.T) {
	t.Parallel()
	for limit, times := range map[string]int{`memory = "256MiB"`: 1, `wall_time = "1m"`: 0} {
		r := newRig(t)
		c := r.job(tasksPlugin + `
task "double" {
  resources { ` + limit + ` }
}
task "twice" {
  code = "double"
  resources { ` + limit + ` }
}
on "start" {
  submit "double" { input = 4 }
  submit "twice" { input = 4 }
}
on "double.submitted" { log = "submitted" }
`).exits(0)
		require.Equal(t, times, strings.Count(c.stderr.String(), "limits of memory are enforced"), c.stderr)
		if times > 0 {
			require.Regexp(t, `(?s)INFO.*limits of memory are enforced.*(sampling /proc every 10ms|control group).*submitted`, c.stderr.String())
		}
	}
}

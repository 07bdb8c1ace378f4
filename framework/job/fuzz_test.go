package job_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// FuzzLoad reads any text as a job file: it is a job or a list of mistakes,
// never a panic.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/mistakes/*.hcl")
	require.NoError(f, err)
	for _, path := range files {
		source, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(source)
	}
	f.Add([]byte(`
plugin "p" { source = "./p" }
task "t" {}
on "start" {
  submit "t" {
    for_each = { for k, v in merge({ a = 1 }, jsondecode("{}")) : k => [v, range(3)...] }
    input    = try(each.value.absent, each.key)
  }
}
on "t.done" {
  when = event["error"] == null && event.result[*].x != []
  stop = <<-END
    ${event.kind}
  END
}
`))
	opts := job.Options{
		Logger:   slog.New(slog.DiscardHandler),
		Executor: func(p job.Plugin) scheduler.Executor { return newFake(p, fakeCodes()) },
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		j, err := job.LoadBlind("job.hcl", source, opts)
		if err == nil {
			require.NotNil(t, j)
			return
		}
		var mistakes *job.DiagnosticsError
		require.True(t, errors.As(err, &mistakes), err)
		require.NotEmpty(t, err.Error())
	})
}

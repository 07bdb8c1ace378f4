package job_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// asNobody calls a function as a user who may not read everything, as root
// may. Only the thread changes its user, and ends with the function.
func asNobody(fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for ever
		// Who is not root already stays who he is.
		_ = syscall.Setfsuid(65534)
		fn()
	}()
	<-done
}

// TestGlobDoesNotLeaveOut is over a folder far below that cannot be read.
func TestGlobDoesNotLeaveOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, os.Chmod(filepath.Dir(r.dir), 0o755)) // of all tests' folders the testing package makes secrets
	closed := filepath.Join(r.dir, "src", "deep", "closed")
	require.NoError(t, os.MkdirAll(closed, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "src", "a.go"), nil, 0o666))
	require.NoError(t, os.Chmod(closed, 0))
	t.Cleanup(func() { require.NoError(t, os.Chmod(closed, 0o700)) })

	write := func(pattern string) string {
		path := filepath.Join(r.dir, "job.hcl")
		require.NoError(t, os.WriteFile(path, []byte(r.common()+"on \"start\" {\n  submit \"echo\" {\n    for_each = glob(\""+pattern+"\")\n  }\n}\n"), 0o666))
		return path
	}
	for _, pattern := range []string{"src/**/*.go", "src/deep/closed/*.go"} {
		path := write(pattern)
		var err error
		asNobody(func() { _, err = job.Load(path, r.opts) })
		require.ErrorContains(t, err, "job.hcl:9:22: Invalid function argument\n", pattern)
		require.ErrorContains(t, err, `pattern "`+pattern+`": `+closed+
			` cannot be read: permission denied; make it readable, or choose a pattern that does not lead there.`)
	}
	path := write("src/{*,other/**}.go")
	var err error
	asNobody(func() { _, err = job.Load(path, r.opts) })
	require.NoError(t, err, "a pattern that does not lead there")
}

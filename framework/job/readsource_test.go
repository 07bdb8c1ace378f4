package job_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := job.Load(filepath.Join(t.TempDir(), "absent.hcl"), job.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "the job file cannot be read")
}

func TestFileThatIsTooLong(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	path := filepath.Join(t.TempDir(), "job.hcl")
	source := "on \"start\" {\n  log = \"x\"\n}\n#"
	source += strings.Repeat("x", limit-len(source))
	require.NoError(t, os.WriteFile(path, []byte(source), 0o666))
	_, err := job.Load(path, newRigOptions())
	require.NoError(t, err, "as long as can be")

	require.NoError(t, os.WriteFile(path, []byte(source+"x"), 0o666))
	_, err = job.Load(path, newRigOptions())
	require.EqualError(t, err, fmt.Sprintf("job: the job file cannot be read: %s has more than %d bytes: "+
		`data belongs into files of its own, which jsondecode(file("…")) reads`, path, limit))
}

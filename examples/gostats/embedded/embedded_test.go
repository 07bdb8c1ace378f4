package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// program builds the program: it is its own worker, which the test's binary
// is not.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "embedded")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

func TestTableOfTen(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for i := range 12 {
		conditions := strings.Repeat(" && x > 0", i/2)
		write(t, filepath.Join(root, fmt.Sprintf("f%02d.go", i)),
			fmt.Sprintf("package p\n\nfunc plain() {}\n\nfunc f%d(x int) bool { return true%s }\n", i, conditions))
	}
	write(t, filepath.Join(root, "sub.go", "broken.go"), "package p\n\nfunc (t *T) m( {\n")
	write(t, filepath.Join(root, "notes.txt"), "no Go")
	want := `13 files, 63 lines, 25 functions; 1 files with syntax errors, 0 not analysed

COMPLEXITY  FUNCTION  FILE
6           f10       f10.go
6           f11       f11.go
5           f8        f08.go
5           f9        f09.go
4           f6        f06.go
4           f7        f07.go
3           f4        f04.go
3           f5        f05.go
2           f2        f02.go
2           f3        f03.go
`
	embedded := program(t)
	for _, workers := range []string{"1", "2"} {
		out, err := exec.CommandContext(t.Context(), embedded, "-root", root, "-workers", workers).Output()
		require.NoError(t, err)
		require.Equal(t, want, string(out), "with %s workers", workers)
	}
}

func TestRootThatIsMissing(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "missing")
	cmd := exec.CommandContext(t.Context(), program(t), "-root", root)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), root)
	require.Contains(t, string(out), "no such file or directory")
}

func TestFolderWithoutGoFiles(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), program(t), "-root", t.TempDir()).Output()
	require.NoError(t, err)
	require.Equal(t, "0 files, 0 lines, 0 functions; 0 files with syntax errors, 0 not analysed\n\nCOMPLEXITY  FUNCTION  FILE\n", string(out))
}

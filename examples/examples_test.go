package examples_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write what the examples print to testdata, instead of comparing with it")

func TestMain(m *testing.M) {
	if err := noteSources(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var err error
	if builds, err = os.MkdirTemp("", "examples-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(builds)
		os.Exit(code)
	}))
}

// builds is the folder of what built has built.
var (
	builds   string
	programs sync.Map // by folder: func() error
)

// built returns the program of a folder of the repository, which is built once.
func built(t *testing.T, folder string) (program string) {
	t.Helper()
	program = filepath.Join(builds, strings.ReplaceAll(folder, "/", "-"))
	once, _ := programs.LoadOrStore(folder, sync.OnceValue(func() error {
		cmd := exec.Command("go", "build", "-o", program, "./"+folder)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
		return nil
	}))
	require.NoError(t, once.(func() error)())
	return program
}

// noteSources opens every folder of source that the programs are built from.
// The go command keeps the outcome of a test until what it has opened changes,
// and does not know what the programs that it starts are made of.
func noteSources() error {
	for _, root := range []string{"../cmd/host", "../framework", "../plugins", "../sdk", "."} {
		err := filepath.WalkDir(root, func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			return err
		}
	}
	return nil
}

// startedByHosts are programs that are no commands.
var startedByHosts = []string{"gostats/plugin", "driver", "alert", "alert/parse"}

// TestCommandsOfReadme runs what README.md tells people to run, and compares
// all that is printed. Commands on real input, which differs from machine to
// machine, have to account for every file.
func TestCommandsOfReadme(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, command := range readmeCommands(t) {
		name := goldenName(command)
		require.False(t, seen[name], "two commands are called %s", name)
		seen[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(command)
			switch name {
			case "gostats-job-hcl":
				results := filepath.Join(t.TempDir(), "gostats.jsonl")
				checkJob(t, append(args, "--var", "out="+results), results)
			case "gostats-watched-hcl":
				out := filepath.Join(t.TempDir(), "gostats")
				checkJob(t, append(args, "--var", "out="+out, "--var", "listen=:0"), out+".jsonl")
			case "driver-job-hcl":
				checkDriver(t, args)
			case "alert-job-hcl":
				checkAlert(t, args)
			case "gostats-embedded":
				require.Regexp(t, fmt.Sprintf(`^%d files, .*, 0 not analysed\n\nCOMPLEXITY .*\n(.+\n){10}$`, goFiles(t)), run(t, args...))
			default:
				checkGolden(t, name, run(t, args...))
			}
		})
	}
	for _, folder := range mainPackages(t) {
		if !slices.Contains(startedByHosts, folder) {
			require.True(t, seen[strings.ReplaceAll(folder, "/", "-")], "README.md has no command for %s", folder)
		}
	}
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	// References differ from run to run. The line keeps its length.
	got = regexp.MustCompile(`Ref: [0-9a-f]{8} `).ReplaceAllString(got, "Ref: ........ ")
	golden := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run the test with -update if that is what it should print")
}

// checkJob runs the job word for word, but for where it writes its results.
func checkJob(t *testing.T, args []string, results string) {
	t.Helper()
	out := run(t, args...)
	written, err := os.ReadFile(results)
	require.NoError(t, err)
	found := goFiles(t)
	require.Equal(t, found, bytes.Count(written, []byte("\n")), "lines of the results, and files found")
	require.Regexp(t, fmt.Sprintf(`(?m)^ +count +%d +%[1]d +0 +0 +0 `, found), out)
	require.Contains(t, out, fmt.Sprintf("@on_future_submitted %d\n", found))
}

// goFiles counts the regular Go files of the Go installation.
func goFiles(t *testing.T) (n int) {
	t.Helper()
	root := filepath.Join(strings.TrimSpace(run(t, "go", "env", "GOROOT")), "src")
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".go") {
			n++
		}
		return err
	}))
	return n
}

// readmeCommands returns the last column of the table.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, row := range regexp.MustCompile("(?m)^\\|.*\\| `(.+)` \\|$").FindAllSubmatch(readme, -1) {
		commands = append(commands, string(row[1]))
	}
	return commands
}

// goldenName makes "when-locale-German" of "go run ./examples/when -locale
// German", and "gostats-job-hcl" of the job's.
func goldenName(command string) string {
	_, name, _ := strings.Cut(command, "examples/")
	return regexp.MustCompile(`\W+`).ReplaceAllString(name, "-")
}

func mainPackages(t *testing.T) (folders []string) {
	t.Helper()
	out := run(t, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./examples/...")
	for _, path := range strings.Fields(out) {
		_, folder, _ := strings.Cut(path, "/examples/")
		folders = append(folders, folder)
	}
	return folders
}

// run runs a command in the root of the repository and returns what it prints.
func run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = ".."
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "%v\n%s%s", args, &stdout, &stderr)
	return stdout.String()
}

package job_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGlobReturnsRegularFilesSorted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, name := range []string{"src/b.go", "src/a.go", "src/deep/er/c.go", "src/.hidden/d.go", "src/a.txt"} {
		path := filepath.Join(r.dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, nil, 0o666))
	}
	require.NoError(t, os.Mkdir(filepath.Join(r.dir, "src/not_a_file.go"), 0o777))
	require.NoError(t, os.Symlink(filepath.Join(r.dir, "src/a.go"), filepath.Join(r.dir, "src/link.go")))
	require.NoError(t, os.Symlink(r.dir, filepath.Join(r.dir, "src/loop")))

	result := r.run(`on "start" {
  submit "echo" {
    for_each = glob("src/**/*.go")
    input = { key = each.key, path = each.value }
  }
}`)
	require.Zero(t, result.ExitCode())
	var want []string
	for i, name := range []string{".hidden/d.go", "a.go", "b.go", "deep/er/c.go"} {
		in := `{"key":` + string(rune('0'+i)) + `,"path":"` + filepath.Join(r.dir, "src", name) + `"}`
		want = append(want, `{"task":"echo","input":`+in+`,"result":`+in+`}`)
	}
	require.Equal(t, want, r.lines())

	result = r.run(`on "start" {
  submit "echo" {
    input = glob("src/a.go")
  }
}`)
	require.Zero(t, result.ExitCode(), "a pattern without wildcards is a file")
	_, err := r.load("on \"start\" {\n  log = glob(\"src/link.go\")[0]\n}")
	require.ErrorContains(t, err, `no regular file matches pattern "src/link.go"`)
}

// odd is a name with all that has a meaning in patterns.
const odd = `we[i]rd {a,b} *?\`

// TestGlobTakesFoldersAsTheyAre is over a job file in a folder with such a
// name, and a variable with its path.
func TestGlobTakesFoldersAsTheyAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	// What the names would match, were they patterns.
	for _, name := range []string{"src/a.go", "weird a xx/src/not.go", "wei/src/not.go"} {
		folder := odd
		if filepath.Base(name) == "not.go" {
			folder = ""
		}
		path := filepath.Join(r.dir, folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, nil, 0o666))
	}
	root := filepath.Join(r.dir, odd)
	r.opts.Vars = map[string]string{"root": root}
	r.dir = root
	for _, pattern := range []string{
		`${globescape(var.root)}/**/*.go`,
		`${globescape(var.root)}/src/{b,a}.go`,
		`${globescape(var.root)}/src/a.go`,
		`${globescape(dirname(var.root))}/*/${globescape("src")}/a.go`,
		`src/*.go`,
		`./src/a.go`,
	} {
		result := r.run(`variable "root" {}
on "start" {
  submit "echo" { input = glob("` + pattern + `") }
}`)
		require.Zero(t, result.ExitCode(), r.log)
		want, err := json.Marshal([]string{filepath.Join(root, "src", "a.go")})
		require.NoError(t, err)
		require.Equal(t, []string{`{"task":"echo","input":` + string(want) + `,"result":` + string(want) + `}`}, r.lines(), pattern)
	}
}

// TestGlobStartsAtTheJobFile unless the path is made absolute from where the
// program runs.
func TestGlobStartsAtTheJobFile(t *testing.T) {
	r := newRig(t)
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, folder := range []string{here, r.dir} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, "src"), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "src", "a.go"), nil, 0o666))
	}
	result := r.run(`on "start" {
  submit "echo" { input = [glob("src/*"), glob("${abspath("src")}/*")] }
}`)
	require.Zero(t, result.ExitCode(), r.log)
	require.Contains(t, r.lines()[0], `"result":[["`+r.dir+`/src/a.go"],["`+here+`/src/a.go"]]`)
}

func TestGlobOfWhatIsNoFolder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "file"), nil, 0o666))
	_, err := r.load("on \"start\" {\n  log = glob(\"file/*\")[0]\n}")
	require.ErrorContains(t, err, `pattern "file/*": `+filepath.Join(r.dir, "file")+
		` cannot be read: not a directory; make it readable, or choose a pattern that does not lead there.`)
}

package archtest_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// reference is what no file may point to.
type reference struct {
	pattern *regexp.Regexp
	why     string
}

// references lead to what a reader of a clone does not have. The brackets keep
// this file from finding itself.
var references = []reference{
	{regexp.MustCompile(`\.\./[s]hared\b`), "a folder beside the repository is not in a clone"},
	{regexp.MustCompile(`(^|[^\w.~/-])/([w]ork|[r]oot)/`), "a path of one machine says nothing on another"},
	{regexp.MustCompile(`\b([p]roxy|[s]um|[i]ndex)\.golang\.org\b|\b[g]oproxy\.(io|cn)\b|\b[r]egistry\.npmjs\.org\b|\b[p]ypi\.org\b`),
		"where the go command gets modules from is its own setting"},
}

// written are the endings and names of files that people write. What programs
// leave in a checkout, such as results, is none of them.
var (
	writtenEndings = []string{".go", ".hcl", ".json", ".md", ".mod", ".proto", ".sh", ".txt", ".yaml", ".yml"}
	writtenNames   = []string{".gitignore", "LICENSE", "Makefile", "run"}
)

func TestNothingRefersElsewhere(t *testing.T) {
	t.Parallel()
	problems, err := checkReferences(os.DirFS(filepath.Join("..", "..")))
	if err != nil {
		t.Fatalf("archtest: reading the repository: %v", err)
	}
	report(t, problems)
}

// TestReferencesBite plants what the rule forbids, next to what it allows.
func TestReferencesBite(t *testing.T) {
	t.Parallel()
	join := func(parts ...string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(strings.Join(parts, ""))} }
	problems, err := checkReferences(fstest.MapFS{
		"a/a.go":           join("package a\n// see ../", "shared/NOTES.md\n"),
		"nested/go.mod":    join("module nested // from https://pro", "xy.golang.org/x\n"),
		"README.md":        join("cd /w", "ork/main\n", "or \"/r", "oot/go\"\n"),
		".ci/run":          join("GOPROXY=https://goproxy", ".io\n"),
		"testdata/out.txt": join("path=/wo", "rk/x\n"),
		// What is allowed.
		".git/config":  join("/wo", "rk/main\n"),
		"out.jsonl":    join("{\"path\": \"/ro", "ot/x.go\"}\n"),
		"pic.go":       join("\x00 /wo", "rk/x\n"),
		"docs/good.md": join("a/wo", "rk/b, ./wo", "rk/c, ../sharedness, ~/wo", "rk/, /wo", "rks/, golang.org/x/sys, pkg.go.dev\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, problem := range problems {
		at, _, _ := strings.Cut(problem, " ")
		got = append(got, at)
	}
	want := []string{".ci/run:1", "README.md:1", "README.md:2", "a/a.go:2", "nested/go.mod:1", "testdata/out.txt:1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want problems at %q", problems, want)
	}
}

func checkReferences(root fs.FS) (problems []string, err error) {
	written := func(name string) bool {
		return slices.Contains(writtenEndings, path.Ext(name)) || slices.Contains(writtenNames, path.Base(name))
	}
	err = eachLine(root, written, func(at string, line []byte) {
		for _, r := range references {
			if found := r.pattern.Find(line); found != nil {
				problems = append(problems, fmt.Sprintf("%s refers to %q: %s", at, bytes.TrimSpace(found), r.why))
			}
		}
	})
	return problems, err
}

package archtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// conflictMarker begins the line that git puts before, or behind, the two
// versions of a conflict. The line between them also underlines headings.
var conflictMarker = regexp.MustCompile(`^(<{7}|>{7})( |\r?\n|$)`)

func TestNoMergeConflictIsLeft(t *testing.T) {
	t.Parallel()
	problems, err := checkConflicts(os.DirFS(filepath.Join("..", "..")))
	if err != nil {
		t.Fatalf("archtest: reading the repository: %v", err)
	}
	report(t, problems)
}

// TestConflictsBite plants what the rule forbids, next to what it allows.
func TestConflictsBite(t *testing.T) {
	t.Parallel()
	before, behind := strings.Repeat("<", 7), strings.Repeat(">", 7)
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	problems, err := checkConflicts(fstest.MapFS{
		"a/README.md":       file("a\n" + before + " HEAD\nb\n=======\nc\n" + behind + " other\n"),
		"a/testdata/x.svg":  file(before + "\r\n"),
		"nested/.ci/config": file("x\n" + behind),
		// What is allowed.
		".git/rebase/x": file(before + " HEAD\n"),
		"heading.md":    file("Heading\n=======\n"),
		"inside.go":     file("// " + before + " HEAD\n//" + behind + "\n" + before + "< x\n" + behind[:6] + " y\n"),
		"pic.png":       file("\x00\n" + before + " HEAD\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, problem := range problems {
		at, _, _ := strings.Cut(problem, " ")
		got = append(got, at)
	}
	want := []string{"a/README.md:2", "a/README.md:6", "a/testdata/x.svg:1", "nested/.ci/config:2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want problems at %q", problems, want)
	}
}

func checkConflicts(root fs.FS) (problems []string, err error) {
	all := func(string) bool { return true }
	err = eachLine(root, all, func(at string, line []byte) {
		if conflictMarker.Match(line) {
			problems = append(problems, at+" is left of a merge conflict: keep what is right of both versions, and no marker")
		}
	})
	return problems, err
}

package archtest_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// conformance is the one package that may skip, and once: its suite has a
// table of what an executor does not claim to do.
const conformance = "framework/executor/executortest"

// excuse is the comment that allows a sleep on its line, with the reason.
var excuse = regexp.MustCompile(`^// not synchronisation: \S`)

func TestNoTestIsSkipped(t *testing.T) {
	t.Parallel()
	report(t, checkSkips(packages(t)))
}

func TestNoTestSynchronisesBySleeping(t *testing.T) {
	t.Parallel()
	report(t, checkSleeps(packages(t)))
}

func checkSkips(pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		var skips []string
		for _, f := range p.files {
			if !f.test && !p.kit() {
				continue
			}
			ast.Inspect(f.syntax, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok && isSkip(call) {
					skips = append(skips, f.at(call))
				}
				return true
			})
		}
		if p.path == conformance && len(skips) <= 1 {
			continue
		}
		for _, at := range skips {
			problems = append(problems, fmt.Sprintf(
				"%s skips: a test that can pass without running proves nothing; only the table of %s may, in one place", at, conformance))
		}
	}
	return problems
}

func isSkip(call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	on, _ := selector.X.(*ast.Ident)
	switch selector.Sel.Name {
	case "SkipNow", "Skipf":
		return true
	case "Skip":
		// Other types may have a method of this name.
		return on != nil && slices.Contains([]string{"t", "b", "f", "tb", "tt"}, on.Name)
	case "Short":
		return on != nil && on.Name == "testing"
	}
	return false
}

func checkSleeps(pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		for _, f := range p.files {
			if !f.test && !p.kit() {
				continue
			}
			for _, sleep := range sleeps(f) {
				problems = append(problems, fmt.Sprintf("%s sleeps outside a synctest bubble: wait for what is meant; "+
					"where a sleep is the subject, say so behind it: // not synchronisation: why", f.at(sleep)))
			}
		}
	}
	return problems
}

// sleeps finds calls of time.Sleep that stand neither in a function literal
// given to synctest.Test nor before an excuse on the same line.
func sleeps(f *file) (found []ast.Node) {
	timeName, synctestName := importName(f, "time"), importName(f, "testing/synctest")
	excused := map[int]bool{}
	for _, group := range f.syntax.Comments {
		for _, comment := range group.List {
			if excuse.MatchString(comment.Text) {
				excused[f.set.Position(comment.Pos()).Line] = true
			}
		}
	}
	ast.Inspect(f.syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if ok && isName(selector, timeName, "Sleep") && !excused[f.set.Position(selector.Pos()).Line] {
			found = append(found, selector)
		}
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		function, ok := call.Fun.(*ast.SelectorExpr)
		return !ok || !isName(function, synctestName, "Test")
	})
	return found
}

func isName(selector *ast.SelectorExpr, pkg, name string) bool {
	on, ok := selector.X.(*ast.Ident)
	return ok && pkg != "" && on.Name == pkg && selector.Sel.Name == name
}

// importName is what the file calls a package, empty if it does not import it.
func importName(f *file, path string) string {
	for _, spec := range f.syntax.Imports {
		if spec.Path.Value != strconv.Quote(path) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[strings.LastIndex(path, "/")+1:]
	}
	return ""
}

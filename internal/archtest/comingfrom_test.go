package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// comingFrom is the page that maps AMLTK's names to those of this module. The
// second column of its tables holds Go names in backquotes, or says that
// something is not here.
const comingFrom = "framework/COMING_FROM_AMLTK.md"

// mapped are the packages whose names the page may use, by the names that
// programs call them.
var mapped = map[string]string{
	"event":     "framework/event",
	"scheduler": "framework/scheduler",
	"task":      "framework/task",
	"view":      "framework/view",
	"live":      "framework/view/live",
	"process":   "framework/executor/process",
	"local":     "framework/executor/local",
	"limiter":   "framework/extension/limiter",
	"resources": "framework/extension/resources",
	"comm":      "framework/extension/comm",
	"monitor":   "framework/monitor",
	"sdk":       "sdk",
}

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	chain  = regexp.MustCompile(`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*`)
	goCode = regexp.MustCompile("(?s)```go\n(.*?)```")
	code   = regexp.MustCompile("(?s)```.*?```")
)

func TestComingFromAMLTKNamesWhatExists(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(comingFrom)))
	if err != nil {
		t.Fatal(err)
	}
	report(t, checkComingFrom(string(page), packages(t)))
}

// TestComingFromBites holds the check against a page with mistakes.
func TestComingFromBites(t *testing.T) {
	t.Parallel()
	pkgs, err := readModule(fstest.MapFS{
		"framework/event/e.go": {Data: []byte("package event\ntype T[X any] struct{ F, g int }\nfunc (*T[X]) M() {}\n" +
			"type I interface{ N() }\nconst (\nC = 1\nd = 2\n)\nfunc New() {}\n")},
		"framework/event/e_test.go": {Data: []byte("package event\nfunc OnlyInTests() {}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(`
text 'event.New', 'event.Old', 'amltk.Whatever', 'Task.python' and 'T.Gone'

| AMLTK | here | remarks |
| --- | --- | --- |
| 'event.Python' | 'event.New', 'T.M', 'event.T.F', 'I.N', 'event.C' | 'event.C' |
| 'a' | not here, because | 'event.Gone' |
| 'b' | elsewhere | |
| 'c' | 'event.d', 'T.g', 'event.T.X', 'event.OnlyInTests' | |
| 'd' | 'New' | |
| 'e' | 's.OnStart' | |
| 'f' | 'event.New' |

'''go
package main

import e "`+modulePath+`/framework/event"

func main() { e.New(); e.Nothing(); task.Other() }
'''

'''python
event.Python()
'''
`, "'", "`")
	want := []string{
		":7: `a`: event has no Gone",
		":8: `b`: says neither what it is here nor that it is \"not here\"",
		":9: `c`: event has no d", ":9: `c`: no package has T.g", ":9: `c`: event has no T.X", ":9: `c`: event has no OnlyInTests",
		":10: `d`: New is to stand with its package or type",
		":11: `e`: s.OnStart is to stand with its package or type",
		":12: the row has 2 columns, not 3",
		"event has no Old", "no package has T.Gone",
		"Go example: event has no Nothing",
	}
	got := checkComingFrom(page, pkgs)
	if len(got) != len(want) {
		t.Fatalf("got %d problems, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("problem %d is %q, which has no %q", i, got[i], want[i])
		}
	}
	if got := checkComingFrom("no tables", pkgs); len(got) != 1 {
		t.Errorf("a page without tables: got %q", got)
	}
}

func checkComingFrom(page string, pkgs []pkg) (problems []string) {
	names := exportedNames(pkgs)
	rows := 0
	var rest []string
	text := code.ReplaceAllStringFunc(page, func(block string) string { return strings.Repeat("\n", strings.Count(block, "\n")) })
	for i, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			rest = append(rest, line)
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		theirs := strings.TrimSpace(cells[0])
		if theirs == "AMLTK" || strings.HasPrefix(theirs, "---") {
			continue
		}
		rows++
		at := fmt.Sprintf("%s:%d: ", comingFrom, i+1)
		if len(cells) != 3 {
			problems = append(problems, fmt.Sprintf("%sthe row has %d columns, not 3", at, len(cells)))
			continue
		}
		at += theirs + ": "
		here, remarks := strings.TrimSpace(cells[1]), cells[2]
		if !quoted.MatchString(here) && !strings.HasPrefix(here, "not here") {
			problems = append(problems, at+"says neither what it is here nor that it is \"not here\"")
		}
		problems = append(problems, names.check(at, here, true)...)
		problems = append(problems, names.check(at, remarks, false)...)
	}
	if rows == 0 {
		problems = append(problems, comingFrom+" has no tables: this check looks for rows that begin with |")
	}
	problems = append(problems, names.check(comingFrom+": ", strings.Join(rest, "\n"), false)...)
	for _, block := range goCode.FindAllStringSubmatch(page, -1) {
		problems = append(problems, names.checkGo(block[1])...)
	}
	return problems
}

// knownNames are the exported names of packages, such as "New", "Task" and
// "Task.Submit", by the names of the packages.
type knownNames map[string]map[string]bool

// check looks up the names that stand in backquotes: those that begin with one
// of our packages, and Type.Member, whose Member is in lower case in Python.
// Where strict, every exported name must be one of ours.
func (k knownNames) check(at, text string, strict bool) (problems []string) {
	for _, span := range quoted.FindAllStringSubmatch(text, -1) {
		for _, name := range chain.FindAllString(span[1], -1) {
			first, rest, _ := strings.Cut(name, ".")
			exported := ast.IsExported(rest)
			switch {
			case k[first] != nil && (exported || strict && rest != ""):
				if !k[first][rest] {
					problems = append(problems, fmt.Sprintf("%s%s has no %s", at, first, rest))
				}
			case ast.IsExported(first) && (exported || strict && rest != ""):
				if !k.any(name) {
					problems = append(problems, fmt.Sprintf("%sno package has %s", at, name))
				}
			case strict && (exported || ast.IsExported(first)):
				problems = append(problems, fmt.Sprintf("%s%s is to stand with its package or type", at, name))
			}
		}
	}
	return problems
}

func (k knownNames) any(name string) bool {
	for _, names := range k {
		if names[name] {
			return true
		}
	}
	return false
}

// checkGo looks up what a program takes from our packages.
func (k knownNames) checkGo(source string) (problems []string) {
	syntax, err := parser.ParseFile(token.NewFileSet(), "example.go", source, 0)
	if err != nil {
		return []string{fmt.Sprintf("%s: Go example: %v", comingFrom, err)}
	}
	calls := map[string]string{} // what the program calls a package: our name
	f := &file{syntax: syntax}
	for ours, path := range mapped {
		if name := importName(f, modulePath+"/"+path); name != "" {
			calls[name] = ours
		}
	}
	ast.Inspect(syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		on, _ := selector.X.(*ast.Ident)
		if on != nil && calls[on.Name] != "" && !k[calls[on.Name]][selector.Sel.Name] {
			problems = append(problems, fmt.Sprintf("%s: Go example: %s has no %s", comingFrom, calls[on.Name], selector.Sel.Name))
		}
		return true
	})
	return problems
}

func exportedNames(pkgs []pkg) knownNames {
	known := knownNames{}
	for name, path := range mapped {
		known[name] = map[string]bool{} // stays empty if the package is gone
		i := slices.IndexFunc(pkgs, func(p pkg) bool { return p.path == path })
		if i < 0 {
			continue
		}
		for _, f := range pkgs[i].files {
			if f.test {
				continue
			}
			for _, decl := range f.syntax.Decls {
				for _, declared := range declaredNames(decl) {
					if !slices.ContainsFunc(strings.Split(declared, "."), func(s string) bool { return !ast.IsExported(s) }) {
						known[name][declared] = true
					}
				}
			}
		}
	}
	return known
}

// declaredNames are the names of a declaration, exported or not, with the
// methods and fields of types.
func declaredNames(decl ast.Decl) (names []string) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil {
			return []string{receiver(decl).Name + "." + decl.Name.Name}
		}
		return []string{decl.Name.Name}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
				for _, member := range members(spec.Type) {
					names = append(names, spec.Name.Name+"."+member)
				}
			}
		}
	}
	return names
}

// members are the fields of a struct and the methods of an interface, without
// what is embedded.
func members(typ ast.Expr) (names []string) {
	var fields *ast.FieldList
	switch typ := typ.(type) {
	case *ast.StructType:
		fields = typ.Fields
	case *ast.InterfaceType:
		fields = typ.Methods
	default:
		return nil
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

package analysis

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
)

// maxSyntaxErrors bounds what a file that is no Go at all has to say.
const maxSyntaxErrors = 10

// Source analyses Go source text.
func Source(src []byte) Stats {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", src, parser.ParseComments|parser.SkipObjectResolution)
	s := Stats{Bytes: len(src), Lines: lines(src), SyntaxErrors: syntaxErrors(err)}
	if file == nil {
		return s
	}
	if file.Name != nil {
		s.Package = file.Name.Name
	}
	s.Imports, s.Comments = len(file.Imports), len(file.Comments)
	ast.Inspect(file, func(n ast.Node) bool {
		if _, ok := n.(*ast.TypeSpec); ok {
			s.Types++
		}
		return true
	})
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			s.add(set, fn)
		}
	}
	return s
}

// add counts one function. Of several that are equally long or complex, the
// first is kept.
func (s *Stats) add(set *token.FileSet, fn *ast.FuncDecl) {
	name := functionName(fn)
	s.Functions++
	// Line directives are not obeyed: the lines of this file are meant.
	first, last := set.PositionFor(fn.Pos(), false).Line, set.PositionFor(fn.End(), false).Line
	if n := last - first + 1; s.LongestFunction == nil || n > s.LongestFunction.Lines {
		s.LongestFunction = &Length{Name: name, Lines: n}
	}
	c := complexity(fn)
	s.Complexity.Total += c
	if s.Complexity.Max == nil || c > s.Complexity.Max.Complexity {
		s.Complexity.Max = &Function{Name: name, Complexity: c}
	}
}

// lines counts a last line without a line break, too.
func lines(src []byte) int {
	n := bytes.Count(src, []byte("\n"))
	if len(src) > 0 && src[len(src)-1] != '\n' {
		n++
	}
	return n
}

// syntaxErrors keeps the first ten.
func syntaxErrors(err error) (texts []string) {
	if err == nil {
		return nil
	}
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	for i, e := range list {
		if i == maxSyntaxErrors {
			return append(texts, fmt.Sprintf("and %d more", len(list)-i))
		}
		texts = append(texts, e.Error())
	}
	return texts
}

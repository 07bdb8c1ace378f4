package archtest_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"testing"
)

// maxLines is the longest that a file may be. One that comes near it is two
// files.
const maxLines = 600

// fixed are methods whose meaning the standard library has fixed, so that a
// comment could only repeat it.
var fixed = map[string]bool{"Error": true, "String": true, "Unwrap": true}

func TestEachPackageHasOnePackageComment(t *testing.T) {
	t.Parallel()
	report(t, checkPackageComments(packages(t)))
}

func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	report(t, checkDocumented(packages(t)))
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	report(t, checkLengths(packages(t)))
}

func checkPackageComments(pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		var in []string
		for _, f := range p.files {
			if !f.test && f.syntax.Doc != nil {
				in = append(in, f.path)
			}
		}
		switch {
		case p.name() == "":
		case len(in) == 0:
			problems = append(problems, fmt.Sprintf("%s has no package comment: write one, in doc.go", p.path))
		case len(in) > 1:
			problems = append(problems, fmt.Sprintf("%s has more than one package comment, in %v: join them", p.path, in))
		}
	}
	return problems
}

func checkDocumented(pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		if !belowAny([]string{"framework/...", "sdk/..."}, p.path) || p.name() == "main" {
			continue
		}
		for _, f := range p.files {
			if f.test || f.generated {
				continue
			}
			for _, name := range undocumented(f.syntax) {
				problems = append(problems, fmt.Sprintf("%s: %s is exported and has no comment", f.at(name), name.Name))
			}
		}
	}
	return problems
}

func checkLengths(pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		for _, f := range p.files {
			if !f.generated && f.lines > maxLines {
				problems = append(problems, fmt.Sprintf("%s has %d lines, more than %d: split it by noun", f.path, f.lines, maxLines))
			}
		}
	}
	return problems
}

func undocumented(syntax *ast.File) (names []*ast.Ident) {
	for _, decl := range syntax.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			onExported := decl.Recv == nil || receiver(decl).IsExported() && !fixed[decl.Name.Name]
			if decl.Doc == nil && decl.Name.IsExported() && onExported {
				names = append(names, decl.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				names = append(names, undocumentedSpec(decl, spec)...)
			}
		}
	}
	return names
}

// undocumentedSpec counts the comment of a group for its constants and
// variables, which are often one thing, and not for its types.
func undocumentedSpec(decl *ast.GenDecl, spec ast.Spec) (names []*ast.Ident) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		alone := decl.Lparen == token.NoPos
		if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil && !(alone && decl.Doc != nil) {
			names = append(names, spec.Name)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() && spec.Doc == nil && spec.Comment == nil && decl.Doc == nil {
				names = append(names, name)
			}
		}
	}
	return names
}

// receiver finds the type in (r T), (r *T) and (r *T[In, Out]).
func receiver(decl *ast.FuncDecl) *ast.Ident {
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e
		default:
			return ast.NewIdent("_")
		}
	}
}

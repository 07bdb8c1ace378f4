package analysis

import (
	"go/ast"
	"go/token"
)

// functionName returns F, T.M or (*T).M.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t := ast.Unparen(fn.Recv.List[0].Type)
	pointer, isPointer := t.(*ast.StarExpr)
	if isPointer {
		t = ast.Unparen(pointer.X)
	}
	switch generic := t.(type) {
	case *ast.IndexExpr:
		t = generic.X
	case *ast.IndexListExpr:
		t = generic.X
	}
	receiver := "?" // as in a file with syntax errors
	if id, ok := t.(*ast.Ident); ok {
		receiver = id.Name
	}
	if isPointer {
		receiver = "(*" + receiver + ")"
	}
	return receiver + "." + fn.Name.Name
}

// complexity returns the cyclomatic complexity of a function, its function
// literals included.
func complexity(fn *ast.FuncDecl) int {
	n := 1
	ast.Inspect(fn, func(node ast.Node) bool {
		switch v := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if v.List != nil { // not default
				n++
			}
		case *ast.CommClause:
			if v.Comm != nil { // not default
				n++
			}
		case *ast.BinaryExpr:
			if v.Op == token.LAND || v.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

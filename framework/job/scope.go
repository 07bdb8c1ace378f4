package job

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// scope is what expressions may refer to: the functions, and for each root
// name what it is known to hold. A nil object holds anything.
type scope struct {
	functions map[string]function.Function
	roots     map[string]*object
}

// object is a root name of expressions: its value, what it holds, and what to
// say to those who ask for something else.
type object struct {
	value cty.Value
	names []string
	what  string // of one of the names, for messages
	note  string // instead of a list of names
}

// meant ends a message about something that the object does not hold.
func (o *object) meant(name string) string {
	if o.note == "" {
		return meant(name, o.names)
	}
	if best := nearest(name, o.names); best != "" {
		return fmt.Sprintf("; did you mean %q? %s", best, o.note)
	}
	return ". " + o.note
}

func (s *scope) with(name string, o *object) *scope {
	next := &scope{functions: s.functions, roots: maps.Clone(s.roots)}
	next.roots[name] = o
	return next
}

func (s *scope) context() *hcl.EvalContext {
	ctx := &hcl.EvalContext{Functions: s.functions, Variables: map[string]cty.Value{}}
	for name, o := range s.roots {
		ctx.Variables[name] = o.value
	}
	return ctx
}

// check finds what can be said about an expression without evaluating it:
// functions and variables that do not exist.
func (s *scope) check(expr hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if node, ok := expr.(hclsyntax.Node); ok {
		diags = append(diags, hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
			call, ok := n.(*hclsyntax.FunctionCallExpr)
			if !ok {
				return nil
			}
			if _, known := s.functions[call.Name]; known {
				return nil
			}
			return hcl.Diagnostics{mistake(call.NameRange, "Unknown function", "There is no function %q%s",
				call.Name, meant(call.Name, slices.Sorted(maps.Keys(s.functions))))}
		})...)
	}
	for _, t := range expr.Variables() {
		diags = append(diags, s.checkReference(t)...)
	}
	return diags
}

func (s *scope) checkReference(t hcl.Traversal) hcl.Diagnostics {
	root, ok := s.roots[t.RootName()]
	if !ok {
		if o, restricted := map[string]string{
			"event": "event can be used in on blocks only.",
			"each":  "each can be used in the input of a submit block with for_each only.",
		}[t.RootName()]; restricted {
			return hcl.Diagnostics{mistake(t.SourceRange(), "Unknown variable", "%s", o)}
		}
		hint := meant(t.RootName(), slices.Sorted(maps.Keys(s.roots)))
		if vars := s.roots["var"]; vars != nil && slices.Contains(vars.names, t.RootName()) {
			hint = "; did you mean \"var." + t.RootName() + "\"?"
		}
		return hcl.Diagnostics{mistake(t.SourceRange(), "Unknown variable", "There is no variable %q%s", t.RootName(), hint)}
	}
	name, ok := attributeOf(t)
	if !ok || slices.Contains(root.names, name) {
		return nil
	}
	return hcl.Diagnostics{mistake(t.SourceRange(), "Unknown "+root.what, "There is no %s %q%s",
		root.what, name, root.meant(name))}
}

// attributeOf returns what of its root a reference asks for.
func attributeOf(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// eval checks and evaluates. The value may be unknown.
func (s *scope) eval(expr hcl.Expression, want cty.Type) (cty.Value, hcl.Diagnostics) {
	if diags := s.check(expr); diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return evalIn(s.context(), expr, want)
}

// evalIn evaluates and converts to the type that is wanted.
func evalIn(ctx *hcl.EvalContext, expr hcl.Expression, want cty.Type) (cty.Value, hcl.Diagnostics) {
	v, diags := expr.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	out, err := convert.Convert(v, want)
	if err != nil {
		return cty.DynamicVal, append(diags, wrongType(expr.Range(), want, v.Type(), err))
	}
	return out, diags
}

func wrongType(at hcl.Range, want, got cty.Type, err error) *hcl.Diagnostic {
	detail := fmt.Sprintf("A %s is needed here, not %s", want.FriendlyName(), typeName(got))
	var inside cty.PathError
	if errors.As(err, &inside) && len(inside.Path) > 0 {
		detail += fmt.Sprintf(": %v", err)
	}
	return mistake(at, "Wrong type", "%s.", detail)
}

// typeName returns the name of a type with its article.
func typeName(t cty.Type) string {
	name := t.FriendlyName()
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

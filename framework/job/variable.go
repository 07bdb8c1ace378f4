package job

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// variables evaluates the variables of a file, each after those that it refers
// to.
type variables struct {
	l      *loader
	blocks map[string]*hcl.Block
	exprs  map[string]hcl.Expression
	values map[string]cty.Value
	broken map[string]bool
	path   []string // being evaluated, outermost first
}

func (l *loader) loadVariables(blocks hcl.Blocks) {
	l.unique(blocks, "variable")
	v := &variables{l: l, blocks: map[string]*hcl.Block{}, exprs: map[string]hcl.Expression{},
		values: map[string]cty.Value{}, broken: map[string]bool{}}
	l.scope = &scope{functions: functions(l.machine), roots: map[string]*object{"var": {value: cty.EmptyObjectVal, what: "variable"}}}
	var order []string
	for _, b := range blocks {
		name := b.Labels[0]
		if _, again := v.blocks[name]; again {
			continue
		}
		v.blocks[name] = b
		order = append(order, name)
		if attr, ok := l.content(b.Body, variableSchema()).Attributes["default"]; ok {
			v.exprs[name] = attr.Expr
		}
	}
	l.scope.roots["var"].names = order
	for _, name := range order {
		v.evaluate(name)
	}
	for name := range v.broken {
		v.values[name] = cty.DynamicVal
	}
	l.scope.roots["var"].value = cty.ObjectVal(v.values)
	for _, name := range slices.Sorted(maps.Keys(l.opts.Vars)) {
		if v.blocks[name] == nil {
			l.diags = append(l.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown variable",
				Detail: fmt.Sprintf("The job file has no variable %q%s", name, meant(name, order))})
		}
	}
}

// evaluate computes one variable. Whatever goes wrong, it is told once, and
// the variable is unknown from then on.
func (v *variables) evaluate(name string) {
	if _, done := v.values[name]; done || v.broken[name] {
		return
	}
	expr := v.exprs[name]
	given, isGiven := v.l.opts.Vars[name]
	if expr == nil {
		if isGiven {
			v.values[name] = cty.StringVal(given)
			return
		}
		v.broken[name] = true
		v.l.fail(v.blocks[name].DefRange, "Variable missing", "Variable %q has no default and was not given a value, as with --var %s=….", name, name)
		return
	}
	v.path = append(v.path, name)
	defer func() { v.path = v.path[:len(v.path)-1] }()
	for _, t := range expr.Variables() {
		other, ok := attributeOf(t)
		if t.RootName() != "var" || !ok || v.blocks[other] == nil {
			continue
		}
		if start := slices.Index(v.path, other); start >= 0 {
			cycle := append(slices.Clone(v.path[start:]), other)
			v.l.fail(t.SourceRange(), "Variables refer to each other", "Each needs the other's value first: %s.", strings.Join(cycle, " -> "))
			for _, member := range cycle {
				v.broken[member] = true
			}
			continue
		}
		v.evaluate(other)
	}
	if v.broken[name] {
		return
	}
	value, ok := v.byDefault(expr, isGiven)
	if ok && isGiven {
		value, ok = v.fromText(name, given, value)
	}
	if !ok {
		v.broken[name] = true
		return
	}
	v.values[name] = value
}

// byDefault evaluates a default. One that has been replaced only tells its
// type, and need not work on this machine.
func (v *variables) byDefault(expr hcl.Expression, replaced bool) (cty.Value, bool) {
	known := maps.Clone(v.values)
	for name := range v.blocks {
		if _, ok := known[name]; !ok {
			known[name] = cty.DynamicVal
		}
	}
	v.l.scope.roots["var"].value = cty.ObjectVal(known)
	value, diags := v.l.scope.eval(expr, cty.DynamicPseudoType)
	if replaced && !v.l.scope.check(expr).HasErrors() && diags.HasErrors() {
		return cty.DynamicVal, true
	}
	v.l.diags = append(v.l.diags, diags...)
	return value, !diags.HasErrors()
}

// fromText converts what was given from outside to the type of the default.
func (v *variables) fromText(name, text string, byDefault cty.Value) (cty.Value, bool) {
	want := byDefault.Type()
	if want == cty.DynamicPseudoType {
		want = cty.String
	}
	if want.IsPrimitiveType() {
		value, err := convert.Convert(cty.StringVal(text), want)
		if err != nil {
			v.l.given(name, text, "it must be "+typeName(want)+", as its default is")
			return cty.NilVal, false
		}
		return value, true
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "--var "+name, hcl.InitialPos)
	if !diags.HasErrors() {
		var value cty.Value
		if value, diags = expr.Value(nil); !diags.HasErrors() {
			return v.likeDefault(name, text, value, want)
		}
	}
	v.l.given(name, text, fmt.Sprintf("it must be written as in the job file, or as JSON: %s", diags[0].Summary))
	return cty.NilVal, false
}

// likeDefault refuses a value of another sort than the default's. Lists and
// objects are literals, whose exact type is that of their elements.
func (v *variables) likeDefault(name, text string, value cty.Value, want cty.Type) (cty.Value, bool) {
	got := value.Type()
	if isList(got) && isList(want) || isMap(got) && isMap(want) {
		return value, true
	}
	v.l.given(name, text, "it must be "+typeName(want)+", as its default is, not "+typeName(got))
	return cty.NilVal, false
}

func (l *loader) given(name, text, why string) {
	l.diags = append(l.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Wrong value for variable " + name,
		Detail: fmt.Sprintf("%q was given: %s.", text, why)})
}

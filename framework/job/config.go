package job

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/signalbox-go/signalbox/framework/task"
)

// configBlock is a config block.
type configBlock struct {
	at     hcl.Range
	attrs  map[string]configAttribute
	values json.RawMessage // nil if there is a mistake in it, which has been told
}

// configAttribute is one attribute of a configuration. Its value is unknown if
// there is a mistake in it.
type configAttribute struct {
	at, valueAt hcl.Range
	value       cty.Value
}

// loadConfig returns the config block among blocks, empty for none.
func (l *loader) loadConfig(blocks hcl.Blocks) (c configBlock) {
	b := l.single(blocks)
	if b == nil {
		return c
	}
	c.at, c.attrs = b.DefRange, map[string]configAttribute{}
	attrs, diags := b.Body.JustAttributes()
	l.diags = append(l.diags, diags...)
	values := map[string]cty.Value{}
	for name, attr := range attrs {
		v, diags := l.scope.eval(attr.Expr, cty.DynamicPseudoType)
		l.diags = append(l.diags, diags...)
		values[name] = v
		c.attrs[name] = configAttribute{attr.Range, attr.Expr.Range(), v}
	}
	config := cty.ObjectVal(values)
	if !config.IsWhollyKnown() {
		return c
	}
	var err error
	if c.values, err = encode(config); err != nil {
		l.fail(b.DefRange, "Wrong value", "config cannot be handed to the plugin: %v.", err)
	}
	return c
}

// misfits compares the configuration with what the plugin says that it takes.
func (a *attachBlock) misfits(fields []task.ConfigField) (diags hcl.Diagnostics) {
	known := map[string]bool{}
	var names []string
	for _, f := range fields {
		known[f.Name] = true
		names = append(names, f.Name)
		attr, given := a.config.attrs[f.Name]
		switch {
		case (!given || attr.value.IsNull()) && !f.Optional:
			diags = append(diags, a.missing(&f, attr.valueAt))
		case given && !fits(attr.value, f.Type):
			diags = append(diags, mistake(attr.valueAt, "Wrong type", "%s takes a %s, %s.", f.Name, f.Type, butIs(attr.value, f.Type)))
		}
	}
	for name, attr := range a.config.attrs {
		switch {
		case known[name]:
		case len(names) == 0:
			diags = append(diags, mistake(attr.at, "Unknown attribute", "There is no attribute %q: %s has no configuration.", name, a.Name))
		default:
			diags = append(diags, mistake(attr.at, "Unknown attribute", "There is no attribute %q%s: there are %s.", name, aside(name, names), strings.Join(names, ", ")))
		}
	}
	return diags
}

// missing says that an attribute is needed. null is where it is null.
func (a *attachBlock) missing(f *task.ConfigField, null hcl.Range) *hcl.Diagnostic {
	at, where := a.config.at, "config needs"
	if at == (hcl.Range{}) {
		at, where = a.at, a.Name+" needs a config block with"
	}
	if null != (hcl.Range{}) {
		at = null
	}
	d := mistake(at, "Argument missing", "%s %s, a %s.", where, f.Name, f.Type)
	if f.Doc != "" {
		d.Detail = strings.TrimSuffix(d.Detail, ".") + ": " + f.Doc + "."
	}
	return d
}

// fits reports whether a value is of a type that a plugin names. Words that are
// not known stand for any.
func fits(v cty.Value, word string) bool {
	if v.IsNull() || !v.IsWhollyKnown() {
		return true
	}
	t := v.Type()
	switch word {
	case "string":
		return t == cty.String
	case "duration":
		if t != cty.String {
			return false
		}
		_, err := time.ParseDuration(v.AsString())
		return err == nil
	case "bool":
		return t == cty.Bool
	case "number":
		return t == cty.Number
	case "whole number":
		if t != cty.Number {
			return false
		}
		_, accuracy := v.AsBigFloat().Int64()
		return accuracy == big.Exact
	}
	if elements, ok := strings.CutPrefix(word, "list of "); ok {
		return isList(t) && allFit(v, elements)
	}
	if elements, ok := strings.CutPrefix(word, "map of "); ok {
		return isMap(t) && allFit(v, elements)
	}
	return true
}

func isList(t cty.Type) bool { return t.IsListType() || t.IsTupleType() || t.IsSetType() }

func isMap(t cty.Type) bool { return t.IsMapType() || t.IsObjectType() }

func allFit(v cty.Value, word string) bool {
	for it := v.ElementIterator(); it.Next(); {
		if _, element := it.Element(); !fits(element, word) {
			return false
		}
	}
	return true
}

// butIs says what a value is that does not fit.
func butIs(v cty.Value, word string) string {
	t := v.Type()
	switch {
	case word == "duration" && t == cty.String:
		return fmt.Sprintf("such as \"500ms\" or \"90s\", not %q", v.AsString())
	case word == "whole number" && t == cty.Number:
		return "not " + v.AsBigFloat().Text('g', 10)
	case isList(t) && strings.HasPrefix(word, "list of "), isMap(t) && strings.HasPrefix(word, "map of "):
		_, elements, _ := strings.Cut(word, " of ")
		return "and one of its elements is no " + elements
	case isList(t):
		return "not a list"
	case isMap(t):
		return "not a map"
	}
	return "not " + typeName(t)
}

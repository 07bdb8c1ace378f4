package job

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// checkForEach finds values of for_each that have no elements to go through.
func checkForEach(expr hcl.Expression, v cty.Value) hcl.Diagnostics {
	t := v.Type()
	switch {
	case !v.IsKnown() && t == cty.DynamicPseudoType:
		return nil
	case v.IsNull():
		return hcl.Diagnostics{mistake(expr.Range(), "Value missing", "for_each needs a list, set, map or object, not null.")}
	case t.IsTupleType(), t.IsObjectType(), t.IsCollectionType():
		return nil
	}
	return hcl.Diagnostics{mistake(expr.Range(), "Wrong type", "for_each needs a list, set, map or object, not %s.", typeName(t))}
}

// eachObject is each as it can be checked before the run: the type of its
// value is that of the elements, where they have one type.
func eachObject(list cty.Value) *object {
	value := cty.DynamicVal
	if t := list.Type(); t.IsCollectionType() {
		value = cty.UnknownVal(t.ElementType())
	}
	return &object{
		value: cty.ObjectVal(map[string]cty.Value{"key": cty.DynamicVal, "value": value}),
		names: []string{"key", "value"}, what: "value of each", note: "each has key and value.",
	}
}

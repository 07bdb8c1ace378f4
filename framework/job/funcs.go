package job

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions returns what expressions may call, by name: those that compute,
// and those that look at the machine.
func functions(m *machine) map[string]function.Function {
	all := map[string]function.Function{
		// numbers
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "max": stdlib.MaxFunc,
		"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,
		"range": rangeFunc(),
		// text
		"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,
		"indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc,
		"regexall": stdlib.RegexAllFunc, "regexreplace": stdlib.RegexReplaceFunc, "replace": stdlib.ReplaceFunc,
		"split": stdlib.SplitFunc, "substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"upper": stdlib.UpperFunc,
		// collections
		"coalesce": stdlib.CoalesceFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc,
		"contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
		"flatten": stdlib.FlattenFunc, "index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "length": lengthFunc(),
		"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "reverse": stdlib.ReverseListFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
		// conversion
		"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
		"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "tonumber": stdlib.MakeToFunc(cty.Number),
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tostring": stdlib.MakeToFunc(cty.String),
		// mistakes that are expected
		"can": tryfunc.CanFunc, "try": tryfunc.TryFunc,
	}
	m.add(all)
	return all
}

// maxRange bounds what range returns, so that a slip of the pen does not take
// all memory.
const maxRange = 1_000_000

// rangeFunc is the standard range with room for more than 1024 numbers.
func rangeFunc() function.Function {
	number := func(name string) function.Parameter { return function.Parameter{Name: name, Type: cty.Number} }
	more := number("more")
	return function.New(&function.Spec{
		Params:   []function.Parameter{number("first")},
		VarParam: &more,
		Type:     function.StaticReturnType(cty.List(cty.Number)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			start, end, step := cty.Zero, args[0], cty.NumberIntVal(1)
			switch len(args) {
			case 1:
			case 2:
				start, end = args[0], args[1]
			case 3:
				start, end, step = args[0], args[1], args[2]
			default:
				return cty.NilVal, fmt.Errorf("range takes one to three numbers, not %d", len(args))
			}
			down := end.LessThan(start).True()
			if len(args) < 3 && down {
				step = cty.NumberIntVal(-1)
			}
			if step.RawEquals(cty.Zero) || step.LessThan(cty.Zero).True() != down && !end.RawEquals(start) {
				return cty.NilVal, function.NewArgErrorf(len(args)-1, "a step of %s never leads from start to end", step.AsBigFloat().Text('g', 10))
			}
			var out []cty.Value
			for n := start; ; n = n.Add(step) {
				if down && n.LessThanOrEqualTo(end).True() || !down && n.GreaterThanOrEqualTo(end).True() {
					break
				}
				if len(out) == maxRange {
					return cty.NilVal, fmt.Errorf("more than %d numbers", maxRange)
				}
				out = append(out, n)
			}
			if len(out) == 0 {
				return cty.ListValEmpty(cty.Number), nil
			}
			return cty.ListVal(out), nil
		},
	})
}

// lengthFunc counts the elements of a collection or the characters of a text.
func lengthFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t == cty.DynamicPseudoType || t == cty.String || t.IsCollectionType() || t.IsTupleType() || t.IsObjectType() {
				return cty.Number, nil
			}
			return cty.NilType, function.NewArgErrorf(0, "%s has no length: lists, sets, maps, objects and texts have", typeName(t))
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			v := args[0]
			switch {
			case !v.IsKnown():
				return cty.UnknownVal(t), nil
			case v.Type() == cty.String:
				return stdlib.Strlen(v)
			case v.Type().IsObjectType():
				return cty.NumberIntVal(int64(v.LengthInt())), nil
			}
			return stdlib.Length(v)
		},
	})
}

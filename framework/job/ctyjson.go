package job

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// encode returns v, which is known, as compact JSON. Numbers that are whole stay
// whole, however large; keys are in order.
func encode(v cty.Value) (json.RawMessage, error) {
	return appendJSON(nil, v)
}

func appendJSON(out []byte, v cty.Value) ([]byte, error) {
	if v.IsNull() {
		return append(out, "null"...), nil
	}
	switch t := v.Type(); {
	case t == cty.String:
		return appendString(out, v.AsString()), nil
	case t == cty.Number:
		return appendNumber(out, v.AsBigFloat())
	case t == cty.Bool:
		if v.True() {
			return append(out, "true"...), nil
		}
		return append(out, "false"...), nil
	case t.IsListType(), t.IsSetType(), t.IsTupleType():
		return appendElements(out, '[', ']', v)
	default: // maps and objects; expressions have values of no other type
		return appendElements(out, '{', '}', v)
	}
}

func appendElements(out []byte, open, end byte, v cty.Value) ([]byte, error) {
	out = append(out, open)
	first := true
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if !first {
			out = append(out, ',')
		}
		first = false
		if open == '{' {
			out = append(appendString(out, key.AsString()), ':')
		}
		var err error
		if out, err = appendJSON(out, element); err != nil {
			return nil, err
		}
	}
	return append(out, end), nil
}

// maxWholeBits bounds the whole numbers that are written out digit by digit.
const maxWholeBits = 1024

func appendNumber(out []byte, n *big.Float) ([]byte, error) {
	if n.IsInf() {
		return nil, errors.New("JSON has no infinity")
	}
	if n.IsInt() && n.MantExp(nil) <= maxWholeBits {
		return n.Append(out, 'f', 0), nil
	}
	// A number that came from a float64 goes out as that float64 does.
	if f, _ := n.Float64(); f != 0 && !math.IsInf(f, 0) {
		data, err := json.Marshal(f)
		return append(out, data...), err
	}
	return n.Append(out, 'g', -1), nil
}

// appendString quotes s. Paths, the everyday case, need no escape.
func appendString(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(out, s)
		}
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

func appendEscaped(out []byte, s string) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // there is a JSON form of every string
	}
	return append(out, data...)
}

// decode returns JSON as a value.
func decode(data json.RawMessage) (cty.Value, error) {
	if len(data) == 0 {
		return cty.NullVal(cty.DynamicPseudoType), nil
	}
	t, err := ctyjson.ImpliedType(data)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(data, t)
}

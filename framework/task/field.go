package task

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// maxDepth bounds the search in values that refer to themselves.
const maxDepth = 100

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

func isFloat(k reflect.Kind) bool { return k == reflect.Float32 || k == reflect.Float64 }

// unencodable returns the path of the first part of v that JSON has no form
// for, such as "points[2].x": encoding/json tells the value and not where it
// stands. It is empty if that part is v itself, or was not found.
func unencodable(v any) string {
	path, _ := search(reflect.ValueOf(v), 0)
	return strings.TrimPrefix(path, ".")
}

func search(v reflect.Value, depth int) (path string, found bool) {
	if !v.IsValid() || depth > maxDepth {
		return "", false
	}
	if t := v.Type(); t.Implements(jsonMarshaler) || t.Implements(textMarshaler) {
		if v.Kind() == reflect.Pointer && v.IsNil() || !v.CanInterface() {
			return "", false
		}
		_, err := json.Marshal(v.Interface())
		return "", err != nil
	}
	switch k := v.Kind(); k {
	case reflect.Float32, reflect.Float64:
		return "", math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return "", true
	case reflect.Pointer, reflect.Interface:
		return search(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if path, found := search(v.Index(i), depth+1); found {
				return fmt.Sprintf("[%d]%s", i, path), true
			}
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			if path, found := search(i.Value(), depth+1); found {
				return fmt.Sprintf("[%v]%s", i.Key(), path), true
			}
		}
	case reflect.Struct:
		return searchFields(v, depth)
	}
	return "", false
}

func searchFields(v reflect.Value, depth int) (path string, found bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if strings.Contains(options, "omitzero") && v.Field(i).IsZero() {
			continue
		}
		path, found := search(v.Field(i), depth+1)
		switch {
		case !found:
		case f.Anonymous && name == "":
			return path, true
		case name == "":
			return "." + f.Name + path, true
		default:
			return "." + name + path, true
		}
	}
	return "", false
}

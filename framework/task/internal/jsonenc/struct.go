package jsonenc

import (
	"reflect"
	"strings"
	"unsafe"
)

// field is one of a struct's, with what stands before its value.
type field struct {
	begin  string // such as "name":
	offset uintptr
	enc    encode
	empty  func(p unsafe.Pointer) bool // nil if it is never left out
}

func structOf(t reflect.Type, within []reflect.Type) encode {
	var fields []field
	names := map[string]bool{}
	for sf := range t.Fields() {
		tag := sf.Tag.Get("json")
		if sf.Anonymous {
			return nil // may hide others, or be hidden
		}
		if !sf.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = sf.Name
		}
		f := field{offset: sf.Offset, enc: compile(sf.Type, within)}
		if options == "omitempty" {
			if f.empty = emptiness(sf.Type); f.empty == nil {
				return nil
			}
		} else if options != "" {
			return nil
		}
		// Odd names count for nothing, and of equal ones it depends.
		if f.enc == nil || names[name] || strings.ContainsFunc(name, func(r rune) bool { return !plainInName(r) }) {
			return nil
		}
		names[name] = true
		f.begin = `"` + name + `":`
		fields = append(fields, f)
	}
	return func(b []byte, p unsafe.Pointer) ([]byte, bool) {
		b = append(b, '{')
		first := true
		for i := range fields {
			f := &fields[i]
			at := unsafe.Add(p, f.offset)
			if f.empty != nil && f.empty(at) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, f.begin...)
			var ok bool
			if b, ok = f.enc(b, at); !ok {
				return b, false
			}
		}
		return append(b, '}'), true
	}
}

func plainInName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' || r == '/' || r == ':'
}

// emptiness returns what omitempty asks of a field: whether it is false, zero,
// nil, or has no elements. It is nil for structs and floating-point numbers, of
// which other rules hold.
func emptiness(t reflect.Type) func(unsafe.Pointer) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice:
		// The length stands behind the pointer in both.
		return func(p unsafe.Pointer) bool { return *(*int)(unsafe.Add(p, unsafe.Sizeof(p))) == 0 }
	case reflect.Pointer:
		return func(p unsafe.Pointer) bool { return *(*unsafe.Pointer)(p) == nil }
	case reflect.Bool, reflect.Int8, reflect.Uint8:
		return func(p unsafe.Pointer) bool { return *(*uint8)(p) == 0 }
	case reflect.Int16, reflect.Uint16:
		return func(p unsafe.Pointer) bool { return *(*uint16)(p) == 0 }
	case reflect.Int32, reflect.Uint32:
		return func(p unsafe.Pointer) bool { return *(*uint32)(p) == 0 }
	case reflect.Int64, reflect.Uint64:
		return func(p unsafe.Pointer) bool { return *(*uint64)(p) == 0 }
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return func(p unsafe.Pointer) bool { return *(*uint)(p) == 0 }
	}
	return nil
}

package jsonenc

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"sync"
	"unsafe"
)

// encode appends the JSON of the value at p, which is of the type that it was
// made for. It reports false for what JSON has no form for.
type encode func(b []byte, p unsafe.Pointer) ([]byte, bool)

// encoders has, by type, an encode: nil for types that are not plain.
var encoders sync.Map

// scratch are buffers, so that what is returned has the size that it needs.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch is what a buffer may have grown to, in bytes, to be used again.
const maxScratch = 64 << 10

// Marshal encodes what v points to. It reports false if that is not of a plain
// type, or has a value that JSON has no form for. It is safe for use from any
// goroutine.
func Marshal[T any](v *T) (data []byte, ok bool) {
	t := reflect.TypeFor[T]()
	known, found := encoders.Load(t)
	if !found {
		known, _ = encoders.LoadOrStore(t, compile(t, nil))
	}
	enc := known.(encode)
	if enc == nil || v == nil {
		return nil, false
	}
	buf := scratch.Get().(*[]byte)
	out, ok := enc((*buf)[:0], unsafe.Pointer(v))
	if ok {
		data = append(make([]byte, 0, len(out)), out...)
	}
	if cap(out) <= maxScratch {
		*buf = out[:0]
		scratch.Put(buf)
	}
	return data, ok
}

var methods = []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()}

// compile returns nil if the type is not plain. within are the types in which it
// stands.
func compile(t reflect.Type, within []reflect.Type) encode {
	for _, m := range methods {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return nil
		}
	}
	for _, outer := range within {
		if outer == t {
			return nil
		}
	}
	within = append(within[:len(within):len(within)], t)
	switch t.Kind() {
	case reflect.Bool:
		return func(b []byte, p unsafe.Pointer) ([]byte, bool) { return strconv.AppendBool(b, *(*bool)(p)), true }
	case reflect.Int:
		return signed[int]
	case reflect.Int8:
		return signed[int8]
	case reflect.Int16:
		return signed[int16]
	case reflect.Int32:
		return signed[int32]
	case reflect.Int64:
		return signed[int64]
	case reflect.Uint:
		return unsigned[uint]
	case reflect.Uint8:
		return unsigned[uint8]
	case reflect.Uint16:
		return unsigned[uint16]
	case reflect.Uint32:
		return unsigned[uint32]
	case reflect.Uint64:
		return unsigned[uint64]
	case reflect.Uintptr:
		return unsigned[uintptr]
	case reflect.Float32:
		return func(b []byte, p unsafe.Pointer) ([]byte, bool) { return appendFloat(b, float64(*(*float32)(p)), 32) }
	case reflect.Float64:
		return func(b []byte, p unsafe.Pointer) ([]byte, bool) { return appendFloat(b, *(*float64)(p), 64) }
	case reflect.String:
		if t == reflect.TypeFor[json.Number]() {
			return nil
		}
		return func(b []byte, p unsafe.Pointer) ([]byte, bool) { return appendString(b, *(*string)(p)), true }
	case reflect.Pointer:
		return pointerTo(compile(t.Elem(), within))
	case reflect.Array:
		return arrayOf(t, compile(t.Elem(), within))
	case reflect.Slice:
		return sliceOf(t, compile(t.Elem(), within))
	case reflect.Struct:
		return structOf(t, within)
	}
	return nil
}

func signed[T int | int8 | int16 | int32 | int64](b []byte, p unsafe.Pointer) ([]byte, bool) {
	return strconv.AppendInt(b, int64(*(*T)(p)), 10), true
}

func unsigned[T uint | uint8 | uint16 | uint32 | uint64 | uintptr](b []byte, p unsafe.Pointer) ([]byte, bool) {
	return strconv.AppendUint(b, uint64(*(*T)(p)), 10), true
}

func pointerTo(elem encode) encode {
	if elem == nil {
		return nil
	}
	return func(b []byte, p unsafe.Pointer) ([]byte, bool) {
		to := *(*unsafe.Pointer)(p)
		if to == nil {
			return append(b, "null"...), true
		}
		return elem(b, to)
	}
}

func arrayOf(t reflect.Type, elem encode) encode {
	if elem == nil {
		return nil
	}
	n, size := t.Len(), t.Elem().Size()
	return func(b []byte, p unsafe.Pointer) ([]byte, bool) { return list(b, p, n, size, elem) }
}

// header is what a slice of any type is in memory.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

func sliceOf(t reflect.Type, elem encode) encode {
	if elem == nil {
		return nil
	}
	size, text := t.Elem().Size(), t.Elem().Kind() == reflect.Uint8
	return func(b []byte, p unsafe.Pointer) ([]byte, bool) {
		s := (*header)(p)
		switch {
		case s.data == nil:
			return append(b, "null"...), true
		case text:
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, unsafe.Slice((*byte)(s.data), s.len))
			return append(b, '"'), true
		}
		return list(b, s.data, s.len, size, elem)
	}
}

func list(b []byte, p unsafe.Pointer, n int, size uintptr, elem encode) ([]byte, bool) {
	b = append(b, '[')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		var ok bool
		if b, ok = elem(b, unsafe.Add(p, uintptr(i)*size)); !ok {
			return b, false
		}
	}
	return append(b, ']'), true
}

package view

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// maxValue is how many characters [Value] returns at most, the ellipsis
// included.
const maxValue = 60

// Value describes v in a few words, as it stands in a snapshot: scalars,
// strings, structs and arrays by what is in them, everything else by its type
// and, for slices, its length. struct{} is nothing at all.
//
// It follows no pointer, slice or map, so that it is safe while other
// goroutines change what v refers to. Numbers, strings and arrays of them that
// have a String method are described by it; it should return at once.
func Value(v any) string {
	if _, nothing := v.(struct{}); nothing {
		return ""
	}
	var p valuePrinter
	p.print(reflect.ValueOf(v))
	return shorten(string(p.buf))
}

// shorten cuts s to maxValue characters.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxValue {
		return s
	}
	n := 0
	for i := range s {
		if n == maxValue-1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

type valuePrinter struct{ buf []byte }

// full reports whether whatever follows would be cut off.
func (p *valuePrinter) full() bool { return len(p.buf) > maxValue*utf8.UTFMax }

func (p *valuePrinter) add(s string) { p.buf = append(p.buf, s...) }

func (p *valuePrinter) print(v reflect.Value) {
	if p.full() {
		return
	}
	if !v.IsValid() {
		p.add("nil")
		return
	}
	if p.bySelf(v) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		p.buf = strconv.AppendBool(p.buf, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.buf = strconv.AppendInt(p.buf, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.buf = strconv.AppendUint(p.buf, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		p.buf = strconv.AppendFloat(p.buf, v.Float(), 'g', -1, v.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		p.add(strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits()))
	case reflect.String:
		s := v.String()
		p.buf = strconv.AppendQuote(p.buf, s[:min(len(s), maxValue*utf8.UTFMax)])
	case reflect.Struct:
		p.printStruct(v)
	case reflect.Array:
		p.printArray(v)
	case reflect.Interface:
		p.print(v.Elem())
	default:
		p.printReference(v)
	}
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	stringerType = reflect.TypeFor[fmt.Stringer]()
)

// bySelf prints values that know how they look and refer to nothing.
func (p *valuePrinter) bySelf(v reflect.Value) bool {
	t := v.Type()
	if !v.CanInterface() || t != timeType && !(scalar(t) && t.Implements(stringerType)) {
		return false
	}
	if at, ok := v.Interface().(time.Time); ok {
		p.add(at.Format(time.RFC3339Nano))
	} else {
		p.add(fmt.Sprint(v.Interface())) // which survives a panic of String
	}
	return true
}

func scalar(t reflect.Type) bool {
	switch {
	case t.Kind() == reflect.Array:
		return scalar(t.Elem())
	case t.Kind() == reflect.String:
		return true
	}
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128
}

func (p *valuePrinter) printStruct(v reflect.Value) {
	p.add("{")
	for i := 0; i < v.NumField() && !p.full(); i++ {
		if i > 0 {
			p.add(", ")
		}
		p.add(v.Type().Field(i).Name + ": ")
		p.print(v.Field(i))
	}
	p.add("}")
}

func (p *valuePrinter) printArray(v reflect.Value) {
	p.add("[")
	for i := 0; i < v.Len() && !p.full(); i++ {
		if i > 0 {
			p.add(", ")
		}
		p.print(v.Index(i))
	}
	p.add("]")
}

func (p *valuePrinter) printReference(v reflect.Value) {
	name := TypeName(v.Type().String())
	switch {
	case v.IsNil():
		p.add("nil")
	case v.Kind() == reflect.Pointer:
		p.add("&" + TypeName(v.Type().Elem().String()) + "{…}")
	case v.Kind() == reflect.Slice:
		p.add(name + "(len " + strconv.Itoa(v.Len()) + ")")
	case v.Kind() == reflect.Map:
		p.add(name + "{…}")
	default:
		p.add(name)
	}
}

package event

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// callback tells where a function comes from.
type callback struct{ pc uintptr }

func callbackOf(fn any) callback { return callback{pc: reflect.ValueOf(fn).Pointer()} }

func (c callback) name() string {
	f := runtime.FuncForPC(c.pc)
	if f == nil {
		return "unknown"
	}
	name := f.Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	if _, inPackage, ok := strings.Cut(name, "."); ok {
		name = inPackage
	}
	if isClosure(name) {
		return c.where()
	}
	const methodValue = "-fm"
	if n := len(name) - len(methodValue); n > 0 && name[n:] == methodValue {
		name = name[:n]
	}
	return name
}

// isClosure says whether a name, without its package, is one that the compiler
// gives to function literals, which stand within a function or method, or in
// init: f.func1, T.m.func1.2, f.func1-range1, f.gowrap1.
func isClosure(name string) bool {
	if _, ok := cutNumbered(name, ".gowrap"); ok {
		return true
	}
	if outer, ok := cutNumbered(name, "-range"); ok {
		name = outer
	}
	for {
		if outer, ok := cutNumbered(name, ".func"); ok {
			// A method of a type may have such a name: (*T).func1.
			return outer != "" && outer[len(outer)-1] != ')'
		}
		outer, ok := cutNumbered(name, ".")
		if !ok {
			return false
		}
		name = outer
	}
}

// cutNumbered cuts off an end that is a word with a number.
func cutNumbered(name, word string) (before string, ok bool) {
	digits := strings.TrimRight(name, "0123456789")
	if len(digits) == len(name) {
		return "", false
	}
	return strings.CutSuffix(digits, word)
}

func (c callback) where() string {
	f := runtime.FuncForPC(c.pc)
	if f == nil {
		return "unknown"
	}
	file, line := f.FileLine(c.pc)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

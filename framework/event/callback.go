package event

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
)

// callback tells where a function comes from.
type callback struct{ pc uintptr }

func callbackOf(fn any) callback { return callback{pc: reflect.ValueOf(fn).Pointer()} }

// closure matches the names, without their package, that the compiler gives to
// function literals: they stand within a function or method, or in init.
var closure = regexp.MustCompile(`[^)]\.func\d+(\.\d+)*(-range\d+)?$|\.gowrap\d+$`)

// pkgPath matches the import path in front of a function's name.
var pkgPath = regexp.MustCompile(`^(.*/)?([^./]+)\.`)

func (c callback) name() string {
	f := runtime.FuncForPC(c.pc)
	if f == nil {
		return "unknown"
	}
	name := pkgPath.ReplaceAllString(f.Name(), "")
	if closure.MatchString(name) {
		return c.where()
	}
	const methodValue = "-fm"
	if n := len(name) - len(methodValue); n > 0 && name[n:] == methodValue {
		name = name[:n]
	}
	return name
}

func (c callback) where() string {
	f := runtime.FuncForPC(c.pc)
	if f == nil {
		return "unknown"
	}
	file, line := f.FileLine(c.pc)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

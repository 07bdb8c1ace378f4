package view

import (
	"regexp"
	"strings"
)

var (
	// importPath is what stands before a package's name in the types of other
	// types: Result[example.com/pkg.T].
	importPath = regexp.MustCompile(`(?:[\pL\pN_.~%+-]+/)+`)
	// localMark tells apart types that functions declare.
	localMark = regexp.MustCompile(`·\d+`)
	mainName  = regexp.MustCompile(`(^|[^\pL\pN_.])main\.`)
	byteSlice = regexp.MustCompile(`\[\]uint8\b`)
)

// TypeName shortens the name that package reflect gives to a type to what a
// program writes: without import paths and without the package main, with any
// and byte for what they stand for.
func TypeName(name string) string {
	name = importPath.ReplaceAllString(name, "")
	name = localMark.ReplaceAllString(name, "")
	name = mainName.ReplaceAllString(name, "$1")
	name = byteSlice.ReplaceAllString(name, "[]byte")
	name = strings.ReplaceAll(name, "interface {}", "any")
	return strings.ReplaceAll(name, "struct {}", "struct{}")
}

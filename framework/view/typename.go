package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TypeName shortens the name that package reflect gives to a type to what a
// program writes: without import paths and without the package main, with any
// and byte for what they stand for.
func TypeName(name string) string {
	var b strings.Builder
	for name != "" {
		word := name[:len(name)-len(strings.TrimLeftFunc(name, ofTypeWord))]
		name = name[len(word):]
		switch word = strings.TrimPrefix(word[strings.LastIndexByte(word, '/')+1:], "main."); {
		case word == "uint8" && strings.HasSuffix(b.String(), "[]"):
			word = "byte"
		case word == "" && strings.HasPrefix(name, localMark):
			name = strings.TrimLeft(name[len(localMark):], "0123456789")
			continue
		case word == "":
			_, size := utf8.DecodeRuneInString(name)
			word, name = name[:size], name[size:]
		}
		b.WriteString(word)
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "interface {}", "any"), "struct {}", "struct{}")
}

// localMark stands, with a number behind it, between the names of types that
// functions declare and what tells them apart.
const localMark = "·"

// ofTypeWord says whether a character may be part of a package's path, or of a
// name: the types of types have their package's whole path, as in
// Result[example.com/pkg.T].
func ofTypeWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("_.~%+-/", r)
}

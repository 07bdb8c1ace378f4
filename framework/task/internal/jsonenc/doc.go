// Package jsonenc encodes values of plain types as encoding/json does, byte by
// byte, in a third of the time: payloads are JSON unless somebody has chosen
// otherwise, so this is on the way of every task.
//
// Plain are booleans, numbers and strings, structs, arrays, slices and pointers of
// plain types, and fields with no options but names and omitempty. Whatever else
// there is, such as methods that encode, maps, interfaces, embedded fields and
// types that contain themselves, is encoding/json's: it has the last word on
// errors, too.
//
// Much of the time is that of floating-point numbers, see appendFloat.
package jsonenc

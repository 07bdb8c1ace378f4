// Package wire is the protocol between a Signalbox host and a plugin process:
// its definition, the versions of it that this module speaks, and the mapping
// of errors that cross it.
//
// The definition is proto/signalbox/v1/plugin.proto, which also says what
// each field means. Package signalboxv1 is generated from it and is never
// edited by hand; "go generate ./framework/wire", or "make generate",
// regenerates it with the pinned tools in the tools folder.
//
// # Evolution
//
// Field numbers are never reused and unknown fields are ignored, so that a
// host and a plugin of different ages understand each other. What a plugin
// can do beyond the minimum is announced by it in Welcome. [Versions] changes
// only when that is not enough.
//
// This package is a leaf: it knows no other package of the framework, so that
// plugin authors link it without linking the host.
package wire

//go:generate go -C ../.. tool -modfile=tools/go.mod buf generate

// Package peerpb is the generated code of the peers' own protocol.
package peerpb

//go:generate go tool -modfile=../../../tools/go.mod buf generate . --template buf.gen.yaml

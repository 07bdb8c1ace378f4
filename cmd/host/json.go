package main

import (
	"encoding/json"
	"io"
)

// encodeJSON writes a value for people and programs.
func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

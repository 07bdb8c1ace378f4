// Package logline is how one log record travels over a plugin's stderr: a line
// that begins with [Mark], followed by a JSON object.
//
//	{"time":"2026-08-22T10:00:00.5Z","level":"INFO","msg":"resized","task":"resize","future":12,"attrs":{"path":"a.png"}}
//
// Everything but msg may be left out, so other languages can write it by hand.
// A line is at most [MaxLine] bytes long; [Append] shortens what would not fit.
// The package imports only the standard library: plugins use it too.
package logline

package journal

import "github.com/signalbox-go/signalbox/sdk"

// NewLine returns what appends the lines of a run's records.
func NewLine(source, run string) func([]byte, *sdk.Record) []byte {
	e := &encoder{}
	e.of(source, run)
	return e.record
}

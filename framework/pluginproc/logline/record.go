package logline

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Mark is the first byte of a structured line (ASCII record separator). No
// text line begins with it by accident.
const Mark byte = 0x1e

// MaxLine is the longest line in bytes, its newline included.
const MaxLine = 64 << 10

// Record is one log record of a plugin.
type Record struct {
	Time    time.Time // zero: left out; the reader uses its own clock
	Level   slog.Level
	Message string
	Task    string      // name of the task whose code logged; "" outside of a task
	Future  uint64      // number of the future it ran for; 0 outside of a task
	Attrs   []slog.Attr // groups become nested objects, and come back flattened as "group.key"
}

// ErrNotRecord is matched by every error of [Parse]: the line is no record and
// is best shown as it is.
var ErrNotRecord = errors.New("logline: not a record")

func notRecord(why any) error { return fmt.Errorf("%w: %v", ErrNotRecord, why) }

package main

import (
	"fmt"
	"strconv"
	"strings"
)

// haltRule is a flag that says when failures end a map. The zero value is never.
type haltRule struct {
	fails int  // how many it takes, 0 for never
	now   bool // what runs is killed
}

func (h *haltRule) String() string {
	switch {
	case h.fails == 0:
		return "never"
	case h.now:
		return fmt.Sprintf("now,fail=%d", h.fails)
	}
	return fmt.Sprintf("soon,fail=%d", h.fails)
}

func (h *haltRule) Type() string { return "RULE" }

func (h *haltRule) Set(text string) error {
	when, count, counted := strings.Cut(text, ",")
	if when == "never" && !counted {
		*h = haltRule{}
		return nil
	}
	n := 1
	if counted {
		digits, ok := strings.CutPrefix(count, "fail=")
		var err error
		if n, err = strconv.Atoi(digits); !ok || err != nil || n < 1 {
			return errHalt
		}
	}
	if when != "now" && when != "soon" {
		return errHalt
	}
	*h = haltRule{fails: n, now: when == "now"}
	return nil
}

var errHalt = fmt.Errorf("it must be never, soon or now, the latter two with the number of failures that it takes if that is not 1, such as soon,fail=3")

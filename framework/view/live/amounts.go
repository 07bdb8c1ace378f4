package live

import (
	"fmt"
	"strconv"
	"time"
)

// amount writes a number with its thousands apart.
func amount(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// pace writes a rate in three digits or so.
func pace(perSecond float64) string {
	if perSecond >= 100 {
		return amount(uint64(perSecond+0.5)) + "/s"
	}
	return fmt.Sprintf("%.2g/s", perSecond)
}

// took writes how long something took: in three digits or so.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Millisecond:
		return fmt.Sprintf("%dµs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return clock(d)
}

// clock writes how long something has been going on, to the second.
func clock(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
}

// size writes a number of bytes.
func size(n int64) string {
	const unit = 1 << 10
	if n < 0 {
		return "-"
	}
	f, suffix := float64(n), "B"
	for _, s := range []string{"K", "M", "G", "T"} {
		if f < unit {
			break
		}
		f, suffix = f/unit, s
	}
	if f < 10 && suffix != "B" {
		return fmt.Sprintf("%.1f%s", f, suffix)
	}
	return fmt.Sprintf("%.0f%s", f, suffix)
}

// percent writes a share, "-" if it is not known.
func percent(share float64) string {
	if share < 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", share*100)
}

package task

import (
	"context"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// progressEvery is the time between two messages of progress of a call.
	progressEvery = 100 * time.Millisecond
	// maxProgressText is the length of Progress.Text in bytes.
	maxProgressText = 1024
)

// Number is what progress is counted in.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// ReportProgress tells the host how far the code is, with a few words of what it
// does. A total of 0 is one that is not known; what is below 0 or no finite
// number counts as 0, and text is cut off after 1024 bytes.
//
// It never waits, and may be called as often as one likes: the host is told ten
// times a second at most, and of the latest in the end. It needs no extension.
// Where ctx belongs to no call, it does nothing.
func ReportProgress[N Number](ctx context.Context, done, total N, text string) {
	if l := lineOf(ctx); l != nil {
		l.report(Progress{Done: amount(float64(done)), Total: amount(float64(total)), Text: cut(text)})
	}
}

func amount(v float64) float64 {
	if v >= 0 && !math.IsInf(v, 1) {
		return v
	}
	return 0
}

func cut(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD") // as protobuf wants it
	if len(text) <= maxProgressText {
		return text
	}
	n := maxProgressText
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// progressGate lets so much progress through and keeps the latest of the rest.
// It is guarded by line.mu.
type progressGate struct {
	last    time.Time // when some was let through
	kept    Progress
	pending bool // kept is to be told yet
	timer   *time.Timer
}

// pass takes progress and reports whether it is to be told at once; otherwise
// later is called when it may be.
func (g *progressGate) pass(p Progress, later func()) bool {
	now := time.Now()
	if wait := progressEvery - now.Sub(g.last); !g.last.IsZero() && wait > 0 {
		g.kept = p
		if !g.pending {
			g.pending = true
			g.timer = time.AfterFunc(wait, later)
		}
		return false
	}
	g.drop()
	g.last = now
	return true
}

// take returns what was kept, if it is still to be told.
func (g *progressGate) take() (Progress, bool) {
	if !g.pending {
		return Progress{}, false
	}
	g.drop()
	g.last = time.Now()
	return g.kept, true
}

func (g *progressGate) drop() {
	if g.pending {
		g.pending = false
		g.timer.Stop()
	}
}

func (l *line) report(p Progress) {
	l.posting.Lock()
	defer l.posting.Unlock()
	l.mu.Lock()
	now := !l.ended && l.progress.pass(p, l.reportLater)
	l.mu.Unlock()
	if now {
		_ = l.to.Post(l.call, Message{Kind: MessageProgress, Progress: p})
	}
}

func (l *line) reportLater() {
	l.posting.Lock()
	defer l.posting.Unlock()
	l.mu.Lock()
	p, pending := l.progress.take()
	l.mu.Unlock()
	if pending {
		_ = l.to.Post(l.call, Message{Kind: MessageProgress, Progress: p})
	}
}

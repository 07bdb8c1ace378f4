package live

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// maxPending is how many bytes may wait to be printed before who writes them
// has to wait, as it would for a slow terminal.
const maxPending = 1 << 20

// pending are lines that are to be printed above the screen.
type pending struct {
	mu    sync.Mutex
	room  sync.Cond
	buf   []byte
	there chan struct{} // has a token when there is a line
	open  bool          // somebody prints them
}

func newPending() *pending {
	p := &pending{there: make(chan struct{}, 1)}
	p.room.L = &p.mu
	return p
}

// add takes text, unless nobody prints it.
func (p *pending) add(text []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.open && len(p.buf) > maxPending {
		p.room.Wait()
	}
	if !p.open {
		return false
	}
	p.buf = append(p.buf, text...)
	if bytes.IndexByte(text, '\n') >= 0 {
		select {
		case p.there <- struct{}{}:
		default:
		}
	}
	return true
}

// take returns all whole lines.
func (p *pending) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	end := bytes.LastIndexByte(p.buf, '\n')
	if end < 0 {
		return nil
	}
	whole := string(p.buf[:end])
	p.buf = append(p.buf[:0], p.buf[end+1:]...)
	p.room.Broadcast()
	return strings.Split(whole, "\n")
}

// close returns what is left. From then on nothing is taken.
func (p *pending) close() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = false
	p.room.Broadcast()
	rest := p.buf
	p.buf = nil
	return rest
}

func (p *pending) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = true
}

// color matches what lines may steer a terminal with: how text looks.
var color = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\x1b\\[[0-9;:]*m") })

// tabStop is how far tabs go.
const tabStop = 8

// printable makes of a line the rows that it takes. What could move the cursor
// is escaped, since the screen has to know where it is.
func printable(s string, width int) []string {
	s = strings.TrimSuffix(s, "\r")
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
		s = tamed(s)
	}
	rows := []string{s}
	if width > 0 && ansi.StringWidth(s) > width {
		rows = strings.Split(ansi.Hardwrap(s, width, true), "\n")
	}
	if strings.Contains(s, "\x1b") {
		for i := range rows {
			rows[i] += ansi.ResetStyle // what follows is not to be colored
		}
	}
	return rows
}

func tamed(s string) string {
	d := newDrawing(false)
	var b strings.Builder
	for s != "" {
		plain, colored := s, ""
		if at := color().FindStringIndex(s); at != nil {
			plain, colored, s = s[:at[0]], s[at[0]:at[1]], s[at[1]:]
		} else {
			s = ""
		}
		for i, part := range strings.Split(plain, "\t") {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", tabStop-ansi.StringWidth(b.String())%tabStop))
			}
			b.WriteString(d.Clean(part))
		}
		b.WriteString(colored)
	}
	return b.String()
}

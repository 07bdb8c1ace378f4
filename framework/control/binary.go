package control

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
)

// inspect fills in what is to be known of the executables.
func (p *Plugins) inspect() {
	known := map[string]Binary{}
	for i := range p.Task {
		pid := 0
		for _, w := range p.Task[i].Workers {
			pid = max(pid, w.PID)
		}
		p.Task[i].Binary.inspect(pid, known)
	}
	for i := range p.Event {
		p.Event[i].Binary.inspect(p.Event[i].PID, known)
	}
}

// inspect reads the executable: that of the process, since there may be another
// one at its path by now.
func (b *Binary) inspect(pid int, known map[string]Binary) {
	if b.Path == "" {
		return
	}
	if before, ok := known[b.Path]; ok {
		*b = before
		return
	}
	path := b.Path
	if runtime.GOOS == "linux" && pid != 0 {
		path = fmt.Sprintf("/proc/%d/exe", pid)
	}
	f, err := os.Open(path)
	if err != nil {
		if f, err = os.Open(b.Path); err != nil {
			return
		}
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := buildinfo.Read(f); err == nil {
		b.Version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Version += " " + s.Value
			}
		}
	}
	sum := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return
	}
	if _, err := io.Copy(sum, f); err == nil {
		b.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	known[b.Path] = *b
}

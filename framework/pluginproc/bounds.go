package pluginproc

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// Freeze has the process group stand still (SIGSTOP), so that what the process
// has done when it returns is all that it has done, until Thaw or Kill. An error
// says that it does not, or not on this system, or has ended.
func (p *Process) Freeze() error { return p.launcher.child.proc.Freeze() }

// Thaw has a frozen process group go on.
func (p *Process) Thaw() { p.launcher.child.proc.Thaw() }

// LimitData bounds the private writable memory that the process may reserve
// (RLIMIT_DATA), in bytes, and returns the bound before. Linux only.
func (p *Process) LimitData(bytes uint64) (before uint64, err error) {
	return p.launcher.child.proc.LimitData(bytes)
}

// Contained tells why this process may not have plugins run in control groups
// of their own (version 2, with the memory controller); nil where it may. It is
// found out once.
func Contained() error {
	_, err := osproc.OwnGroups()
	return err
}

// group makes the control group of a process, nil for none.
func (c *Config) group() *osproc.Group {
	if !c.Contain || Contained() != nil {
		return nil
	}
	groups, _ := osproc.OwnGroups()
	g, err := groups.New()
	if err != nil {
		c.Logger.Warn("the plugin has no control group of its own", keyPlugin, c.Name, "error", err)
		return nil
	}
	return g
}

// Held is how many bytes of memory the process holds, with all that it has
// started: their own and shared memory, resident or swapped out. It is known of
// a process that has a control group of its own.
func (p *Process) Held() (bytes int64, ok bool) {
	g := p.launcher.child.proc.Group()
	if g == nil {
		return 0, false
	}
	bytes, err := g.Held()
	return bytes, err == nil
}

// Bound has the system kill the process, and all that it has started, when it
// comes to hold more than that, and a little, which is what it returns: what is
// counted is not the same to a byte. [Exit.Bounded] tells. Only a process that
// has a control group of its own can be bounded.
func (p *Process) Bound(bytes int64) (bound int64, err error) {
	g := p.launcher.child.proc.Group()
	if g == nil {
		return 0, fmt.Errorf("pluginproc: process %d has no control group of its own", p.PID())
	}
	return g.Bound(bytes)
}

// Unbound lifts what Bound has set.
func (p *Process) Unbound() error {
	if g := p.launcher.child.proc.Group(); g != nil {
		return g.Unbound()
	}
	return nil
}

// Nice levels that a process may be given.
const (
	MinNice = -20
	MaxNice = 19
)

// GivingWay returns the nice level that is by so much above that of this process,
// for [Config.Nice]: who has it gets less of a CPU that is contended for. It is 0,
// which leaves things as they are, where levels cannot be told.
func GivingWay(by int) int {
	own, ok := osproc.OwnNice()
	if !ok {
		return 0
	}
	return min(own+by, MaxNice)
}

// renice gives the process group its nice level, if one is asked for.
func (ch *child) renice(c Config) error {
	if c.Nice == 0 {
		return nil
	}
	if err := ch.proc.Renice(c.Nice); err != nil {
		return fmt.Errorf("%w (levels below that of the host need privileges)", err)
	}
	return nil
}

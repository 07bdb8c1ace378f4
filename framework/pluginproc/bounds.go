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

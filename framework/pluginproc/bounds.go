package pluginproc

import "fmt"

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

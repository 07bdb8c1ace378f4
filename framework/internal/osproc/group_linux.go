package osproc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Groups makes control groups (version 2) beside the host's own, for one child
// each. It neither moves the host nor changes what groups above are given.
type Groups struct {
	parent string
	made   atomic.Int64
}

// OwnGroups finds out, once, whether this process may have children in control
// groups that bound their memory. The error says why not.
var OwnGroups = sync.OnceValues(func() (*Groups, error) {
	g, err := FindGroups("/proc/self/cgroup", "/sys/fs/cgroup")
	if err == nil {
		err = g.try()
	}
	if err != nil {
		return nil, err
	}
	return g, nil
})

// groupPrefix begins the names of groups: it is followed by the host's process
// number, so that others can tell whose they are.
const groupPrefix = "signalbox-"

// FindGroups looks where the host could make groups. membership is a file like
// /proc/self/cgroup, root where control groups are mounted.
func FindGroups(membership, root string) (*Groups, error) {
	text, err := os.ReadFile(membership)
	if err != nil {
		return nil, fmt.Errorf("no control groups: %w", err)
	}
	own := ""
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			own = path
		}
	}
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err != nil || own == "" {
		return nil, fmt.Errorf("there are no control groups of version 2 at %s", root)
	}
	if strings.Contains(own, "..") {
		return nil, fmt.Errorf("the host's control group %s is out of its own sight", own)
	}
	parent := filepath.Join(root, filepath.Dir(own))
	control := filepath.Join(parent, "cgroup.subtree_control")
	given, err := os.ReadFile(control)
	if err != nil {
		return nil, fmt.Errorf("control groups cannot be made: %w", err)
	}
	if !slices.Contains(strings.Fields(string(given)), "memory") {
		return nil, fmt.Errorf("control groups in %s have no memory controller: %s does not name it", parent, control)
	}
	if err := unix.Access(parent, unix.W_OK); err != nil {
		return nil, fmt.Errorf("control groups in %s cannot be made: %w", parent, err)
	}
	return &Groups{parent: parent}, nil
}

// try makes a group, starts a program in it and takes it down again, after
// having removed the groups of hosts that have died.
func (g *Groups) try() error {
	for _, name := range names(g.parent) {
		number, ok := strings.CutPrefix(name, groupPrefix)
		if !ok {
			continue
		}
		number, _, _ = strings.Cut(number, "-")
		if pid, err := strconv.Atoi(number); err == nil && errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			_ = os.Remove(filepath.Join(g.parent, name)) // not if somebody lives there
		}
	}
	group, err := g.New()
	if err != nil {
		return err
	}
	defer group.Remove()
	cmd := exec.Command("true")
	setGroup(cmd)
	group.place(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("a program does not start in control group %s: %w", group.path, err)
	}
	return group.write("cgroup.kill", "1")
}

// New makes a group.
func (g *Groups) New() (*Group, error) {
	path := filepath.Join(g.parent, fmt.Sprintf("%s%d-%d", groupPrefix, os.Getpid(), g.made.Add(1)))
	if err := os.Mkdir(path, 0o755); err != nil {
		return nil, fmt.Errorf("control groups cannot be made: %w", err)
	}
	group, err := OpenGroup(path)
	if err == nil {
		// Whoever of them is chosen, the call is over.
		err = group.write("memory.oom.group", "1")
	}
	if err != nil {
		group.Remove()
		return nil, err
	}
	return group, nil
}

// Group is a control group that bounds the memory of one child and of all that
// it starts, wherever that goes.
type Group struct {
	path string
	dir  *os.File
}

// OpenGroup returns the group whose folder is path.
func OpenGroup(path string) (*Group, error) {
	dir, err := os.Open(path)
	return &Group{path: path, dir: dir}, err
}

// place has a program be started in the group.
func (g *Group) place(cmd *exec.Cmd) {
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(g.dir.Fd())
}

// Held is how many bytes its processes hold together: their own and shared
// memory, resident or swapped out, without what is mapped from files.
func (g *Group) Held() (int64, error) {
	path := filepath.Join(g.path, "memory.stat")
	anonymous, ok := counter(path, "anon")
	shared, also := counter(path, "shmem")
	if !ok || !also {
		return 0, fmt.Errorf("osproc: %s tells nothing", path)
	}
	swapped, _ := g.number("memory.swap.current") // there need not be any swap
	return int64(anonymous+shared) + swapped, nil
}

// boundShare and boundRoom are what a bound leaves above what is asked for, for
// the kernel's own memory counts: tables of pages, open files.
const (
	boundShare = 16
	boundRoom  = 4 << 20
)

// Bound has the kernel kill all processes of the group at once when they come to
// hold more than so many bytes, as Held tells it, and a little. It returns what
// may be held.
func (g *Group) Bound(bytes int64) (int64, error) {
	held, err := g.Held()
	if err != nil {
		return 0, err
	}
	current, err := g.number("memory.current")
	if err != nil {
		return 0, err
	}
	bound := bytes + bytes/boundShare + boundRoom
	_ = g.write("memory.swap.max", "0") // or they would be swapped out instead; there need not be any swap
	return bound, g.write("memory.max", strconv.FormatInt(bound+max(0, current-held), 10))
}

// Unbound lifts the bound.
func (g *Group) Unbound() error {
	_ = g.write("memory.swap.max", "max")
	return g.write("memory.max", "max")
}

// Kills reports whether processes of the group were killed for memory, and
// whether that was for their bound.
func (g *Group) Kills() (forMemory, forBound bool) {
	path := filepath.Join(g.path, "memory.events")
	kills, _ := counter(path, "oom_kill")
	bounds, _ := counter(path, "oom")
	return kills > 0, kills > 0 && bounds > 0
}

// Kill kills all processes of the group.
func (g *Group) Kill() { _ = g.write("cgroup.kill", "1") }

const (
	// removeBound is how long processes that were killed may take to be gone.
	removeBound = 500 * time.Millisecond
	removeLook  = time.Millisecond
)

// Remove removes the group, in which nobody should live any more. What cannot be
// removed is removed by a later host.
func (g *Group) Remove() {
	if g.dir != nil {
		_ = g.dir.Close()
	}
	for began := time.Now(); errors.Is(unix.Rmdir(g.path), unix.EBUSY) && time.Since(began) < removeBound; {
		time.Sleep(removeLook)
	}
}

func (g *Group) write(file, text string) error {
	f, err := os.OpenFile(filepath.Join(g.path, file), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("osproc: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("osproc: %w", err)
	}
	return nil
}

func (g *Group) number(file string) (int64, error) {
	text, err := os.ReadFile(filepath.Join(g.path, file))
	if err != nil {
		return 0, fmt.Errorf("osproc: %w", err)
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

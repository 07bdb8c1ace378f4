package osproc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Metered tells why what processes use cannot be known here; nil where it can. It
// finds out once.
func Metered() error { return metered() }

var metered = sync.OnceValue(func() error {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		return fmt.Errorf("osproc: what processes use cannot be known: %w", err)
	}
	return nil
})

const (
	// censusAge is how old what is known of orphans may be.
	censusAge = 100 * time.Millisecond
	// censusShare bounds what looking for them takes of one processor: a 50th.
	censusShare = 50
	// tick is the unit of times in /proc/PID/stat on every Linux that Go runs on.
	tick = 10 * time.Millisecond
)

// Meter tells what groups of processes use. It is not safe for concurrent use.
type Meter struct {
	buf    []byte
	pids   []int
	groups map[int][]int // members of each group, as of taken
	taken  time.Time
	took   time.Duration
}

// Read tells what the group of that leader uses: the leader, its descendants in
// whatever group they are, and what is left in the group of those whose parents
// have died, once a tenth of a second has gone by. Pages that processes share are
// counted by each of them; see [Meter.Exact].
func (m *Meter) Read(leader int) (Usage, error) {
	var u Usage
	for i, pid := range m.members(leader) {
		one, err := m.one(pid)
		if i == 0 && err != nil {
			return Usage{}, err
		}
		if err != nil {
			continue // it is gone
		}
		if i == 0 {
			u.Data = one.Data
		}
		u.Memory += one.Memory
		u.CPU += one.CPU
		u.Processes++
	}
	return u, nil
}

// Exact is the memory of Read with each shared page counted once among those
// that share it. It takes longer.
func (m *Meter) Exact(leader int) int64 {
	total := int64(0)
	for _, pid := range m.members(leader) {
		n, err := m.exact(pid)
		if err != nil {
			one, err := m.one(pid)
			if err != nil {
				continue
			}
			n = one.Memory
		}
		total += n
	}
	return total
}

// Glance tells what the leader alone holds of its own memory, without what is
// shared or swapped out, and has used of processor time, without that of those
// it has waited for. It takes a few microseconds.
func (m *Meter) Glance(pid int) (u Usage, err error) {
	text, err := m.file("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return u, err
	}
	fields := bytes.Fields(text)
	if len(fields) < 3 {
		return u, fmt.Errorf("osproc: /proc/%d/statm has %d fields", pid, len(fields))
	}
	resident, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, _ := strconv.ParseInt(string(fields[2]), 10, 64)
	u.Memory, u.Processes = (resident-shared)*int64(os.Getpagesize()), 1
	var t unix.Timespec
	if err := unix.ClockGettime(clockOf(pid), &t); err != nil {
		return u, err
	}
	u.CPU = time.Duration(t.Nano())
	return u, nil
}

// clockOf is the clock of a process's processor time, as clock_getcpuclockid(3)
// makes it.
func clockOf(pid int) int32 { return int32(^pid<<3 | 2) }

// members returns the leader, its descendants, and the orphans of its group.
func (m *Meter) members(leader int) []int {
	m.pids = append(m.pids[:0], leader)
	for i := 0; i < len(m.pids); i++ {
		m.addChildren(m.pids[i])
	}
	m.census()
	for _, pid := range m.groups[leader] {
		if !m.has(pid) {
			m.pids = append(m.pids, pid)
		}
	}
	return m.pids
}

func (m *Meter) has(pid int) bool {
	for _, known := range m.pids {
		if known == pid {
			return true
		}
	}
	return false
}

// addChildren adds the children of all threads of a process.
func (m *Meter) addChildren(pid int) {
	tasks := "/proc/" + strconv.Itoa(pid) + "/task"
	threads := names(tasks)
	for _, t := range threads {
		text, err := m.file(tasks + "/" + t + "/children")
		if err != nil {
			continue
		}
		for _, f := range bytes.Fields(text) {
			if child, err := strconv.Atoi(string(f)); err == nil && !m.has(child) {
				m.pids = append(m.pids, child)
			}
		}
	}
}

// census takes note of the group of every process, now and then.
func (m *Meter) census() {
	if time.Since(m.taken) < max(censusAge, censusShare*m.took) {
		return
	}
	began := time.Now()
	m.groups = map[int][]int{}
	for _, name := range names("/proc") {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		// Not from stat, which is made by asking every thread.
		if group, err := unix.Getpgid(pid); err == nil && group != 0 && group != pid {
			m.groups[group] = append(m.groups[group], pid)
		}
	}
	m.taken = time.Now()
	m.took = m.taken.Sub(began)
}

func (m *Meter) one(pid int) (u Usage, err error) {
	text, err := m.file("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return u, err
	}
	u.Memory = kilobytes(text, "RssAnon:") + kilobytes(text, "RssShmem:") + kilobytes(text, "VmSwap:")
	u.Data = kilobytes(text, "VmData:")
	u.CPU, err = m.cpu(pid)
	return u, err
}

func (m *Meter) exact(pid int) (int64, error) {
	text, err := m.file("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(text, []byte("Pss_Anon:")) {
		return 0, errors.ErrUnsupported
	}
	return kilobytes(text, "Pss_Anon:") + kilobytes(text, "Pss_Shmem:") + kilobytes(text, "SwapPss:"), nil
}

// cpu reads what stands behind the name, which may hold anything, in
// /proc/PID/stat.
func (m *Meter) cpu(pid int) (total time.Duration, err error) {
	text, err := m.file("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 15 {
		return 0, fmt.Errorf("osproc: /proc/%d/stat has %d fields", pid, len(fields))
	}
	for _, f := range fields[11:15] { // user and system time, its own and of its children
		n, _ := strconv.ParseInt(string(f), 10, 64)
		total += time.Duration(n) * tick
	}
	return total, nil
}

// file reads a file of /proc, which is valid until the next. It goes around
// package os, which has files polled, since this is done often.
func (m *Meter) file(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if m.buf == nil {
		m.buf = make([]byte, 16<<10)
	}
	n := 0
	for n < len(m.buf) {
		got, err := unix.Read(fd, m.buf[n:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if got == 0 {
			break
		}
		n += got
	}
	return m.buf[:n], nil
}

// names lists a folder, as far as it can be.
func names(path string) []string {
	dir, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer dir.Close()
	list, _ := dir.Readdirnames(-1)
	return list
}

// kilobytes reads a line "Name:   12 kB" in bytes, 0 if there is none.
func kilobytes(text []byte, name string) int64 {
	i := bytes.Index(text, []byte("\n"+name))
	if i < 0 {
		return 0
	}
	line := text[i+1+len(name):]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	n, _ := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(line), []byte("kB")))), 10, 64)
	return n << 10
}

package osproc

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func ownKills() (uint64, bool) { return MemoryKills("/proc/self/cgroup", "/sys/fs/cgroup") }

// MemoryKills reads how many processes of a control group were killed for
// memory. membership is a file like /proc/self/cgroup, root where control
// groups are mounted. False when it cannot be known.
func MemoryKills(membership, root string) (uint64, bool) {
	groups, err := os.ReadFile(membership)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(groups)) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, ok := strings.Cut(rest, ":")
		if !ok {
			continue
		}
		var files []string
		switch {
		case id == "0" && controllers == "": // version 2, alone or beside version 1
			files = []string{filepath.Join(root, path, "memory.events"), filepath.Join(root, "memory.events")}
		case hasController(controllers, "memory"): // version 1
			// In a container the path is the host's while the mount is ours.
			files = []string{filepath.Join(root, "memory", path, "memory.oom_control"), filepath.Join(root, "memory", "memory.oom_control")}
		}
		for _, f := range files {
			if n, ok := counter(f, "oom_kill"); ok {
				return n, true
			}
		}
	}
	return 0, false
}

func hasController(list, want string) bool {
	for c := range strings.SplitSeq(list, ",") {
		if c == want {
			return true
		}
	}
	return false
}

// counter reads one "name value" line of a flat keyed file.
func counter(file, name string) (uint64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(v), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

package archtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// room is a package of the module, with those below it that are no rooms of
// their own, and what of the module its production code may import besides
// itself.
type room struct {
	path string
	may  []string
	why  string
}

// rooms is the architecture. Every package below framework, sdk and plugins
// stands in exactly one of them; cmd and examples may know all.
var rooms = []room{
	{"framework/event", nil,
		"events are of use without a scheduler, and plugin authors link them"},
	{"framework/task", nil,
		"a task is the same in a worker and in the host, so it can know neither"},
	{"framework/view", nil,
		"everything that can be displayed hands out plain data, and so may be displayed by anything"},
	{"framework/view/live", []string{"framework/view", "framework/view/internal/...", "framework/scheduler", "framework/status"},
		"a terminal sees what every other display sees: plain data, which for a run of this process comes from its status"},
	{"framework/wire", nil,
		"the protocol is shared by hosts and plugins, which share nothing else"},
	{"framework/wire/failure", []string{"framework/task", "framework/wire/..."},
		"errors cross a process boundary as package task defines them; it maps them to the protocol and back, for both sides"},
	{"framework/wire/message", []string{"framework/task", "framework/wire/..."},
		"messages of running code cross a process boundary as package task defines them, like errors"},
	{"framework/internal", nil,
		"what talks to the operating system does not know what for"},
	{"framework/scheduler", []string{"framework/event", "framework/task", "framework/view"},
		"the scheduler knows executors and extensions by the interfaces it owns, never by their packages"},
	{"framework/extension", []string{"framework/scheduler", "framework/event", "framework/task", "framework/view"},
		"an extension shapes tasks in the host and works with every executor"},
	{"framework/executor/local", []string{"framework/scheduler", "framework/task", "framework/event", "framework/view"},
		"local execution needs no process, no protocol and no plugin"},
	{"framework/executor/process", []string{
		"framework/scheduler", "framework/session", "framework/pluginproc/...",
		"framework/task", "framework/view", "framework/wire/...", "framework/internal/osproc/..."},
		"the pool places work on workers; starting one and speaking to it are other rooms' work"},
	{"framework/executor/executortest", []string{"framework/scheduler", "framework/task", "framework/event", "framework/view"},
		"the conformance suite holds for executors that do not exist yet, so it knows none"},
	{"framework/session", []string{"framework/wire/...", "framework/task"},
		"the host's half of the stream works over any connection, so that it can be tested without a process"},
	{"framework/pluginproc", []string{
		"framework/session", "framework/wire/...", "framework/internal/osproc/...", "framework/pluginproc/..."},
		"one plugin process is no pool: it knows nothing of tasks and schedulers"},
	{"framework/pluginproc/handshake", nil,
		"host and plugin agree on it, so plugin authors link it"},
	{"framework/pluginproc/logline", nil,
		"host and plugin agree on it, so plugin authors link it"},
	{"framework/eventplugin", []string{
		"framework/scheduler", "framework/session", "framework/pluginproc/...", "framework/event", "framework/task", "framework/view", "framework/wire/..."},
		"event plugins see a scheduler from outside, whatever its executor"},
	{"framework/monitor", []string{"framework/scheduler"},
		"a monitor watches a scheduler from beside it, as any program could"},
	{"framework/status", []string{"framework/scheduler", "framework/view", "framework/internal/osproc"},
		"how a run fares is read off a scheduler from beside it, for every display alike"},
	{"framework/control", []string{"framework/scheduler", "framework/status", "framework/view", "framework/pluginproc"},
		"another process sees of a run what every display sees, and finds it where hosts have their private folders"},
	{"framework/job", []string{
		"framework/scheduler", "framework/executor/...", "framework/extension/...", "framework/eventplugin",
		"framework/task", "framework/event", "framework/view"},
		"a job file is put together from what a Go program could use too"},
	{"sdk", []string{
		"framework/event", "framework/task", "framework/wire/...",
		"framework/pluginproc/handshake", "framework/pluginproc/logline"},
		"a plugin author's binary links what a plugin needs and nothing of the host"},
	{"sdk/sdktest", []string{
		"sdk", "sdk/internal/...", "framework/session", "framework/task", "framework/wire/...", "framework/pluginproc/logline"},
		"an author tests a plugin over the host's real half of the stream, without the rest of the host"},
	{"plugins", []string{"sdk", "framework/event"},
		"bundled plugins are written as any author would write them"},
}

// later are the rooms that are drawn and not built yet. Only they may be
// absent; one that has been built is to be taken off this list.
var later = []string{}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	report(t, checkRooms(rooms, packages(t)))
}

func TestRoomsExist(t *testing.T) {
	t.Parallel()
	report(t, checkRoomsExist(rooms, later, packages(t)))
}

func report(t *testing.T, problems []string) {
	t.Helper()
	for _, problem := range problems {
		t.Error(problem)
	}
}

func checkRooms(rooms []room, pkgs []pkg) (problems []string) {
	for _, p := range pkgs {
		if !belowAny([]string{"framework/...", "sdk/...", "plugins/..."}, p.path) {
			continue
		}
		r, ok := roomOf(rooms, p.path)
		if !ok {
			problems = append(problems, fmt.Sprintf(
				"%s stands in no room: say in internal/archtest/rooms_test.go what it may import, and why", p.path))
			continue
		}
		for _, f := range p.files {
			for _, imported := range f.imports() {
				inside, ok := strings.CutPrefix(imported, "./")
				if f.test || !ok || belowAny(r.may, inside) || sameRoom(rooms, r, inside) {
					continue
				}
				problems = append(problems, fmt.Sprintf("%s imports %s, which %s may not: %s (it may import: %s)",
					f.path, inside, r.path, r.why, orNone(r.may)))
			}
		}
	}
	return problems
}

func checkRoomsExist(rooms []room, later []string, pkgs []pkg) (problems []string) {
	exists := func(pattern string) bool {
		return slices.ContainsFunc(pkgs, func(p pkg) bool { return below(pattern, p.path) })
	}
	for _, r := range rooms {
		for _, named := range append([]string{strings.TrimSuffix(r.path, "/...") + "/..."}, r.may...) {
			if !exists(named) && !belowAny(later, strings.TrimSuffix(named, "/...")) {
				problems = append(problems, fmt.Sprintf("the rule of %s names %s, which does not exist: correct the rule", r.path, named))
			}
		}
	}
	for _, pattern := range later {
		if exists(pattern) {
			problems = append(problems, fmt.Sprintf("%s exists now: take it off the list of later rooms", pattern))
		}
	}
	return problems
}

// roomOf finds the room that a package stands in: the longest path wins.
func roomOf(rooms []room, p string) (found room, ok bool) {
	for _, r := range rooms {
		path := strings.TrimSuffix(r.path, "/...")
		if below(path+"/...", p) && (!ok || len(path) > len(found.path)) {
			found, ok = r, true
		}
	}
	return found, ok
}

func sameRoom(rooms []room, r room, p string) bool {
	other, ok := roomOf(rooms, p)
	return ok && other.path == r.path
}

func orNone(may []string) string {
	if len(may) == 0 {
		return "nothing of this module"
	}
	return strings.Join(may, ", ")
}

package archtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// only says which packages alone may import something, in production code.
type only struct {
	imports []string // this, with what is below it where it ends in /...
	by      []string // packages, with those below where they end in /...
	kits    bool     // packages made for tests, too
	why     string
}

// onlies are the seams: a dependency that stands here can be replaced by
// changing the packages named with it.
var onlies = []only{
	{[]string{"github.com/hashicorp/go-plugin/..."}, []string{"framework/pluginproc/...", "sdk", "sdk/internal/..."}, false,
		"launching and serving plugin processes is in one place on either side"},
	{[]string{"github.com/hashicorp/go-hclog/..."}, []string{"framework/pluginproc/...", "sdk", "sdk/internal/..."}, false,
		"everything else logs to a *slog.Logger; hclog stays at the go-plugin seam"},
	{[]string{"charm.land/..."}, []string{"framework/view/live"}, false,
		"a program that shows nothing on a terminal does not link what draws there"},
	{[]string{"testing/..."}, nil, true,
		"users' binaries do not link test code, nor its flags"},
	{[]string{"github.com/stretchr/testify/...", "go.uber.org/goleak/..."}, nil, true,
		"users' binaries do not link test code"},
}

// confined says all that packages may import from outside the module, next to
// the standard library, in production code.
type confined struct {
	packages string
	to       []string
	why      string
}

var confinements = []confined{
	{"framework/event/...", []string{"github.com/google/uuid"},
		"events are of use in any program and cost it no dependencies"},
}

// never says what packages may not reach, however many imports lie between.
type never struct {
	from, to string
	why      string
}

var nevers = []never{
	{"sdk", "framework/scheduler", "a plugin author's binary never links the scheduler"},
	{"sdk", "framework/session", "a plugin author's binary never links the host's half of the stream"},
	{"sdk", "framework/pluginproc", "a plugin author's binary never links what launches plugins"},
	{"sdk", "sdk/sdktest", "a plugin author's binary never links the kit for its tests"},
	{"sdk/sdktest", "framework/scheduler", "a plugin is tested without a scheduler, so that its tests link none"},
	{"sdk/sdktest", "framework/pluginproc", "a plugin is tested without a process"},
	{"framework/scheduler", "framework/view/live", "a program that shows nothing on a terminal does not link what draws there"},
	{"framework/job", "framework/view/live", "a program that shows nothing on a terminal does not link what draws there"},
	{"framework/...", "sdk/...", "the host does not depend on the kit for plugins written in Go"},
	{"framework/...", "plugins/...", "the framework is of use without the bundled plugins"},
	{"framework/...", "cmd/...", "the framework is of use without the command"},
}

// sdkInTests are the packages of framework whose tests may use the sdk,
// because they are about real plugin processes.
var sdkInTests = []string{
	"framework/executor/process/...",
	"framework/eventplugin/...",
	"framework/extension/...",
}

func TestOutsideImportsStayAtTheirSeams(t *testing.T) {
	t.Parallel()
	report(t, checkOnlies(onlies, packages(t)))
	report(t, checkConfinements(confinements, packages(t)))
}

func TestPackagesNeverReach(t *testing.T) {
	t.Parallel()
	report(t, checkNevers(nevers, packages(t)))
}

func TestFrameworkTestsLeaveTheSDKAlone(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !below("framework/...", p.path) || belowAny(sdkInTests, p.path) {
			continue
		}
		for _, f := range p.files {
			for _, imported := range f.imports() {
				if f.test && belowAny([]string{"./sdk/...", "./plugins/...", "./cmd/..."}, imported) {
					t.Errorf("%s imports %s: the framework is tested without the sdk, except where a rule in internal/archtest says so",
						f.path, strings.TrimPrefix(imported, "./"))
				}
			}
		}
	}
}

func checkOnlies(onlies []only, pkgs []pkg) (problems []string) {
	for _, rule := range onlies {
		used := false
		for _, p := range pkgs {
			for _, f := range p.files {
				for _, imported := range f.imports() {
					if !belowAny(rule.imports, imported) {
						continue
					}
					used = true
					if !f.test && !belowAny(rule.by, p.path) && !(rule.kits && p.kit()) {
						problems = append(problems, fmt.Sprintf("%s imports %s: %s (packages that may: %s)",
							f.path, imported, rule.why, mayImport(rule)))
					}
				}
			}
		}
		if !used {
			problems = append(problems, fmt.Sprintf("nothing imports %s any more: correct the rule", strings.Join(rule.imports, ", ")))
		}
		for _, by := range rule.by {
			// What is internal need not exist.
			if !strings.Contains(by, "/internal/") && !slices.ContainsFunc(pkgs, func(p pkg) bool { return below(by, p.path) }) {
				problems = append(problems, fmt.Sprintf("the rule of %s names %s, which does not exist: correct the rule", rule.imports[0], by))
			}
		}
	}
	return problems
}

func mayImport(rule only) string {
	names := slices.Clone(rule.by)
	if rule.kits {
		names = append(names, "tests and packages named …test")
	}
	return strings.Join(names, ", ")
}

func checkConfinements(confinements []confined, pkgs []pkg) (problems []string) {
	for _, rule := range confinements {
		for _, p := range pkgs {
			if !below(rule.packages, p.path) {
				continue
			}
			for _, f := range p.files {
				for _, imported := range f.imports() {
					host, _, _ := strings.Cut(imported, "/")
					outside := strings.Contains(host, ".") && host != "."
					if !f.test && outside && !belowAny(rule.to, imported) {
						problems = append(problems, fmt.Sprintf("%s imports %s: %s (besides the standard library it may import: %s)",
							f.path, imported, rule.why, strings.Join(rule.to, ", ")))
					}
				}
			}
		}
	}
	return problems
}

func checkNevers(nevers []never, pkgs []pkg) (problems []string) {
	byPath := map[string]pkg{}
	for _, p := range pkgs {
		byPath[p.path] = p
	}
	for _, rule := range nevers {
		for _, p := range pkgs {
			if below(rule.from, p.path) {
				if way := reach(byPath, p.path, rule.to, map[string]bool{}); way != nil {
					problems = append(problems, fmt.Sprintf("%s: %s", strings.Join(way, " imports "), rule.why))
				}
			}
		}
	}
	return problems
}

// reach finds a way of imports from a package to one that matches the
// pattern. Packages outside the module cannot lead back into it.
func reach(byPath map[string]pkg, from, to string, seen map[string]bool) []string {
	if seen[from] {
		return nil
	}
	seen[from] = true
	for _, f := range byPath[from].files {
		for _, imported := range f.imports() {
			inside, ok := strings.CutPrefix(imported, "./")
			if f.test || !ok {
				continue
			}
			if below(to, inside) {
				return []string{from, inside}
			}
			if way := reach(byPath, inside, to, seen); way != nil {
				return append([]string{from}, way...)
			}
		}
	}
	return nil
}

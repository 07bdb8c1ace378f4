package job

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"slices"
)

// Uses tells what a run needs the file at path for, such as "the job file",
// and returns nothing if it does not need it: then the file can be written to.
// The file need not exist yet.
func (j *Job) Uses(path string) string {
	if sameFile(path, j.path) {
		return "the job file"
	}
	if sameFile(path, LockPath(j.path)) {
		return "the lock file"
	}
	for _, p := range j.plugins {
		if part := p.partAt(path); part != "" {
			return fmt.Sprintf("%s of plugin %q", part, p.Name)
		}
	}
	for _, a := range j.attached {
		if part := a.partAt(path); part != "" {
			return fmt.Sprintf("%s of event plugin %q", part, a.Name)
		}
	}
	if j.output != nil && j.output.path != "" && sameFile(path, j.output.path) {
		return "the results file"
	}
	return ""
}

// partAt tells which part of the plugin the file at path is, and returns nothing
// if it is none.
func (p *plugin) partAt(path string) string {
	switch {
	case p.source == "":
		return ""
	case p.build && slices.ContainsFunc(sourceFiles(p.source), func(file string) bool { return sameFile(path, file) }):
		return "source"
	case !p.build && sameFile(path, p.source):
		return "the executable"
	}
	return ""
}

// sourceFiles returns what the go command reads of a folder, also for other
// platforms.
func sourceFiles(folder string) (paths []string) {
	// What is wrong with the files is said elsewhere.
	p, _ := build.Default.ImportDir(folder, 0)
	for _, names := range [][]string{{"go.mod", "go.sum"}, p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.InvalidGoFiles,
		p.TestGoFiles, p.XTestGoFiles, p.CFiles, p.CXXFiles, p.MFiles, p.HFiles, p.FFiles, p.SFiles, p.SwigFiles,
		p.SwigCXXFiles, p.SysoFiles, p.IgnoredOtherFiles} {
		for _, name := range names {
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	return paths
}

// sameFile reports whether two paths are of one file, however they lead there.
// It need not exist yet. Devices and pipes are nobody's own.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	if (errA == nil) != (errB == nil) || filepath.Base(a) != filepath.Base(b) {
		return false
	}
	infoA, errA = os.Stat(filepath.Dir(a))
	infoB, errB = os.Stat(filepath.Dir(b))
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

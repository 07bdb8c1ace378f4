package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/zclconf/go-cty/cty"
)

// Pin is an executable and the checksum that it must have.
type Pin struct {
	// Path is the executable's, with slashes, from the folder of the job file if
	// it is there or below, and absolute otherwise.
	Path string
	// SHA256 is the checksum, in hex.
	SHA256 string
}

// LockPath returns the path of the lock file that belongs to a job file: that
// of job.hcl is job.lock.hcl, beside it.
func LockPath(path string) string { return strings.TrimSuffix(path, ".hcl") + ".lock.hcl" }

// Lock reads a job file and writes the checksums of its plugins, and of those of
// Options.Attach, to its lock file, which Load heeds from then on. Plugins that
// are built from source are left out: what they are made of is for go.sum and
// version control to pin. What an earlier lock file says counts for nothing.
func Lock(path string, opts Options) ([]Pin, error) {
	opts.Locked, opts.relock = false, true
	j, err := Load(path, opts)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("job: the job file's folder is not known: %w", err)
	}
	sums := map[string]string{}
	for _, p := range j.allPlugins() {
		if p.Path == "" {
			continue // built, or comes with the host
		}
		if sums[pinPath(dir, p.Path)], err = hashFile(p.Path); err != nil {
			return nil, fmt.Errorf("job: lock: %w", err)
		}
	}
	var pins []Pin
	for path, sum := range sums {
		pins = append(pins, Pin{path, sum})
	}
	slices.SortFunc(pins, func(a, b Pin) int { return strings.Compare(a.Path, b.Path) })
	if err := writeLock(LockPath(path), pins); err != nil {
		return nil, fmt.Errorf("job: the lock file cannot be written: %w", err)
	}
	return pins, nil
}

// allPlugins returns the plugins of plugin blocks and those that are attached.
func (j *Job) allPlugins() []*plugin {
	all := slices.Clone(j.plugins)
	for _, a := range j.attached {
		all = append(all, &a.plugin)
	}
	return all
}

func pinPath(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

// writeLock replaces the file as a whole.
func writeLock(path string, pins []Pin) error {
	var text strings.Builder
	text.WriteString("# The executables of this job, as written by \"plugin lock\".\n")
	for _, p := range pins {
		fmt.Fprintf(&text, "\nexecutable %s {\n  sha256 = %s\n}\n", literal(p.Path), literal(p.SHA256))
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	_, err = temp.WriteString(text.String())
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// literal writes a string of HCL, in which ${ and %{ begin templates. Package
// hclwrite would do so too, and make every start of the host a millisecond longer.
func literal(s string) string {
	s = strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return `"` + b.String() + `"`
}

// lockFile is what the lock file says, if there is one.
type lockFile struct {
	path string
	pins map[string]pin // by path
}

type pin struct {
	sum string
	at  hcl.Range
}

// loadLock reads the lock file.
func (l *loader) loadLock(parser *hclparse.Parser) {
	l.lock.path = LockPath(l.job.path)
	if l.opts.blind || l.opts.relock || l.opts.Executor != nil {
		return
	}
	source, err := readSource(l.lock.path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.fail(hcl.Range{}, "Lock file cannot be read", "%v.", err)
		return
	}
	file, diags := parser.ParseHCL(source, l.lock.path)
	l.diags = append(l.diags, diags...)
	if diags.HasErrors() {
		return
	}
	l.lock.pins = map[string]pin{}
	for _, b := range l.content(file.Body, schema(nil, block("executable", "path"))).Blocks {
		content := l.content(b.Body, schema([]string{"sha256"}))
		if !l.required(b, content, "sha256", `"275239824e…"`) {
			continue
		}
		v, diags := content.Attributes["sha256"].Expr.Value(nil)
		l.diags = append(l.diags, diags...)
		if diags.HasErrors() {
			continue
		}
		at := content.Attributes["sha256"].Expr.Range()
		if v.Type() != cty.String || v.IsNull() || !isSum(v.AsString()) {
			l.fail(at, "Wrong checksum", "It must be 64 hexadecimal digits: write the file anew by plugin lock.")
			continue
		}
		l.lock.pins[b.Labels[0]] = pin{v.AsString(), at}
	}
}

// checkPin compares an executable with what the lock file says of it, and has
// each of its processes checked again when it is started.
func (l *loader) checkPin(p *plugin) {
	locked, ok := l.lock.pins[pinPath(l.machine.dir, p.source)]
	if !ok {
		if l.opts.Locked && p.SHA256 == "" {
			l.fail(p.at, "Not locked", "No checksum pins %s, in %s or by sha256: plugin lock writes those of all plugins.", p.source, l.lock.path)
		}
		return
	}
	if err := checkSum(p.source, locked.sum); err != nil {
		l.fail(p.at, "Not as locked", "%v, but %s says %s. If the new file is the right one, plugin lock writes its checksum.", err, place(locked.at), locked.sum)
		return
	}
	if p.SHA256 == "" {
		p.SHA256 = locked.sum
	}
}

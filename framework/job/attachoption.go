package job

import (
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// loadAttached attaches the event plugins of Options.Attach. They have no place
// in the file, and neither have their mistakes.
func (l *loader) loadAttached() {
	for _, given := range l.opts.Attach {
		a := &attachBlock{hidden: true}
		if !isPath(given) {
			if bundledPlugin(given) == nil {
				l.unattached(given, "no event plugin of this name comes with this program"+meant(given, BundledPlugins())+pathHint(given))
				continue
			}
			a.Name, a.bundled = given, true
		} else {
			path, err := filepath.Abs(given)
			if err != nil {
				l.unattached(given, err.Error()+".")
				continue
			}
			base := filepath.Base(path)
			a.Name, a.source = strings.TrimSuffix(base, filepath.Ext(base)), path
		}
		if other := l.attachedBefore(a.Name); other != nil {
			l.unattached(given, other.taken(a.Name))
			continue
		}
		l.job.attached = append(l.job.attached, a)
		if a.bundled {
			l.diags = append(l.diags, a.misfits(bundledPlugin(given).Config)...)
		} else {
			l.checkSource(&a.plugin, &hcl.BodyContent{})
		}
	}
}

// isPath tells a path from the name of a bundled plugin, as a shell tells one
// from the name of a command.
func isPath(given string) bool {
	return given == "." || given == ".." ||
		strings.ContainsFunc(given, func(r rune) bool { return r < utf8.RuneSelf && os.IsPathSeparator(uint8(r)) })
}

// pathHint says how a path is written, with that of the file that was probably
// meant if there is one.
func pathHint(given string) string {
	path := "." + string(filepath.Separator) + given
	if _, err := os.Stat(path); err != nil {
		return " A path needs a separator in it, such as ." + string(filepath.Separator) + "alert."
	}
	return " The file of this name is " + path + "."
}

func (l *loader) unattached(given, why string) {
	l.fail(hcl.Range{}, "Event plugin cannot be attached", "%q was given: %s", given, why)
}

func (l *loader) attachedBefore(name string) *attachBlock {
	for _, a := range l.job.attached {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// taken says that no other plugin can have the name.
func (a *attachBlock) taken(name string) string {
	if a.at == (hcl.Range{}) {
		return "another one that was given is called \"" + name + "\" too: an attach block of the job file can give it another name."
	}
	return "the job file attaches a plugin \"" + name + "\" already, at " + place(a.at) + ": leave one of the two out, or give the block another name."
}

package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func (m *machine) globFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if m.blind || m.later {
				return cty.UnknownVal(t), nil
			}
			files, err := m.glob(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			out := make([]cty.Value, len(files))
			for i, f := range files {
				out[i] = cty.StringVal(f)
			}
			return cty.ListVal(out), nil
		},
	})
}

// glob returns the absolute paths of the regular files that match, sorted. No
// match is an error, and so is a folder on the way that cannot be read: a list
// that lacks what nobody missed would be worse. Symbolic links are neither
// followed nor returned.
func (m *machine) glob(pattern string) ([]string, error) {
	full := filepath.ToSlash(pattern)
	if !filepath.IsAbs(pattern) {
		full = path.Join(filepath.ToSlash(escapeGlob(m.dir)), full)
	}
	full = path.Clean(full)
	if !doublestar.ValidatePattern(full) {
		return nil, fmt.Errorf("pattern %s is malformed", quoted(pattern))
	}
	files, base, err := match(full)
	if err != nil {
		return nil, unreadable(pattern, base, err)
	}
	if len(files) == 0 {
		text := "no regular file matches pattern " + quoted(pattern)
		if full != filepath.ToSlash(pattern) {
			text += " (" + full + ")"
		}
		return nil, errors.New(text)
	}
	slices.Sort(files)
	return files, nil
}

// match returns the files that an absolute pattern matches, and the folder that
// the paths of errors are relative to.
func match(pattern string) (files []string, base string, err error) {
	base, rest := splitPattern(pattern)
	base = filepath.FromSlash(base)
	if rest == "" {
		info, err := os.Lstat(base)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, "", err
		case info.Mode().IsRegular():
			files = append(files, filepath.Clean(base))
		}
		return files, "", nil
	}
	collect := func(name string, entry fs.DirEntry) error {
		if entry.Type().IsRegular() {
			files = append(files, filepath.Join(base, filepath.FromSlash(name)))
		}
		return nil
	}
	err = doublestar.GlobWalk(os.DirFS(base), rest, collect, doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	return files, base, err
}

// splitPattern returns the path before the first element of a pattern that has
// wildcards, and the pattern from there on, empty for none. The library's own
// function takes back only some of what can be escaped.
func splitPattern(pattern string) (base, rest string) {
	var path strings.Builder
	slash, end := 0, 0 // after the last slash, in path and in pattern
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case strings.IndexByte("*?[{", c) >= 0:
			return path.String()[:slash], pattern[end:]
		case c == '\\' && i+1 < len(pattern):
			i++
			c = pattern[i]
		}
		path.WriteByte(c)
		if c == '/' {
			slash, end = path.Len(), i+1
		}
	}
	return path.String(), ""
}

// quoted leaves backslashes alone, which patterns have a meaning for.
func quoted(pattern string) string { return `"` + pattern + `"` }

// unreadable is the error of a pattern that leads to what cannot be read. Paths
// of errors are relative to base.
func unreadable(pattern, base string, err error) error {
	var at *fs.PathError
	if !errors.As(err, &at) {
		return fmt.Errorf("pattern %s: %w", quoted(pattern), err)
	}
	return fmt.Errorf("pattern %s: %s cannot be read: %w; make it readable, or choose a pattern that does not lead there",
		quoted(pattern), filepath.Join(base, at.Path), at.Err)
}

// globEscaper makes text stand for itself in a pattern. Where \ separates the
// elements of a path, it cannot escape as well.
var globEscaper = func() *strings.Replacer {
	var pairs []string
	for _, c := range `*?[]{},\` {
		switch s := string(c); {
		case filepath.Separator != '\\':
			pairs = append(pairs, s, `\`+s)
		case c != '\\' && c != ']':
			pairs = append(pairs, s, "["+s+"]")
		}
	}
	return strings.NewReplacer(pairs...)
}()

func escapeGlob(s string) string { return globEscaper.Replace(s) }

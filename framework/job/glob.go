package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
// match is an error. Symbolic links are neither followed nor returned.
func (m *machine) glob(pattern string) ([]string, error) {
	full := filepath.ToSlash(m.resolve(pattern))
	if !doublestar.ValidatePattern(full) {
		return nil, fmt.Errorf("pattern %q is malformed", pattern)
	}
	base, rest := doublestar.SplitPattern(full)
	var files []string
	collect := func(path string, entry fs.DirEntry) error {
		if entry.Type().IsRegular() {
			files = append(files, filepath.Join(filepath.FromSlash(base), filepath.FromSlash(path)))
		}
		return nil
	}
	err := doublestar.GlobWalk(os.DirFS(filepath.FromSlash(base)), rest, collect,
		doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	if len(files) == 0 {
		if full != filepath.ToSlash(pattern) {
			pattern += "\" (" + full + ")"
		} else {
			pattern += "\""
		}
		return nil, errors.New(`no regular file matches pattern "` + strings.TrimSpace(pattern))
	}
	slices.Sort(files)
	return files, nil
}

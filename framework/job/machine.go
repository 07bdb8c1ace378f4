package job

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// machine is the machine that the job runs on, as expressions see it.
type machine struct {
	dir   string // of the job file
	blind bool   // nothing is known of the machine: what depends on it is unknown
	later bool   // files may come into being later: what depends on them is unknown

	goEnv func() (map[string]string, error) // read once
}

func newMachine(dir string, blind bool) *machine {
	return &machine{dir: dir, blind: blind, goEnv: sync.OnceValues(func() (map[string]string, error) { return readGoEnv(dir) })}
}

// ahead returns the machine as it can be seen before the run, when files may
// yet be written.
func (m *machine) ahead() *machine {
	c := *m
	c.later = true
	return &c
}

func (m *machine) add(all map[string]function.Function) {
	all["env"] = m.text("name", m.blind, m.env)
	all["goenv"] = m.text("name", m.blind, m.goenv)
	all["file"] = m.text("path", m.blind || m.later, m.file)
	all["abspath"] = m.text("path", m.blind, filepath.Abs)
	all["basename"] = m.text("path", false, func(p string) (string, error) { return filepath.Base(p), nil })
	all["dirname"] = m.text("path", false, func(p string) (string, error) { return filepath.Dir(p), nil })
	all["glob"] = m.globFunc()
	all["globescape"] = m.text("text", false, func(s string) (string, error) { return escapeGlob(s), nil })
}

// text makes a function from text to text.
func (m *machine) text(param string, unknown bool, fn func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: param, Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if unknown {
				return cty.UnknownVal(t), nil
			}
			s, err := fn(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

func (m *machine) env(name string) (string, error) {
	v, ok := os.LookupEnv(name)
	if !ok {
		return "", fmt.Errorf("the environment has no variable %s; try(env(%q), \"…\") gives it a default", name, name)
	}
	return v, nil
}

func (m *machine) file(path string) (string, error) {
	data, err := os.ReadFile(m.resolve(path))
	return string(data), err
}

// resolve makes a path absolute, from the job file's folder.
func (m *machine) resolve(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(m.dir, path)
}

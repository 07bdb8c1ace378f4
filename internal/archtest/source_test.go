package archtest_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// modulePath is how this module's packages are imported.
const modulePath = "github.com/signalbox-go/signalbox"

// pkg is one folder with Go files. Its path is relative to the module.
type pkg struct {
	path  string
	files []*file
}

// name is that of the package that can be imported, empty where the folder
// holds tests only.
func (p pkg) name() string {
	for _, f := range p.files {
		if !f.test {
			return f.syntax.Name.Name
		}
	}
	return ""
}

// kit tells whether the package is made for tests, which its name says.
func (p pkg) kit() bool { return strings.HasSuffix(p.name(), "test") }

// file is one Go file. Its path is relative to the module.
type file struct {
	path      string
	test      bool
	generated bool
	lines     int
	set       *token.FileSet
	syntax    *ast.File
}

// imports returns what the file imports; packages of this module by their
// paths relative to it, with a leading "./".
func (f *file) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		if inside, ok := strings.CutPrefix(imported, modulePath+"/"); ok {
			imported = "./" + inside
		}
		paths = append(paths, imported)
	}
	return paths
}

// at tells where in the file something is, such as "sdk/task.go:12".
func (f *file) at(node ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(node.Pos()).Line)
}

// module is the source of the whole module, read once.
var module = sync.OnceValues(func() ([]pkg, error) {
	return readModule(os.DirFS(filepath.Join("..", "..")))
})

func packages(t *testing.T) []pkg {
	t.Helper()
	pkgs, err := module()
	if err != nil {
		t.Fatalf("archtest: reading the module: %v", err)
	}
	return pkgs
}

func readModule(root fs.FS) ([]pkg, error) {
	var pkgs []pkg
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return nil
		}
		if name != "." {
			base := path.Base(name)
			if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
				return fs.SkipDir
			}
			if _, err := fs.Stat(root, path.Join(name, "go.mod")); err == nil {
				return fs.SkipDir
			}
		}
		p, err := readPackage(root, name)
		if len(p.files) > 0 {
			pkgs = append(pkgs, p)
		}
		return err
	})
	return pkgs, err
}

func readPackage(root fs.FS, folder string) (pkg, error) {
	p := pkg{path: folder}
	names, err := fs.Glob(root, path.Join(folder, "*.go"))
	if err != nil {
		return p, err
	}
	for _, name := range names {
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return p, err
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return p, err
		}
		p.files = append(p.files, &file{
			path:      name,
			test:      strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(syntax),
			lines:     bytes.Count(source, []byte("\n")),
			set:       set,
			syntax:    syntax,
		})
	}
	return p, nil
}

// below tells whether a package is the one named, or below it where the
// pattern ends in "/...".
func below(pattern, p string) bool {
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return p == tree || isTree && strings.HasPrefix(p, tree+"/")
}

func belowAny(patterns []string, p string) bool {
	for _, pattern := range patterns {
		if below(pattern, p) {
			return true
		}
	}
	return false
}

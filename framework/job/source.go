package job

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/build"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// checkSource finds out whether a plugin can be started, without starting it.
func (l *loader) checkSource(p *plugin, content *hcl.BodyContent) {
	isFolder, err := inspectSource(p.source)
	if err != nil {
		l.fail(p.at, "Plugin cannot be started", "%v.", err)
		return
	}
	p.build = isFolder
	if !isFolder {
		p.Path = p.source
		defer l.checkPin(p)
	}
	if p.Dir != "" {
		if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() {
			l.fail(content.Attributes["dir"].Expr.Range(), "Folder missing", "%s is no folder: the plugin cannot be started in it.", p.Dir)
		}
	}
	if p.SHA256 == "" {
		return
	}
	at := content.Attributes["sha256"].Expr.Range()
	if isFolder {
		l.fail(at, "Wrong argument", "sha256 is for executables; %s is built from its source.", p.source)
		return
	}
	if err := checkSum(p.source, p.SHA256); err != nil {
		l.fail(at, "Wrong checksum", "%v.", err)
	}
}

// inspectSource tells the folder of a Go main package, which can be built
// here, from an executable. Anything else is an error.
func inspectSource(path string) (isFolder bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("plugin %s does not exist", path)
	case err != nil:
		return false, fmt.Errorf("plugin %s: %w", path, err)
	case info.IsDir():
		return true, inspectFolder(path)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("plugin %s is neither a file nor a folder", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return false, fmt.Errorf("plugin %s is not executable: it needs chmod +x, or to be built", path)
	}
	return false, nil
}

func inspectFolder(path string) error {
	p, err := build.Default.ImportDir(path, 0)
	var none *build.NoGoError
	switch {
	case errors.As(err, &none):
		return fmt.Errorf("plugin %s is a folder without Go files for this platform: an executable or a Go main package is needed", path)
	case p.Name != "main" && p.Name != "":
		return fmt.Errorf("plugin %s is Go package %s: an executable or a Go main package is needed", path, p.Name)
	}
	// Whatever else is wrong with the files, the compiler says it best.
	if _, err := findGo(); err != nil {
		return fmt.Errorf("plugin %s has to be built: %w", path, err)
	}
	return nil
}

// checkSum compares the content of a file with a SHA-256 sum in hex.
func checkSum(path, want string) error {
	if !isSum(want) {
		return fmt.Errorf("%q is no SHA-256 sum: it must be %d hexadecimal digits", want, 2*sha256.Size)
	}
	got, err := hashFile(path)
	if err != nil {
		return err
	}
	if !strings.EqualFold(got, want) {
		return fmt.Errorf("the SHA-256 sum of %s is %s", path, got)
	}
	return nil
}

func isSum(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == sha256.Size
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

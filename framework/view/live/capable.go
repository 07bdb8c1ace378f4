package live

import (
	"errors"
	"os"
	"runtime"
	"strings"

	"github.com/charmbracelet/x/term"
)

// Why nothing can be drawn on a file.
var (
	errNoTerminal = errors.New("it is no terminal")
	errDumb       = errors.New("it is a terminal that cannot move its cursor (TERM is dumb or not set)")
	errBackground = errors.New("it is the terminal of another program: this one runs in the background")
)

// Capable returns why a screen cannot be drawn on a file, nil if it can.
func Capable(f *os.File) error {
	switch {
	case f == nil || !term.IsTerminal(f.Fd()):
		return errNoTerminal
	case runtime.GOOS != "windows" && (os.Getenv("TERM") == "" || os.Getenv("TERM") == "dumb"):
		return errDumb
	case !foreground(f):
		return errBackground
	}
	return nil
}

// ascii reports whether the locale is one whose characters are not those of
// UTF-8.
func ascii() bool {
	if runtime.GOOS == "windows" {
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			value = strings.ToLower(strings.ReplaceAll(value, "-", ""))
			return !strings.Contains(value, "utf8")
		}
	}
	return true // which is the locale C
}

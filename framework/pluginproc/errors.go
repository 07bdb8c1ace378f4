package pluginproc

import (
	"errors"
	"fmt"
)

// What can be wrong with a start. Use [errors.Is].
var (
	// ErrNotFound: there is no such file.
	ErrNotFound = errors.New("no such executable")
	// ErrNotExecutable: the file cannot be run (a folder, no permission, another
	// architecture, a missing interpreter).
	ErrNotExecutable = errors.New("not executable")
	// ErrWritable: any user of the machine could replace it.
	ErrWritable = errors.New("the executable can be changed by every user")
	// ErrNotPlugin: it runs, but what it prints is no handshake. See [NotPluginError].
	ErrNotPlugin = errors.New("not a plugin")
	// ErrChecksum: it is not the file that was expected. See [ChecksumError].
	ErrChecksum = errors.New("wrong checksum")
	// ErrVersion: it speaks no version of the protocol that the host speaks. See [VersionError].
	ErrVersion = errors.New("incompatible protocol version")
	// ErrDiedAtStart: it ended before it could be spoken to. See [DiedError].
	ErrDiedAtStart = errors.New("died at start")
	// ErrStartTimeout: it did not shake hands in time.
	ErrStartTimeout = errors.New("start timed out")
)

// StartError is every error of [Start].
type StartError struct {
	Name string // of the plugin
	Path string // of its executable
	Err  error
}

func (e *StartError) Error() string {
	return fmt.Sprintf("pluginproc: start plugin %q (%s): %v", e.Name, e.Path, e.Err)
}

func (e *StartError) Unwrap() error { return e.Err }

// ChecksumError tells both checksums, in lower-case hex.
type ChecksumError struct{ Want, Got string }

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("%v: the file's SHA-256 is %s, wanted %s; if the new file is the right one, change the wanted checksum", ErrChecksum, e.Got, e.Want)
}

// Is makes it match [ErrChecksum].
func (e *ChecksumError) Is(target error) bool { return target == ErrChecksum }

// VersionError tells what both sides speak.
type VersionError struct {
	Host   []int
	Plugin int
}

func (e *VersionError) Error() string {
	newer := "rebuild the plugin with the host's SDK version"
	if len(e.Host) > 0 && e.Plugin > e.Host[0] {
		newer = "use a newer host, or build the plugin with an older SDK"
	}
	return fmt.Sprintf("%v: the host speaks %s, the plugin speaks %d; %s", ErrVersion, list(e.Host), e.Plugin, newer)
}

// Is makes it match [ErrVersion].
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

func list(versions []int) string {
	s := ""
	for i, v := range versions {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprint(v)
	}
	return s
}

// NotPluginError tells what stood in place of a handshake.
type NotPluginError struct {
	Line string // the first line on stdout, made printable
	Why  string
}

func (e *NotPluginError) Error() string {
	return fmt.Sprintf("%v: its first line on stdout is %q: %s", ErrNotPlugin, e.Line, e.Why)
}

// Is makes it match [ErrNotPlugin].
func (e *NotPluginError) Is(target error) bool { return target == ErrNotPlugin }

// DiedError tells how it died.
type DiedError struct{ Exit Exit }

func (e *DiedError) Error() string {
	text := e.Exit.Explain()
	if lastWords(e.Exit.Stderr) == "" {
		text += noWords
	}
	return fmt.Sprintf("%v: it ended before the host could speak to it: %s", ErrDiedAtStart, text)
}

// Is makes it match [ErrDiedAtStart].
func (e *DiedError) Is(target error) bool { return target == ErrDiedAtStart }

package pluginproc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Defaults of [Config].
const (
	DefaultStartTimeout    = 10 * time.Second
	DefaultMaxMessageBytes = 64 << 20
)

// Config says which plugin to run and how. Path and RuntimeDir are required.
// Start copies what it needs; a Config may be used for many starts.
type Config struct {
	// Name stands in logs and errors. Default: the base name of Path.
	Name string
	// Path is the executable, relative to the host's working directory. It is
	// not looked up in PATH.
	Path string
	Args []string
	// Dir is the working directory. Default: the host's.
	Dir string
	// Env is set on top of a few variables of the host (see the package's
	// allow-list: PATH, HOME, locale, time zone, temporary folder and the like);
	// the rest of the host's environment stays out.
	Env map[string]string
	// SHA256 is the expected checksum of the file in hex, verified immediately
	// before it is run. Default: not verified.
	SHA256 string
	// Nice is the nice level of the process, from -20, which takes precedence over
	// others, to 19; 0 leaves it that of the host. A level below the host's needs
	// privileges, and there are none on Windows: the start fails.
	Nice int
	// Contain has the process run in a control group of its own, by which its
	// memory can be bounded, where the host may make one: see [Contained].
	Contain bool
	// RuntimeDir is a private folder (mode 0700) of the host for the socket; it
	// must exist, and its path be short: a socket's is limited to 107 bytes.
	RuntimeDir string
	// StartTimeout bounds the start. Default: 10 s.
	StartTimeout time.Duration
	// MaxMessageBytes limits a gRPC message in both directions. Default: 64 MiB.
	MaxMessageBytes int
	// Logger gets the plugin's output. Default: none.
	Logger *slog.Logger
	// OnExit is called once, on a goroutine of its own, after Exited was closed.
	// Not called for a start that failed: the error tells.
	OnExit func(Exit)
}

// socketSuffix is what go-plugin adds to RuntimeDir at most:
// /plugin-dir<10 digits>/plugin<10 digits>.
const socketSuffix = len("/plugin-dir") + 10 + len("/plugin") + 10

// maxSocketPath is the smallest limit among the systems: 104 bytes with its
// terminator on macOS and the BSDs, 108 on Linux.
const maxSocketPath = 103

func isSHA256(s string) bool {
	sum, err := hex.DecodeString(s)
	return err == nil && len(sum) == sha256.Size
}

// withDefaults fills in what was left out, and makes paths absolute: a relative
// Path would otherwise be taken from Dir.
func (c Config) withDefaults() (Config, error) {
	if c.Name == "" {
		c.Name = filepath.Base(c.Path)
	}
	if c.StartTimeout == 0 {
		c.StartTimeout = DefaultStartTimeout
	}
	if c.MaxMessageBytes == 0 {
		c.MaxMessageBytes = DefaultMaxMessageBytes
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := c.validate(); err != nil {
		return c, err
	}
	var err error
	if c.Path, err = filepath.Abs(c.Path); err != nil {
		return c, fmt.Errorf("make the path absolute: %w", err)
	}
	if c.RuntimeDir, err = filepath.Abs(c.RuntimeDir); err != nil {
		return c, fmt.Errorf("make the runtime folder's path absolute: %w", err)
	}
	if n := len(c.RuntimeDir) + socketSuffix; n > maxSocketPath {
		return c, fmt.Errorf("runtime folder %q: the path of a socket in it would have %d bytes, the system's limit is %d; use a folder whose path has at most %d bytes",
			c.RuntimeDir, n, maxSocketPath, maxSocketPath-socketSuffix)
	}
	return c, nil
}

func (c Config) validate() error {
	switch {
	case c.Path == "":
		return errors.New("no path: name the plugin's executable")
	case c.RuntimeDir == "":
		return errors.New("no runtime folder: name a private folder for the socket")
	case c.StartTimeout < 0:
		return fmt.Errorf("start timeout %v is negative: give a positive one, or 0 for %v", c.StartTimeout, DefaultStartTimeout)
	case c.MaxMessageBytes < 0:
		return fmt.Errorf("message limit %d is negative: give a positive number of bytes, or 0 for %d", c.MaxMessageBytes, DefaultMaxMessageBytes)
	case c.Nice < MinNice || c.Nice > MaxNice:
		return fmt.Errorf("nice level %d is out of range: give one from %d to %d", c.Nice, MinNice, MaxNice)
	case c.SHA256 != "" && !isSHA256(c.SHA256):
		return fmt.Errorf("checksum %q: a SHA-256 has 64 hexadecimal digits", c.SHA256)
	}
	for k, v := range c.Env {
		if k == "" || strings.ContainsAny(k, "=\x00") || strings.Contains(v, "\x00") {
			return fmt.Errorf("environment variable %q: a name is not empty and holds no %q, and neither name nor value holds a zero byte", k, "=")
		}
	}
	if err := folder(c.RuntimeDir); err != nil {
		return fmt.Errorf("runtime folder: %w", err)
	}
	if c.Dir != "" {
		if err := folder(c.Dir); err != nil {
			return fmt.Errorf("working directory: %w", err)
		}
	}
	return nil
}

func folder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%q is no folder", path)
	}
	return nil
}

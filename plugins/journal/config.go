package journal

import (
	"errors"
	"fmt"
	"time"
)

// Name is the name under which the plugin is attached.
const Name = "journal"

// Config is the plugin's configuration.
type Config struct {
	File       string         `hcl:"file" doc:"file to append to"`
	Payloads   bool           `hcl:"payloads,optional" doc:"whether inputs and results are written; by default not"`
	Compress   bool           `hcl:"compress,optional" doc:"whether lines are compressed, with zstd; by default not"`
	MaxSize    int            `hcl:"max_size_mib,optional" doc:"size in MiB at which the file is rotated; by default never"`
	MaxBackups int            `hcl:"max_backups,optional" doc:"how many rotated files are kept; by default all"`
	Sync       *time.Duration `hcl:"sync,optional" doc:"how long what was written may be lost with the machine, not with the plugin; \"0s\" to wait for the disk at every write; by default 1s"`
}

// defaultSync is how long what was written may wait for the disk.
const defaultSync = time.Second

// check finds values that are out of range, and fills in defaults.
func (c *Config) check() error {
	var errs []error
	wrong := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration: %s: %s", name, fmt.Sprintf(format, args...)))
	}
	if c.File == "" {
		wrong("file", "is empty: it must be the path of a file")
	}
	if c.MaxSize < 0 {
		wrong("max_size_mib", "%d is out of range: it must not be negative", c.MaxSize)
	}
	if c.MaxBackups < 0 {
		wrong("max_backups", "%d is out of range: it must not be negative", c.MaxBackups)
	}
	if c.MaxBackups > 0 && c.MaxSize == 0 {
		wrong("max_backups", "there are none without max_size_mib")
	}
	if c.Sync == nil {
		c.Sync = new(defaultSync)
	}
	if *c.Sync < 0 {
		wrong("sync", "%v is out of range: it must not be negative", *c.Sync)
	}
	return errors.Join(errs...)
}

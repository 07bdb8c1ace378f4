package logging

import (
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"time"
)

// Name is the name under which the plugin is attached.
const Name = "logging"

// Config is the plugin's configuration. The zero value writes all events to the
// host's log, at info, failures at warn.
type Config struct {
	File       string            `hcl:"file,optional" doc:"file to append to; by default the host's log"`
	Format     string            `hcl:"format,optional" doc:"text (the default) or json; of a file"`
	Level      string            `hcl:"level,optional" doc:"lowest level that is written: debug, info (the default), warn or error"`
	Levels     map[string]string `hcl:"levels,optional" doc:"levels by event, such as { on_future_done = \"debug\" }; by default info, warn for exceptions, cancellations and lost workers"`
	Events     []string          `hcl:"events,optional" doc:"events to write, with * and ? for any; by default all"`
	Tasks      []string          `hcl:"tasks,optional" doc:"tasks whose events are written; by default all"`
	Every      int               `hcl:"every,optional" doc:"write every n-th emission of each event only; failures are always written"`
	MaxSize    int               `hcl:"max_size_mib,optional" doc:"size in MiB at which a file is rotated; by default 100"`
	MaxAge     time.Duration     `hcl:"max_age,optional" doc:"age at which rotated files are removed, in whole days such as 168h; by default never"`
	MaxBackups int               `hcl:"max_backups,optional" doc:"how many rotated files are kept; by default all"`
}

// check finds values that are out of range, and fills in defaults.
func (c *Config) check() error {
	var errs []error
	wrong := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration: %s: %s", name, fmt.Sprintf(format, args...)))
	}
	if c.Format == "" {
		c.Format = "text"
	}
	if !slices.Contains([]string{"text", "json"}, c.Format) {
		wrong("format", "%q is no format: it must be text or json", c.Format)
	}
	if _, err := levelOf(c.Level); err != nil {
		wrong("level", "%v", err)
	}
	for event, level := range c.Levels {
		if _, err := levelOf(level); err != nil {
			wrong("levels", "%s: %v", event, err)
		}
	}
	for _, pattern := range c.Events {
		if _, err := path.Match(pattern, ""); err != nil {
			wrong("events", "%q is no pattern", pattern)
		}
	}
	if c.Every == 0 {
		c.Every = 1
	}
	if c.Every < 1 {
		wrong("every", "%d is out of range: it must be 1 or more", c.Every)
	}
	if c.MaxSize < 0 {
		wrong("max_size_mib", "%d is out of range: it must not be negative", c.MaxSize)
	}
	if c.MaxBackups < 0 {
		wrong("max_backups", "%d is out of range: it must not be negative", c.MaxBackups)
	}
	const day = 24 * time.Hour
	if c.MaxAge < 0 || c.MaxAge%day != 0 {
		wrong("max_age", "%v is out of range: it must be whole days, such as 24h or 168h", c.MaxAge)
	}
	if c.File == "" && (c.MaxSize > 0 || c.MaxAge > 0 || c.MaxBackups > 0) {
		wrong("file", "is missing: only a file is rotated")
	}
	return errors.Join(errs...)
}

func levelOf(text string) (slog.Level, error) {
	if text == "" {
		return slog.LevelInfo, nil
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(text)); err != nil {
		return 0, fmt.Errorf("%q is no level: it must be debug, info, warn or error", text)
	}
	return l, nil
}

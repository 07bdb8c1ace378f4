package metrics

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Name is the name under which the plugin is attached.
const Name = "metrics"

// DefaultPort is where the page is by default.
const DefaultPort = 9464

// Config is the plugin's configuration. The zero value serves a page to this
// machine at DefaultPort while a run goes on.
type Config struct {
	Listen   string        `hcl:"listen,optional" doc:"address of the page; 127.0.0.1:9464 by default, a free port for :0"`
	Expose   bool          `hcl:"expose,optional" doc:"let other machines reach the page, on all addresses or on the one of listen"`
	Linger   time.Duration `hcl:"linger,optional" doc:"keep the page after the run until it has been scraped once more, for so long at most; by default it ends with the run"`
	Textfile string        `hcl:"textfile,optional" doc:"a file for node_exporter's textfile collector, written at the end of the run; its name ends in .prom"`
}

// check finds values that are out of range, and completes the address.
func (c *Config) check() error {
	var errs []error
	wrong := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration: %s: %w", name, fmt.Errorf(format, args...)))
	}
	if err := c.checkListen(); err != nil {
		wrong("listen", "%w", err)
	}
	if c.Linger < 0 {
		wrong("linger", "%v is out of range: it must not be negative", c.Linger)
	}
	if err := c.checkTextfile(); err != nil {
		wrong("textfile", "%w", err)
	}
	return errors.Join(errs...)
}

func (c *Config) checkListen() error {
	if c.Listen == "" {
		c.Listen = fmt.Sprintf(":%d", DefaultPort)
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("%q is no address: it must be a port, as in \":%d\", or a host and a port", c.Listen, DefaultPort)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q is no port: it must be a number from 0, for a free one, to 65535", port)
	}
	switch {
	case c.Expose && isLoopback(host):
		return fmt.Errorf("%s is an address that no other machine reaches: leave out either the host or expose", c.Listen)
	case c.Expose:
	case host == "":
		c.Listen = net.JoinHostPort("127.0.0.1", port)
	case !isLoopback(host):
		return fmt.Errorf("%s can be reached from other machines: if that is meant, set expose = true", c.Listen)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkTextfile finds a file that cannot be written, before the run.
func (c *Config) checkTextfile() error {
	if c.Textfile == "" {
		return nil
	}
	if filepath.Ext(c.Textfile) != ".prom" {
		return fmt.Errorf("%q does not end in .prom: node_exporter reads no other files", c.Textfile)
	}
	if info, err := os.Stat(c.Textfile); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", c.Textfile)
	}
	// It will be replaced by another file, which is written beside it.
	f, err := os.CreateTemp(filepath.Dir(c.Textfile), "."+filepath.Base(c.Textfile))
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fmt.Errorf("it cannot be written: %w", err)
	}
	return nil
}

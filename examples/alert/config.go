package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// Config is the plugin's config block. The host checks it against these fields
// before anything starts; what else has to hold, sender checks.
type Config struct {
	Webhook string `hcl:"webhook,optional" doc:"URL that alerts are posted to"`
	File    string `hcl:"file,optional" doc:"file that alerts are appended to, one line each"`
	Every   int    `hcl:"every,optional" doc:"alert at every n-th exception; by default 10"`
	Limit   int    `hcl:"limit,optional" doc:"how many alerts at most; by default 5"`
}

// sender fills in defaults and returns what sends alerts. Errors begin as the
// host's own do, so that they are shown at the attribute in the job file.
func (c *Config) sender() (func(context.Context, Alert) error, error) {
	if c.Every == 0 {
		c.Every = 10
	}
	if c.Limit == 0 {
		c.Limit = 5
	}
	switch {
	case c.Every < 0:
		return nil, fmt.Errorf("configuration: every: %d is out of range: it must be 1 or more", c.Every)
	case c.Limit < 0:
		return nil, fmt.Errorf("configuration: limit: %d is out of range: it must be 1 or more", c.Limit)
	case c.Webhook != "" && c.File != "":
		return nil, errors.New("configuration: file: there is a webhook already: one of the two is needed")
	case c.Webhook != "":
		if u, err := url.Parse(c.Webhook); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("configuration: webhook: %q is no address: it must be such as http://127.0.0.1:9000/", c.Webhook)
		}
		return webhook(c.Webhook).send, nil
	case c.File == "":
		return nil, errors.New("configuration: neither webhook nor file is given: one of the two is needed")
	}
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("configuration: file: it cannot be written: %w", err)
	}
	return lines{f}.send, nil
}

package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/view"
)

// wait is how long a host may take to say who it is.
const wait = 3 * time.Second

// List returns the runs of this user that answer, the oldest first. The error
// tells of those that do not: hosts that hang or are stopped. What hosts have
// left that were killed is removed.
func List(ctx context.Context) ([]*Client, error) {
	var sockets []string
	for _, folder := range pluginproc.Folders() {
		path := filepath.Join(folder, socketName)
		if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
			sockets = append(sockets, path)
		}
	}
	clients, errs := make([]*Client, len(sockets)), make([]error, len(sockets))
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var wg sync.WaitGroup
	for i, path := range sockets {
		wg.Go(func() {
			c := newClient(path)
			err := c.get(ctx, "info", &c.info)
			switch {
			case err == nil:
				clients[i] = c
			case errors.Is(err, ErrGone): // it has ended meanwhile
			case ctx.Err() != nil:
				errs[i] = fmt.Errorf("control: the host that listens on %s does not answer: it hangs, or is stopped", path)
			default:
				errs[i] = err
			}
		})
	}
	wg.Wait()
	clients = slices.DeleteFunc(clients, func(c *Client) bool { return c == nil })
	slices.SortFunc(clients, func(a, b *Client) int {
		return cmp.Or(a.info.Started.Compare(b.info.Started), cmp.Compare(a.info.ID, b.info.ID))
	})
	return clients, errors.Join(errs...)
}

// NotFoundError is returned where no run, or more than one, is meant by a name.
type NotFoundError struct {
	Asked string
	// Found are the runs that are meant, none or more than one; All are all
	// that there are.
	Found, All []Info
}

// Error tells which runs there are.
func (e *NotFoundError) Error() string {
	asked := view.Clean(strconv.Quote(e.Asked))
	switch {
	case len(e.Found) > 0:
		return fmt.Sprintf("control: %d runs are meant by %s: give the id or the pid of one:%s", len(e.Found), asked, lines(e.Found))
	case len(e.All) > 0:
		return fmt.Sprintf("control: there is no run %s; there are:%s", asked, lines(e.All))
	}
	return fmt.Sprintf("control: there is no run %s, and no other", asked)
}

func lines(all []Info) string {
	var b strings.Builder
	for _, i := range all {
		fmt.Fprintf(&b, "\n  %s  pid %d  %s", i.ID, i.PID, view.Clean(i.Name))
		if i.Job != "" {
			fmt.Fprintf(&b, "  %s", view.Clean(i.Job))
		}
	}
	return b.String()
}

// Find returns the run of this user that has that name or, if none has, the run
// whose id begins like that or whose process has that number. If there is none,
// or there are several, the error is a [*NotFoundError].
func Find(ctx context.Context, name string) (*Client, error) {
	all, failed := List(ctx)
	named, others := []*Client{}, []*Client{}
	missing := &NotFoundError{Asked: name}
	for _, c := range all {
		missing.All = append(missing.All, c.info)
		switch {
		case c.info.Name == name:
			named = append(named, c)
		case name != "" && (strings.HasPrefix(c.info.ID, strings.ToLower(name)) || strconv.Itoa(c.info.PID) == name):
			others = append(others, c)
		}
	}
	if len(named) == 0 {
		named = others
	}
	if len(named) == 1 {
		return named[0], nil
	}
	for _, c := range named {
		missing.Found = append(missing.Found, c.info)
	}
	return nil, errors.Join(missing, failed)
}

// isGone reports whether an error says that nobody listens any more.
func isGone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/framework/view"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 256 << 20

// ErrGone is returned when a run does not answer any more: it has ended.
var ErrGone = errors.New("the run has ended")

// Client is a run of another process, or of this one, that is asked over its
// socket. It is a [Run]. [List] and [Find] make clients; they hold nothing that
// would have to be closed.
type Client struct {
	info Info
	http http.Client
}

func newClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &Client{http: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Info returns who answers.
func (c *Client) Info() Info { return c.info }

// Look implements [Run].
func (c *Client) Look(ctx context.Context, tree bool) (out view.Run, err error) {
	return out, c.get(ctx, "run?tree="+strconv.FormatBool(tree), &out)
}

// Futures implements [Run].
func (c *Client) Futures(ctx context.Context, which Which) (out []Future, err error) {
	q := url.Values{"state": {string(which.State)}, "task": {which.Task}, "limit": {strconv.Itoa(which.Limit)}}
	return out, c.get(ctx, "futures?"+q.Encode(), &out)
}

// Explain implements [Run].
func (c *Client) Explain(ctx context.Context, future uint64) (out Explanation, err error) {
	return out, c.get(ctx, "futures/"+strconv.FormatUint(future, 10), &out)
}

// Plugins implements [Run]. It reads the executables, to tell their versions and
// sums: those that run, where the system can tell.
func (c *Client) Plugins(ctx context.Context) (out Plugins, err error) {
	if err = c.get(ctx, "plugins", &out); err == nil {
		out.inspect()
	}
	return out, err
}

// Pause implements [Run].
func (c *Client) Pause(ctx context.Context, paused bool) error {
	return c.post(ctx, "pause", pauseRequest{paused}, &done{})
}

// Cancel implements [Run].
func (c *Client) Cancel(ctx context.Context, task string, future uint64) (int, error) {
	var out cancelled
	err := c.post(ctx, "cancel", cancelRequest{task, future}, &out)
	return out.Cancelled, err
}

// Stop implements [Run].
func (c *Client) Stop(ctx context.Context) error { return c.post(ctx, "stop", stopRequest{}, &done{}) }

// Kill implements [Run].
func (c *Client) Kill(ctx context.Context) error {
	return c.post(ctx, "stop", stopRequest{Kill: true}, &done{})
}

func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.ask(ctx, http.MethodGet, path, nil, out)
}

func (c *Client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	return c.ask(ctx, http.MethodPost, path, bytes.NewReader(body), out)
}

func (c *Client) ask(ctx context.Context, method, path string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://run/v1/"+path, body)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() == nil && isGone(err) {
			err = ErrGone
		}
		return fmt.Errorf("control: %s: %w", c.describe(), err)
	}
	defer func() { _ = resp.Body.Close() }()
	d := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode == http.StatusOK {
		if err := d.Decode(out); err != nil {
			return fmt.Errorf("control: %s: its answer is not understood: %w", c.describe(), err)
		}
		return nil
	}
	var no refused
	if err := d.Decode(&no); err != nil || no.Error == "" {
		return fmt.Errorf("control: %s: it answers %s: it may be of another version", c.describe(), resp.Status)
	}
	return fmt.Errorf("control: %s: %w", c.describe(), ofText(no.Error))
}

// ofText makes an error of what a server answers, which matches the errors of
// this package.
func ofText(text string) error {
	for _, known := range []error{ErrUnknown, ErrNotStarted} {
		if rest, ok := strings.CutPrefix(text, known.Error()); ok {
			return fmt.Errorf("%w%s", known, rest)
		}
	}
	return errors.New(text)
}

func (c *Client) describe() string {
	if c.info.ID == "" {
		return "a run"
	}
	return fmt.Sprintf("run %s (%s, pid %d)", view.Clean(c.info.Name), c.info.ID, c.info.PID)
}

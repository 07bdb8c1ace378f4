package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

// webhook posts alerts.
type webhook string

// postTimeout is less than what the host grants plugins at the end of a run, so
// that the last alert is told of even if nobody answers.
const postTimeout = 3 * time.Second

func (w webhook) send(ctx context.Context, a Alert) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(w), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("post %s: %s", w, resp.Status)
	}
	return nil
}

// lines appends alerts to a file, each with one write.
type lines struct{ *os.File }

func (l lines) send(_ context.Context, a Alert) error {
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = l.Write(append(line, '\n'))
	return err
}

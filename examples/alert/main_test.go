package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/sdk/sdktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDisk = errors.New("disk full")

func TestAlertsArePosted(t *testing.T) {
	t.Parallel()
	var posted []Alert
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a Alert
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		posted = append(posted, a)
	}))
	defer server.Close()
	p := sdktest.Host{Config: Config{Webhook: server.URL, Every: 2, Limit: 2}}.Attach(t, alert)

	p.Exception("resize", errDisk)
	p.Result("resize", "fine")
	require.Empty(t, posted)

	p.Exception("crop", errDisk)
	require.Len(t, posted, 1)
	require.False(t, posted[0].Time.IsZero())
	posted[0].Time = time.Time{}
	require.Equal(t, Alert{Run: t.Name(), Task: "crop", Future: 3, Error: "disk full", Exceptions: 2}, posted[0])

	for range 10 {
		p.Exception("resize", errDisk)
	}
	require.Len(t, posted, 2, "no more than the limit")
}

func TestAlertsAreWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alerts.jsonl")
	p := sdktest.Host{Config: Config{File: file}}.Attach(t, alert)

	for range 35 {
		p.Exception("resize", errDisk)
	}
	p.Finish()
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(written), `"error":"disk full"`), "the 10th, 20th and 30th")
	require.Contains(t, string(written), `"exceptions":30`)
}

func TestAProcessGoesOnWhereTheLastOneDied(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alerts.jsonl")
	p := sdktest.Host{Config: Config{File: file, Every: 2, Limit: 2}}.Attach(t, alert)
	for range 3 {
		p.Exception("resize", errDisk)
		p.Restart(0)
	}
	p.Miss(func() { p.Exception("resize", errDisk) }) // the fourth, which would alert
	for range 10 {
		p.Exception("resize", errDisk)
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(written), "\n"))
	require.Contains(t, string(written), `"exceptions":2}`)
	require.Contains(t, string(written), `"exceptions":6}`)
}

func TestAnAlertThatCannotBeSentIsLogged(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	logsOneWith := func(want string) {
		p := sdktest.Host{Config: Config{Webhook: server.URL, Every: 1}}.Attach(t, alert)
		p.Exception("resize", errDisk)
		require.Len(t, p.Logs(), 1)
		require.Contains(t, p.Logs()[0].Attr("error"), want)
	}
	logsOneWith("404 Not Found")
	server.Close()
	logsOneWith("connection refused")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Config{
		"neither webhook nor file is given":            {},
		"file: there is a webhook already":             {Webhook: "http://127.0.0.1/", File: "f"},
		`webhook: "localhost" is no address`:           {Webhook: "localhost"},
		"file: it cannot be written: open /no/such/f:": {File: "/no/such/f"},
		"every: -1 is out of range":                    {File: "f", Every: -1},
		"limit: -1 is out of range":                    {File: "f", Limit: -1},
	} {
		_, err := sdktest.Host{Config: c}.OpenAttachment(t, alert)
		require.ErrorContains(t, err, "configuration: "+want)
	}
	_, err := sdktest.Host{Config: map[string]any{"fiel": "f"}}.OpenAttachment(t, alert)
	require.ErrorContains(t, err, `there is no attribute "fiel": there are webhook, file, every, limit`)
}

// Alert is an event plugin: it tells somebody when calls fail, at every tenth
// failure, by a post to a webhook or a line in a file. It is an example of how
// one is written, configured, and tested.
package main

import (
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() { sdk.Serve(alert) }

// Alert is what is told, as JSON.
type Alert struct {
	Run        string    `json:"run"`
	Time       time.Time `json:"time"`
	Task       string    `json:"task"`
	Future     uint64    `json:"future"`
	Error      string    `json:"error"`      // the last
	Exceptions int       `json:"exceptions"` // so far
}

// The host calls at every c.Every-th failure only; the process is not even sent
// the others. If it dies, the one that replaces it goes on with the limit.
var alert = sdk.EventPlugin("alert", func(s *sdk.Scheduler, c Config) error {
	send, err := c.sender()
	if err != nil {
		return err // the run does not start
	}
	s.OnFutureException.Do(func(e sdk.FutureException) {
		a := Alert{Run: s.Run().Name, Time: e.Time, Task: e.Future.Task, Future: e.Future.ID, Error: e.Err.Error(), Exceptions: s.OnFutureException.Count()}
		if err := send(s.Context(), a); err != nil {
			slog.ErrorContext(s.Context(), "alert not sent", "error", err)
		}
	}, event.Every(c.Every), event.Limit(c.Limit), event.Named("alert"))
	return nil
})

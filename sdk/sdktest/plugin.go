package sdktest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

// Plugin is a running plugin. It is made by [Start] and ends with the test. Its
// methods may be called from any goroutine.
type Plugin struct {
	t       testing.TB
	limit   int // of one input or output, in bytes
	grace   time.Duration
	index   map[string]uint32
	server  *plugin.Server
	session *session.Session // nil where the set-up failed

	slot     chan struct{} // held by the call that runs
	seq      uint64        // of the last call; guarded by slot
	results  chan session.Result
	returned chan uint64
	over     chan struct{} // closed when the session has ended
	why      error         // valid once over is closed
	book     *book

	hears func(*Said) // nil for nobody
	// Of receive: what the task of that number has said, and may, by cost.
	heardSeq, heard, granted uint64
}

// receive hands over what the plugin answers. One call is under way at a time,
// so that there is always room for its answer.
func (p *Plugin) receive() {
	defer close(p.over)
	var results []session.Result
	for {
		resp, err := p.session.Receive()
		if err == nil && resp.GetMessages() != nil {
			err = p.hear(resp.GetMessages())
		}
		if err == nil && resp.GetResults() != nil {
			results, err = session.Results(results[:0], resp.GetResults())
		}
		if err != nil {
			p.why = fmt.Errorf("sdktest: the plugin's session has ended: %w", err)
			return
		}
		for _, r := range results {
			p.results <- r
		}
		results = results[:0]
		if returned := resp.GetReturned(); returned != nil {
			// A call that had begun is not among them.
			for _, seq := range returned.GetSeq() {
				p.returned <- seq
			}
		}
	}
}

// endGrace is how long a plugin may take to end.
const endGrace = 5 * time.Second

// close ends the plugin.
func (p *Plugin) close(stop func()) {
	var err error
	if p.session != nil {
		err = p.session.CloseSend()
		select {
		case <-p.over:
		case <-time.After(endGrace):
			err = errors.New("the session does not end")
		}
	}
	stop()
	if p.session != nil {
		<-p.over
	}
	if err != nil {
		p.t.Errorf("sdktest: end of the plugin: %v", err)
	}
}

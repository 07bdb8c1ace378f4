package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/signalbox-go/signalbox/sdk"
)

const (
	// relistenFor is how long the port of a process that has died may remain in
	// use.
	relistenFor = 3 * time.Second
	// closeWithin is how long answers that are on their way have at the end.
	closeWithin = time.Second
)

// page is where metrics are served.
type page struct {
	ctx     context.Context // of the plugin
	address string
	totals  *totals
	of      *registries
	ln      net.Listener // nil until it is known where the process before listened
	server  *http.Server

	over    atomic.Bool // the run is, and all that it has brought is counted
	once    sync.Once
	scraped chan struct{} // closed when it was scraped after that
}

// listen opens the page, which answers once it is served: connections wait
// until then.
func listen(s *sdk.Scheduler, c Config, t *totals, of *registries) (*page, error) {
	p := &page{ctx: s.Context(), address: c.Listen, totals: t, of: of, scraped: make(chan struct{})}
	_, again := s.Resumed()
	_, port, _ := net.SplitHostPort(c.Listen) // checked
	if again && port == "0" {
		return p, nil // the totals tell where, which are not there yet
	}
	var err error
	if p.ln, err = open(c.Listen, again); err != nil {
		return nil, fmt.Errorf("configuration: listen: the page cannot be served: %w", err)
	}
	t.Port = p.port()
	return p, nil
}

// open listens. A port that the process before this one had may be in use for
// a moment longer.
func open(address string, again bool) (net.Listener, error) {
	for began := time.Now(); ; <-time.After(20 * time.Millisecond) {
		ln, err := net.Listen("tcp", address)
		if err == nil || !again || time.Since(began) > relistenFor {
			return ln, err
		}
	}
}

func (p *page) port() int {
	if a, ok := p.ln.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// serve answers from now on, as long as the plugin is of use.
func (p *page) serve() {
	if p.ln == nil && !p.reopen() {
		return
	}
	p.totals.mu.Lock()
	p.totals.Port = p.port()
	p.totals.mu.Unlock()
	p.server = &http.Server{Handler: p.routes(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)}
	context.AfterFunc(p.ctx, func() { _ = p.server.Close() }) // what comes of it is told by Serve
	slog.InfoContext(p.ctx, "metrics are served", "url", fmt.Sprintf("http://%s/metrics", p.ln.Addr()))
	go func() {
		if err := p.server.Serve(p.ln); !errors.Is(err, http.ErrServerClosed) {
			slog.ErrorContext(p.ctx, "metrics are served no more", "error", err)
		}
	}()
}

// reopen listens where the process before this one did, or else anywhere.
func (p *page) reopen() bool {
	host, _, _ := net.SplitHostPort(p.address) // checked
	var err error
	if p.ln, err = open(net.JoinHostPort(host, strconv.Itoa(p.totals.Port)), true); err == nil {
		return true
	}
	slog.WarnContext(p.ctx, "metrics move to another port", "port", p.totals.Port, "error", err)
	if p.ln, err = open(p.address, false); err != nil {
		slog.ErrorContext(p.ctx, "metrics are served no more", "error", err)
	}
	return err == nil
}

func (p *page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.index)
	mux.HandleFunc("GET /metrics", p.scrape)
	return mux
}

// scrape answers with all metrics, and takes note of one that has seen the end
// of the run.
func (p *page) scrape(w http.ResponseWriter, r *http.Request) {
	complete := false
	all := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		over := p.over.Load()
		families, err := p.of.all().Gather()
		complete = over && err == nil
		return families, err
	})
	promhttp.HandlerFor(all, promhttp.HandlerOpts{EnableOpenMetrics: true,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelError)}).ServeHTTP(w, r)
	if complete && r.Method == http.MethodGet {
		p.once.Do(func() { close(p.scraped) })
	}
}

// linger keeps the page until it was scraped once more, or ctx ends.
func (p *page) linger(ctx context.Context, atMost time.Duration) {
	if p.server == nil {
		return
	}
	slog.InfoContext(p.ctx, "the page of metrics stays until it has been scraped once more", "port", p.port(), "at_most", atMost)
	select {
	case <-p.scraped:
	case <-ctx.Done():
		slog.WarnContext(p.ctx, "nobody has scraped the metrics after the end of the run", "waited", atMost)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	_ = p.server.Shutdown(ctx) // the process ends, whatever is left
}

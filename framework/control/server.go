package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
)

const (
	// socketName is that of the socket in the server's folder.
	socketName = "control"
	// patience is how long a client may take for a request, and for reading what
	// it is answered.
	patience = 10 * time.Second
	// closing is how long answers that are under way may take when a server is
	// closed.
	closing = 250 * time.Millisecond
	// maxRequest bounds what a client sends, in bytes.
	maxRequest = 64 << 10
)

// Server answers for a run. It is made by [Serve].
type Server struct {
	run    Run
	info   Info
	folder *pluginproc.Folder
	http   *http.Server
	over   chan struct{}
	once   sync.Once
}

// Option is an option of [Serve].
type Option func(*Info)

// Job tells which job file the run is of.
func Job(path string) Option { return func(i *Info) { i.Job = path } }

// Serve answers for a run until the server is closed. The error says why it
// cannot; a run is as good without.
func Serve(run Run, opts ...Option) (*Server, error) {
	now, err := run.Look(context.Background(), false)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	folder, err := pluginproc.MakeFolder()
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	path := filepath.Join(folder.Path(), socketName)
	listener, err := net.Listen("unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		if listener != nil {
			_ = listener.Close()
		}
		folder.Remove()
		return nil, fmt.Errorf("control: nothing can listen for other processes: %w", err)
	}
	s := &Server{run: run, folder: folder, over: make(chan struct{}),
		info: Info{ID: uuid.NewString()[:8], Name: now.Name, PID: os.Getpid(), Started: time.Now()}}
	s.info.Program, _ = os.Executable() // empty where it cannot be told
	for _, o := range opts {
		o(&s.info)
	}
	s.http = &http.Server{Handler: s.routes(), ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: patience,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		defer close(s.over)
		_ = s.http.Serve(listener) // until it is closed
	}()
	return s, nil
}

// Info returns who answers.
func (s *Server) Info() Info { return s.info }

// Close ends the server, and returns when nothing of it is left. Answers that
// are under way have a moment to be completed. It may be called again.
func (s *Server) Close() {
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closing)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close()
		}
		s.folder.Remove()
	})
	<-s.over
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/info", answer(func(*http.Request) (any, error) { return s.info, nil }))
	mux.HandleFunc("GET /v1/run", answer(func(r *http.Request) (any, error) {
		return s.run.Look(r.Context(), r.FormValue("tree") == "true")
	}))
	mux.HandleFunc("GET /v1/futures", answer(func(r *http.Request) (any, error) {
		which := Which{State: State(r.FormValue("state")), Task: r.FormValue("task")}
		if text := r.FormValue("limit"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("limit %q: it must be a number", text)
			}
			which.Limit = n
		}
		return s.run.Futures(r.Context(), which)
	}))
	mux.HandleFunc("GET /v1/futures/{id}", answer(func(r *http.Request) (any, error) {
		id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("future %q: it must be a number", r.PathValue("id"))
		}
		return s.run.Explain(r.Context(), id)
	}))
	mux.HandleFunc("GET /v1/plugins", answer(func(r *http.Request) (any, error) { return s.run.Plugins(r.Context()) }))
	mux.HandleFunc("POST /v1/pause", act(func(ctx context.Context, in pauseRequest) (any, error) {
		return done{}, s.run.Pause(ctx, in.Paused)
	}))
	mux.HandleFunc("POST /v1/cancel", act(func(ctx context.Context, in cancelRequest) (any, error) {
		n, err := s.run.Cancel(ctx, in.Task, in.Future)
		return cancelled{n}, err
	}))
	mux.HandleFunc("POST /v1/stop", act(func(ctx context.Context, in stopRequest) (any, error) {
		if in.Kill {
			return done{}, s.run.Kill(ctx)
		}
		return done{}, s.run.Stop(ctx)
	}))
	return mux
}

// What goes to and fro.
type (
	pauseRequest  struct{ Paused bool }
	cancelRequest struct {
		Task   string
		Future uint64
	}
	stopRequest struct{ Kill bool }
	done        struct{}
	cancelled   struct {
		Cancelled int `json:"cancelled"`
	}
	refused struct {
		Error string `json:"error"`
	}
)

// act answers what asks for something to be done.
func act[In any](do func(context.Context, In) (any, error)) http.HandlerFunc {
	return answer(func(r *http.Request) (any, error) {
		var in In
		d := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return nil, fmt.Errorf("the request is not understood: %w", err)
		}
		return do(r.Context(), in)
	})
}

// answer writes what fn returns.
func answer(fn func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := fn(r)
		code := http.StatusOK
		switch {
		case errors.Is(err, ErrUnknown):
			out, code = refused{err.Error()}, http.StatusNotFound
		case errors.Is(err, ErrNotStarted):
			out, code = refused{err.Error()}, http.StatusServiceUnavailable
		case err != nil:
			out, code = refused{err.Error()}, http.StatusBadRequest
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(out) // whoever is gone need not know
	}
}

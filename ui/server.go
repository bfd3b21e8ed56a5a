// Package ui is what people and programs meet: the HTTP API of docs/api.md, the live socket, and the console.
//
// One table (routes.go) says what there is and who may use it; nothing is served that is not in it. Before a handler
// runs, the server has looked up who asks, the origin, the role and, where a vehicle is told something, the control
// lease. What people do is written to the audit, with its outcome, before they get the answer.
package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"vedette/internal/access"
	"vedette/internal/store"
	"vedette/ui/api"
	"vedette/ui/live"
	"vedette/ui/maps"
	"vedette/ui/web"
)

// Config holds the parts and settings of a server; Station, Access and Store are needed.
type Config struct {
	Station Station
	Access  *access.Access
	Store   *store.Store
	Metrics http.Handler        // Prometheus; nil: there is no such route
	Dist    fs.FS               // the built console; nil: the one in the binary
	Log     *slog.Logger        // nil: silent
	Version string              // of the program, where the station does not say it
	Past    []access.PastIntent // commands of the run before this one: repeated, they are not done again
	Origins []string            // further origins of the console, as "https://post.example", for a proxy in front
	Maps    *maps.Folder        // what users have put there; nil: there are none
}

// Server serves the API, the live socket and the console. Run must run while it serves; Serve does both.
type Server struct {
	cfg     Config
	mux     *http.ServeMux
	hub     *live.Hub
	console *console
	origins map[string]bool
	repeats *repeats
	turning turning

	// quit ends what outlives its request: a command is carried through although the browser that sent it has gone.
	quit   context.Context //nolint:containedctx // the life of the server
	cancel context.CancelFunc

	requests, refused, failed, panics, unaudited atomic.Uint64
}

// New makes a server.
func New(cfg Config) (*Server, error) {
	if cfg.Station == nil || cfg.Access == nil || cfg.Store == nil {
		return nil, errors.New("ui needs a station, access and a store")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Dist == nil {
		dist, err := web.Dist()
		if err != nil {
			return nil, fmt.Errorf("open the console: %w", err)
		}
		cfg.Dist = dist
	}
	s := &Server{cfg: cfg, console: newConsole(cfg.Dist), origins: map[string]bool{}, repeats: newRepeats(cfg.Past)}
	for _, o := range cfg.Origins {
		s.origins[o] = true
	}
	s.quit, s.cancel = context.WithCancel(context.Background())
	s.hub = live.New(live.Config{Source: picture{s}, Gate: cfg.Access, Leases: cfg.Access.Leases, Log: cfg.Log})
	s.mux = s.newMux(routes())
	return s, nil
}

// Run feeds the live sockets until the context is done, and closes them.
func (s *Server) Run(ctx context.Context) error {
	defer s.cancel()
	return s.hub.Run(ctx)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	secure(w.Header(), r)
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			panic(p)
		}
		s.panics.Add(1)
		s.cfg.Log.Error("a request failed beyond repair", "path", r.URL.Path, "panic", p)
		s.writeProblem(w, r, api.NewProblem(http.StatusInternalServerError, "the station failed at this; its log says more"))
	}()
	s.mux.ServeHTTP(w, r)
}

// Stats count what the server did.
type Stats struct {
	Requests  uint64
	Refused   uint64 // answered with 4xx
	Failed    uint64 // answered with 5xx
	Panics    uint64
	Unaudited uint64 // acts that were done but could not be recorded
	Live      live.Stats
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	return Stats{
		Requests: s.requests.Load(), Refused: s.refused.Load(), Failed: s.failed.Load(),
		Panics: s.panics.Load(), Unaudited: s.unaudited.Load(), Live: s.hub.Stats(),
	}
}

// picture is the station as the live sockets see it.
type picture struct{ s *Server }

func (p picture) Changes(ctx context.Context) <-chan api.Change {
	return p.s.cfg.Station.Changes(ctx)
}

func (p picture) Vehicle(id int) (api.Vehicle, bool) {
	v, err := p.s.cfg.Station.Vehicle(id)
	return v, err == nil
}

func (p picture) WithControl(v api.Vehicle) api.Vehicle { return p.s.withControl(v) }

func (p picture) Snapshot(who access.Principal) api.Snapshot {
	st := p.s.cfg.Station
	return api.Snapshot{
		Me:         p.s.me(who),
		Vehicles:   p.s.vehicles(),
		Feeds:      list(st.Feeds()),
		Sensors:    list(st.Sensors()),
		Tracks:     api.NewFeatureCollection(st.Tracks().Features),
		Alerts:     list(st.Alerts(false)),
		Cues:       list(st.Cues()),
		Zones:      api.NewFeatureCollection(st.Zones().Features),
		Traffic:    list(st.Traffic()),
		ServerTime: api.At(time.Now()),
	}
}

// list is a slice that JSON writes as an array even when it is empty.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

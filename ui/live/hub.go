// Package live is the live socket: each client gets a snapshot and then what changes. Messages about the same thing
// replace each other while they wait, so a slow client gets the latest state of each thing and nobody else notices; one
// that stands still for ten seconds is cut. Run owns the distribution; Serve runs one connection until it ends.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

// Source is where the picture comes from.
type Source interface {
	// Snapshot is everything as it is now, for one person.
	Snapshot(who access.Principal) api.Snapshot
	// Changes delivers what changes from now on until the context is done.
	Changes(ctx context.Context) <-chan api.Change
	// Vehicle is one vehicle with its lease; found is false where there is none.
	Vehicle(id int) (v api.Vehicle, found bool)
	// WithControl fills in who holds the lease of a vehicle.
	WithControl(v api.Vehicle) api.Vehicle
}

// Gate looks after the sessions behind the sockets.
type Gate interface {
	Check(ctx context.Context, p access.Principal) (access.Principal, error)
	SignOfLife(ctx context.Context, p access.Principal) error
}

// Config holds the hub's parts and settings; Source, Gate and Leases are needed.
type Config struct {
	Source     Source
	Gate       Gate
	Leases     *access.Leases
	Log        *slog.Logger  // nil: silent
	MaxClients int           // default 256
	Stall      time.Duration // how long a client may stand still; default 10 s
	CheckEvery time.Duration // how often a session is looked up again; default 2 s
}

// Hub spreads changes to the connected clients.
type Hub struct {
	cfg Config

	mu      sync.Mutex
	clients map[*client]struct{}
	byRow   int       // how many of them take tracks as rows
	ledger  ledger    // what those know
	rows    rowQueue  // what they have not been told of it
	news    []message // what they have to be told of tracks before those rows
	closed  bool
	running sync.WaitGroup // one for each client

	sent, dropped, coalesced, cut, refused, unencodable atomic.Uint64
}

// New makes a hub; Run makes it work.
func New(cfg Config) *Hub {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxClients <= 0 {
		cfg.MaxClients = 256
	}
	if cfg.Stall <= 0 {
		cfg.Stall = 10 * time.Second
	}
	if cfg.CheckEvery <= 0 {
		cfg.CheckEvery = 2 * time.Second
	}
	return &Hub{cfg: cfg, clients: map[*client]struct{}{}, ledger: ledger{tracks: map[string]*told{}}}
}

// Reasons why a client is cut.
var (
	errStopping = errors.New("the station is stopping")
	errRestart  = errors.New("the stream of changes was interrupted: start over")
	errTooSlow  = errors.New("too slow: start over")
)

// leaseLook is how often the hub looks whether a lease has passed to somebody else or expired.
const leaseLook = 250 * time.Millisecond

// Run distributes until the context is done, then closes every socket and waits for it.
func (h *Hub) Run(ctx context.Context) error {
	defer h.shut()
	holders := map[int]access.Lease{}
	for {
		h.follow(ctx, holders)
		if ctx.Err() != nil {
			return nil
		}
		h.cutAll(errRestart)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(leaseLook):
		}
	}
}

// follow distributes until the source's channel ends or the context is done.
func (h *Hub) follow(ctx context.Context, holders map[int]access.Lease) {
	ctx, cancel := context.WithCancel(ctx) // ends the subscription with this function
	defer cancel()
	changes := h.cfg.Source.Changes(ctx)
	tick := time.NewTicker(leaseLook)
	defer tick.Stop()
	rows := time.NewTimer(leaseLook)
	defer rows.Stop()
	var due time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case c, open := <-changes:
			if !open {
				return
			}
			h.publish(c)
		case <-tick.C:
			h.publishLeases(holders)
		case <-rows.C:
			h.publishRows(time.Now())
			due = time.Time{}
		}
		if next := h.rowsDue(); !next.IsZero() && !next.Equal(due) {
			due = next
			rows.Reset(time.Until(due))
		}
	}
}

// publishLeases tells of the vehicles whose control changed hands or expired. Renewals come with the next telemetry.
func (h *Hub) publishLeases(holders map[int]access.Lease) {
	present := map[int]access.Lease{}
	var changed []int
	for _, l := range h.cfg.Leases.All() {
		present[l.Vehicle] = l
		if old, held := holders[l.Vehicle]; !held || old.Holder != l.Holder || !old.Since.Equal(l.Since) {
			changed = append(changed, l.Vehicle)
		}
	}
	for vehicle := range holders {
		if _, held := present[vehicle]; !held {
			changed = append(changed, vehicle)
		}
	}
	clear(holders)
	maps.Copy(holders, present)
	for _, vehicle := range changed {
		if v, found := h.cfg.Source.Vehicle(vehicle); found {
			h.publish(api.VehicleChanged(v))
		}
	}
}

// publish encodes a change once and gives it to every client.
func (h *Hub) publish(c api.Change) {
	h.mu.Lock()
	n, byRow := len(h.clients), h.byRow
	h.mu.Unlock()
	if n == 0 {
		return
	}
	if byRow > 0 {
		h.publishRow(c)
		if _, is := c.Data.(api.Track); is && byRow == n {
			return
		}
	}
	if v, is := c.Data.(api.Vehicle); is {
		c.Data = h.cfg.Source.WithControl(v)
	}
	data, err := json.Marshal(c.Data)
	if err != nil {
		h.cannotEncode(c, err)
		return
	}
	now := time.Now()
	m := message{key{c.Type, c.ID}, data}
	h.mu.Lock()
	defer h.mu.Unlock()
	for cl := range h.clients {
		if cl.rows && c.Type == api.TypeTrack {
			continue // it has it as a row
		}
		cl.push(now, m)
	}
}

// publishRow keeps a track's change for those who take tracks as rows, and tells them what a row does not have.
func (h *Hub) publishRow(c api.Change) {
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	switch data := c.Data.(type) {
	case api.TrackGone:
		number := h.ledger.forget(c.ID)
		h.rows.forget(number)
		h.news = slices.DeleteFunc(h.news, func(m message) bool { return m.key == introduction(c.ID, number) })
		for cl := range h.clients {
			if cl.rows {
				cl.forgetTrack(now, introduction(c.ID, number), number)
			}
		}
	case api.Track:
		number, row, news, err := h.ledger.row(now, &data)
		if err != nil {
			h.cannotEncode(c, err)
			return
		}
		if row != nil {
			h.rows.push(now, number, row)
		}
		if news != nil {
			h.news = append(h.news, message{introduction(c.ID, number), news})
		}
		if row == nil { // no row brings it along
			h.publishBatch(now, nil)
		}
	}
}

// publishBatch tells those who take tracks as rows what the rows do not have, and the rows; mu must be locked.
func (h *Hub) publishBatch(now time.Time, rows []byte) {
	if len(h.news) == 0 && len(rows) == 0 {
		return
	}
	b := newBatch(h.news, rows)
	h.news = nil // it is the batch's now
	for cl := range h.clients {
		if cl.rows {
			cl.pushBatch(now, b)
		}
	}
}

// rowsDue is when rows should be published; zero: none wait.
func (h *Hub) rowsDue() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rows.due
}

// publishRows gives the rows that are due to all who take tracks so: one encoding for everybody.
func (h *Hub) publishRows(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	rows, _, _ := h.rows.take(now, make([]byte, 0, min(len(h.rows.dirty), maxRows)*rowBytes))
	h.publishBatch(now, rows)
}

func (h *Hub) cannotEncode(c api.Change, err error) {
	if n := h.unencodable.Add(1); n&(n-1) == 0 { // the 1st, 2nd, 4th, 8th, …
		h.cfg.Log.Error("a change cannot be encoded", "type", c.Type, "id", c.ID, "error", err, "times", n)
	}
}

// snapshot is what a client gets first. It is asked for once the client is registered, so that no change is missed: a track
// that gets its number later is introduced by a message.
func (h *Hub) snapshot(c *client) any {
	s := h.cfg.Source.Snapshot(c.who)
	if !c.rows {
		return s
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return snapshotWithNumbers{s, h.ledger.numbers()}
}

// add registers a client, unless there are too many or the hub has stopped.
func (h *Hub) add(c *client) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return api.Unavailable("%s", errStopping)
	}
	if len(h.clients) >= h.cfg.MaxClients {
		h.refused.Add(1)
		return api.Unavailable("%d live sockets are open, which is the most: close some", len(h.clients))
	}
	h.clients[c] = struct{}{}
	if c.rows {
		h.byRow++
	}
	h.running.Add(1)
	return nil
}

func (h *Hub) remove(c *client) {
	h.mu.Lock()
	delete(h.clients, c)
	if c.rows {
		if h.byRow--; h.byRow == 0 {
			clear(h.ledger.tracks) // nobody hears of tracks that end meanwhile
			h.rows, h.news = rowQueue{}, nil
		}
	}
	h.mu.Unlock()
	dropped, coalesced := c.losses()
	h.dropped.Add(dropped)
	h.coalesced.Add(coalesced)
	h.running.Done()
}

func (h *Hub) cutAll(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.cancel(why)
	}
}

func (h *Hub) shut() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cutAll(errStopping)
	h.running.Wait()
}

// Stats count what the live sockets did.
type Stats struct {
	Clients   uint64 // connected now
	Sent      uint64 // messages
	Dropped   uint64 // detections and trips left out for slow clients that are gone
	Coalesced uint64 // messages replaced by a newer one before they were sent, for clients that are gone
	Cut       uint64 // clients that stood still
	Refused   uint64 // connections beyond the most
}

// Stats returns the counts so far.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	n := len(h.clients)
	h.mu.Unlock()
	return Stats{
		Clients: uint64(n), Sent: h.sent.Load(), Dropped: h.dropped.Load(),
		Coalesced: h.coalesced.Load(), Cut: h.cut.Load(), Refused: h.refused.Load(),
	}
}

// appendEnvelope appends data wrapped as docs/api.md has it.
func appendEnvelope(b []byte, kind string, seq uint64, data []byte) []byte {
	b = append(beginEnvelope(b, kind, seq), data...)
	return append(b, '}')
}

// beginEnvelope appends an envelope up to its data.
func beginEnvelope(b []byte, kind string, seq uint64) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	return append(b, `,"data":`...)
}

// Serve upgrades a request and runs the socket until it ends. The caller has checked who asks and from which origin.
// An error means that nothing was upgraded or answered yet.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	rows := false
	switch how := r.URL.Query().Get("tracks"); how {
	case "":
	case "binary":
		rows = true
	default:
		return api.BadRequest("tracks=%.20q: say tracks=binary, or leave it out for JSON", how)
	}
	c := newClient(h, who, rows)
	if err := h.add(c); err != nil {
		return err
	}
	defer h.remove(c)
	return c.serve(w, r)
}

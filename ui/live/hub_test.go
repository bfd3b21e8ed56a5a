package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"vedette/internal/access"
	"vedette/ui/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// world is source and gate at once.
type world struct {
	leases  *access.Leases
	changes chan api.Change
	asked   chan struct{} // one for each subscription

	mu      sync.Mutex
	revoked error
	role    access.Role
	signs   int
	end     chan struct{} // closing it ends the subscription
}

func newWorld() *world {
	return &world{
		leases: access.NewLeases(time.Now), changes: make(chan api.Change, 10_000), asked: make(chan struct{}, 10),
		role: access.RoleOperator, end: make(chan struct{}),
	}
}

func (w *world) Snapshot(who access.Principal) api.Snapshot {
	return api.Snapshot{Me: api.Me{Name: who.Name}, ServerTime: api.At(time.Now())}
}

func (w *world) Changes(ctx context.Context) <-chan api.Change {
	w.mu.Lock()
	end := w.end
	w.mu.Unlock()
	out := make(chan api.Change)
	go func() {
		defer close(out)
		for {
			select {
			case c := <-w.changes:
				select {
				case out <- c:
				case <-ctx.Done():
					return
				}
			case <-end:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	w.asked <- struct{}{}
	return out
}

func (w *world) Vehicle(id int) (api.Vehicle, bool) {
	return w.WithControl(api.Vehicle{ID: id}), id == 1
}

func (w *world) WithControl(v api.Vehicle) api.Vehicle {
	if l, held := w.leases.Of(v.ID); held {
		v.Control = &api.Control{Holder: l.Holder}
	}
	return v
}

func (w *world) Check(_ context.Context, p access.Principal) (access.Principal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.Role = w.role
	return p, w.revoked
}

func (w *world) SignOfLife(context.Context, access.Principal) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signs++
	return w.revoked
}

func (w *world) set(edit func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	edit()
}

// room is a hub that serves sockets.
type room struct {
	*world
	hub  *Hub
	url  string
	stop func()
}

func newRoom(t *testing.T, cfg Config) *room {
	t.Helper()
	w := newWorld()
	cfg.Source, cfg.Gate, cfg.Leases = w, w, w.leases
	if cfg.CheckEvery == 0 {
		cfg.CheckEvery = 20 * time.Millisecond
	}
	h := New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		_ = h.Run(ctx)
	}()
	<-w.asked
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := h.Serve(rw, r, access.Principal{Name: "ann", Role: access.RoleOperator}); err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		}
	}))
	stop := sync.OnceFunc(func() { cancel(); <-ran })
	t.Cleanup(func() { stop(); s.Close() })
	return &room{world: w, hub: h, url: "ws" + strings.TrimPrefix(s.URL, "http"), stop: stop}
}

func (r *room) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), r.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

type envelopeOf struct {
	Type string          `json:"type"`
	Seq  uint64          `json:"seq"`
	Data json.RawMessage `json:"data"`
}

func next(t *testing.T, conn *websocket.Conn) envelopeOf {
	t.Helper()
	kind, text, err := conn.ReadMessage()
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	var m envelopeOf
	if err := json.Unmarshal(text, &m); err != nil || kind != websocket.TextMessage {
		t.Fatalf("message %s: %v", text, err)
	}
	return m
}

// await reads until a message is of a type, or the connection ends.
func await(t *testing.T, conn *websocket.Conn, kind string) envelopeOf {
	t.Helper()
	for {
		if m := next(t, conn); m.Type == kind {
			return m
		}
	}
}

// ending reads until the connection ends and returns the close code and reason.
func ending(t *testing.T, conn *websocket.Conn) (int, string) {
	t.Helper()
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) {
				t.Fatalf("ended without a close frame: %v", err)
			}
			return closed.Code, closed.Text
		}
	}
}

func TestSnapshotThenChangesInOrder(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	conn := r.dial(t)
	first := next(t, conn)
	if first.Type != api.TypeSnapshot || first.Seq != 1 || !strings.Contains(string(first.Data), `"me":{"name":"ann"`) {
		t.Fatalf("first message %s %d %s", first.Type, first.Seq, first.Data)
	}
	const alerts = 200
	for i := range alerts {
		r.changes <- api.AlertChanged(api.Alert{ID: fmt.Sprint("a-", i)})
		r.changes <- api.VehicleChanged(api.Vehicle{ID: 1, Name: fmt.Sprint(i)})
	}
	seq, vehicle := first.Seq, ""
	for heard := 0; heard < alerts || vehicle != fmt.Sprint(alerts-1); {
		m := next(t, conn)
		if seq++; m.Seq != seq {
			t.Fatalf("sequence %d after %d", m.Seq, seq-1)
		}
		switch m.Type {
		case api.TypeAlert:
			if want := fmt.Sprintf(`"id":"a-%d"`, heard); !strings.Contains(string(m.Data), want) {
				t.Fatalf("alert %s, want %s", m.Data, want)
			}
			heard++
		case api.TypeVehicle:
			var v api.Vehicle
			if err := json.Unmarshal(m.Data, &v); err != nil {
				t.Fatal(err)
			}
			vehicle = v.Name
		}
	}
	await(t, conn, api.TypeTime)
}

func TestControlThatChangesHandsIsTold(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	conn := r.dial(t)
	await(t, conn, api.TypeSnapshot)
	if _, _, err := r.leases.Take(1, "bob", false); err != nil {
		t.Fatal(err)
	}
	if m := await(t, conn, api.TypeVehicle); !strings.Contains(string(m.Data), `"holder":"bob"`) {
		t.Errorf("vehicle %s", m.Data)
	}
	if err := r.leases.Release(1, "bob"); err != nil {
		t.Fatal(err)
	}
	if m := await(t, conn, api.TypeVehicle); strings.Contains(string(m.Data), "holder") {
		t.Errorf("vehicle %s", m.Data)
	}
}

func TestASlowClientIsCutAndNobodyElseNotices(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{Stall: 700 * time.Millisecond})
	slow, quick := r.dial(t), r.dial(t)
	if tcp, is := slow.NetConn().(*net.TCPConn); is {
		if err := tcp.SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
	}
	await(t, quick, api.TypeSnapshot)
	stop := make(chan struct{})
	var feeding sync.WaitGroup
	feeding.Go(func() {
		note := strings.Repeat("x", 20_000)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				r.changes <- api.SensorChanged(api.Sensor{ID: fmt.Sprint("s-", i%20), Gateway: note})
			}
		}
	})
	defer feeding.Wait()
	defer close(stop)
	deadline := time.Now().Add(patience)
	seq := uint64(1)
	for r.hub.Stats().Cut == 0 {
		m := next(t, quick)
		if seq++; m.Seq != seq {
			t.Fatalf("the quick client misses messages: %d after %d", m.Seq, seq-1)
		}
		if time.Now().After(deadline) {
			t.Fatal("the slow client was never cut")
		}
	}
	await(t, quick, api.TypeSensor)
}

func TestARevokedSessionClosesItsSocket(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*world){
		"revoked":      func(w *world) { w.revoked = access.ErrUnauthorized },
		"another role": func(w *world) { w.role = access.RoleViewer },
	} {
		r := newRoom(t, Config{})
		conn := r.dial(t)
		await(t, conn, api.TypeSnapshot)
		r.set(func() { edit(r.world) })
		if code, text := ending(t, conn); code != websocket.ClosePolicyViolation || text != "signed out" {
			t.Errorf("%s: closed with %d %q", name, code, text)
		}
	}
	r := newRoom(t, Config{})
	conn := r.dial(t)
	r.set(func() { r.revoked = errors.New("the disk is slow") })
	await(t, conn, api.TypeSnapshot)
	await(t, conn, api.TypeTime)
	await(t, conn, api.TypeTime) // a second and many checks later: a failing store alone ends nothing
}

func TestNonsenseClosesTheSocketWithAReason(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	for name, send := range map[string]func(*websocket.Conn) error{
		"not JSON":    func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, []byte("hello")) },
		"other type":  func(c *websocket.Conn) error { return c.WriteJSON(map[string]string{"type": "takeoff"}) },
		"more member": func(c *websocket.Conn) error { return c.WriteJSON(map[string]string{"type": "ping", "a": "b"}) },
		"binary": func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`))
		},
	} {
		conn := r.dial(t)
		if err := send(conn); err != nil {
			t.Fatal(err)
		}
		if code, text := ending(t, conn); code != websocket.ClosePolicyViolation || !strings.Contains(text, "ping") {
			t.Errorf("%s: closed with %d %q", name, code, text)
		}
	}
	flood := r.dial(t)
	for range messageBurst + 1 {
		if err := flood.WriteJSON(map[string]string{"type": "ping"}); err != nil {
			break // cut already
		}
	}
	if code, text := ending(t, flood); code != websocket.ClosePolicyViolation || !strings.Contains(text, "many") {
		t.Errorf("flood: closed with %d %q", code, text)
	}
	large := r.dial(t)
	if err := large.WriteMessage(websocket.TextMessage, make([]byte, 2*readLimit)); err != nil {
		t.Fatal(err)
	}
	if code, _ := ending(t, large); code != websocket.CloseMessageTooBig {
		t.Errorf("large message: closed with %d", code)
	}
}

func TestPingIsASignOfLife(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	conn := r.dial(t)
	if err := conn.WriteJSON(map[string]string{"type": "ping"}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for signs := 0; signs == 0; {
		await(t, conn, api.TypeTime)
		r.set(func() { signs = r.signs })
		if time.Now().After(deadline) {
			t.Fatal("the gate never heard of it")
		}
	}
}

func TestStoppingAndInterruptionCloseEverySocket(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{MaxClients: 2})
	a, b := r.dial(t), r.dial(t)
	await(t, a, api.TypeSnapshot)
	await(t, b, api.TypeSnapshot)
	if _, res, err := websocket.DefaultDialer.DialContext(t.Context(), r.url, nil); err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a third of two clients: %v", err)
	}
	r.set(func() { close(r.end); r.end = make(chan struct{}) }) // the source ends its channel
	for _, conn := range []*websocket.Conn{a, b} {
		if code, text := ending(t, conn); code != websocket.CloseServiceRestart || !strings.Contains(text, "start over") {
			t.Errorf("interruption: closed with %d %q", code, text)
		}
	}
	<-r.asked // the hub subscribes again
	deadline := time.Now().Add(patience)
	for r.hub.Stats().Clients > 0 {
		if time.Now().After(deadline) {
			t.Fatal("closed clients are still counted")
		}
		runtime.Gosched()
	}
	c := r.dial(t)
	await(t, c, api.TypeSnapshot)
	began := time.Now()
	go r.stop()
	if code, text := ending(t, c); code != websocket.CloseServiceRestart || !strings.Contains(text, "stopping") {
		t.Errorf("stop: closed with %d %q", code, text)
	}
	r.stop()
	if took := time.Since(began); took > patience {
		t.Errorf("stopping took %v", took)
	}
	if _, _, err := websocket.DefaultDialer.DialContext(t.Context(), r.url, nil); err == nil {
		t.Error("a stopped hub takes clients")
	}
}

func TestAChangeThatCannotBeEncodedHarmsNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	conn := r.dial(t)
	await(t, conn, api.TypeSnapshot)
	r.changes <- api.Change{Type: api.TypeSensor, ID: "s", Data: make(chan int)}
	r.changes <- api.SensorChanged(api.Sensor{ID: "s-1"})
	if m := await(t, conn, api.TypeSensor); !strings.Contains(string(m.Data), "s-1") {
		t.Errorf("sensor %s", m.Data)
	}
}

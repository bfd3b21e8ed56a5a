package mavlink_test

import (
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/mavlinktest"
)

// twoLinks runs a station with a preferred link 'lan' and a second one 'radio'.
func twoLinks(t *testing.T) (s *mavlink.Service, lan, radio string) {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{
		{Name: "lan", UDPServer: "127.0.0.1:0", Priority: 10}, {Name: "radio", UDPServer: "127.0.0.1:0"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the links are bound", func() bool { return s.LinkAddr("lan") != nil && s.LinkAddr("radio") != nil })
	return s, s.LinkAddr("lan").String(), s.LinkAddr("radio").String()
}

// wires is one autopilot's connection to two stations' links: what it sends goes out on each that is not cut, what comes in on
// any is heard.
type wires struct {
	net.Conn
	second net.Conn
	cut    [2]atomic.Bool
	in     chan []byte
	closed chan struct{}
}

func newWires(t *testing.T, first, second string) *wires {
	t.Helper()
	w := &wires{in: make(chan []byte, 256), closed: make(chan struct{})}
	for i, address := range []string{first, second} {
		conn, err := net.Dial("udp", address)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			w.Conn = conn
		} else {
			w.second = conn
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for buf := make([]byte, 64<<10); ; {
				n, err := conn.Read(buf)
				if errors.Is(err, net.ErrClosed) {
					return
				}
				if err != nil || w.cut[i].Load() {
					continue
				}
				select {
				case w.in <- append([]byte(nil), buf[:n]...):
				case <-w.closed:
					return
				}
			}
		}()
		t.Cleanup(func() { _ = conn.Close(); <-done })
	}
	return w
}

func (w *wires) Write(b []byte) (int, error) {
	for i, conn := range []net.Conn{w.Conn, w.second} {
		if !w.cut[i].Load() {
			_, _ = conn.Write(b)
		}
	}
	return len(b), nil
}

func (w *wires) Read(b []byte) (int, error) {
	select {
	case in := <-w.in:
		return copy(b, in), nil
	case <-w.closed:
		return 0, net.ErrClosed
	}
}

func (w *wires) Close() error {
	select {
	case <-w.closed:
	default:
		close(w.closed)
	}
	return errors.Join(w.Conn.Close(), w.second.Close())
}
func (*wires) SetReadDeadline(time.Time) error { return nil }

func usedLink(s *mavlink.Service) string {
	v, _ := s.Vehicle(1)
	return v.Link.Name
}

// One vehicle on two links that carry the same frames, as through two routers.
func TestAVehicleOnTwoLinks(t *testing.T) {
	t.Parallel()
	s, lan, radio := twoLinks(t)
	w := newWires(t, lan, radio)
	a := fly(t, mavlinktest.Config{Conn: w, Lat: 1, Lon: 1, GroundAMSL: 10})
	eventually(t, "both links are known, and the preferred one is used", func() bool {
		v, ok := s.Vehicle(1)
		return ok && len(v.Links) == 2 && v.Position != nil && v.Link.Name == "lan" && v.Links[0].Used && !v.Links[1].Used &&
			v.Links[0].RTT != nil && v.Links[1].RTT != nil && v.Links[1].BytesIn > 0 && v.Links[0].BytesOut > 0
	})
	// What comes twice is applied once, and neither link counts a loss.
	eventually(t, "copies are left out", func() bool { return s.Stats().Repeated > 100 })
	eventually(t, "both links are heard and lose nothing", func() bool {
		v, _ := s.Vehicle(1)
		for _, l := range v.Links {
			if l.LossPercent == nil || *l.LossPercent > 1 || l.Silent || time.Since(l.LastHeard) > 5*time.Second {
				return false
			}
		}
		return true
	})
	if st := s.Stats(); st.Lost > st.Received/100 || st.Vehicles != 1 {
		t.Errorf("%+v", st)
	}
	// The link in use dies.
	w.cut[0].Store(true)
	cut := time.Now()
	eventually(t, "the other one is used", func() bool { return usedLink(s) == "radio" })
	if took := time.Since(cut); took > 2*time.Second {
		t.Logf("taken over after %v, on a machine that is busy or not", took)
	}
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Errorf("a command over the second link: %v", err)
	}
	if v, _ := s.Vehicle(1); v.State != mavlink.Live || !v.Links[1].Silent || v.Links[1].Name != "lan" {
		t.Errorf("%v, %+v", v.State, v.Links)
	}
	// It comes back, and is used again when it is steady.
	w.cut[0].Store(false)
	eventually(t, "the preferred one is used again", func() bool { return usedLink(s) == "lan" })
	if n := s.Stats().LinkChanges; n < 2 {
		t.Errorf("%d changes", n)
	}
	if !a.Armed() {
		t.Error("the command did not arrive")
	}
}

// A command that was sent on a link which dies before the answer is answered on the other one.
func TestACommandInFlightSurvivesItsLink(t *testing.T) {
	t.Parallel()
	s, lan, radio := twoLinks(t)
	w := newWires(t, lan, radio)
	a := fly(t, mavlinktest.Config{Conn: w, Lat: 1, Lon: 1, GroundAMSL: 10})
	eventually(t, "both links are known", func() bool {
		v, ok := s.Vehicle(1)
		return ok && len(v.Links) == 2 && v.Link.Name == "lan" && v.Home != nil
	})
	w.cut[0].Store(true)
	if _, err := s.Command(within(t), 1, mavlink.SetMode{Name: "GUIDED"}); err != nil {
		t.Errorf("cut in flight: %v", err)
	}
	asked := 0
	for _, m := range a.Heard() {
		if c, ok := m.(*common.MessageCommandLong); ok && c.Command == common.MAV_CMD_DO_SET_MODE {
			asked++
		}
	}
	if asked == 0 || usedLink(s) != "radio" {
		t.Errorf("heard %d times, by %s", asked, usedLink(s))
	}
}

// Two radios of one vehicle send frames of their own: other numbers, other moments.
func TestAVehicleWithTwoRadios(t *testing.T) {
	t.Parallel()
	s, lan, radio := twoLinks(t)
	first := fly(t, mavlinktest.Config{Address: lan, Lat: 1, Lon: 1, Uptime: time.Minute})
	second := fly(t, mavlinktest.Config{Address: radio, Lat: 1, Lon: 1, Uptime: time.Minute})
	eventually(t, "both links are known", func() bool { v, _ := s.Vehicle(1); return len(v.Links) == 2 && v.Link.Name == "lan" })
	events := gather(t, s)
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	if first.Armed() == second.Armed() {
		t.Error("the command went out on both links, or on none")
	}
	first.Change(func(f *mavlinktest.Faults) { f.Silent, f.Deaf = true, true })
	eventually(t, "the other one is used", func() bool { return usedLink(s) == "radio" })
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Error(err)
	}
	if v, _ := s.Vehicle(1); v.State != mavlink.Live || events.has(mavlink.EventLost) || events.has(mavlink.EventRebooted) {
		t.Errorf("%v: a vehicle that is heard on another link was lost, or taken for rebooted", v.State)
	}
}

// An outage of all links: lost is shown in time, and everything is fresh soon after the return.
func TestAnOutageOfTenSeconds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits ten seconds")
	}
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.Silent, f.Deaf = true, true })
	began := time.Now()
	eventually(t, "lost", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Lost })
	shown := time.Since(began)
	eventually(t, "ten seconds are over", func() bool { return time.Since(began) > 10*time.Second })
	a.Change(func(f *mavlinktest.Faults) { f.Silent, f.Deaf = false, false })
	returned := time.Now()
	eventually(t, "everything is fresh", func() bool {
		v, _ := s.Vehicle(1)
		return v.State == mavlink.Live && v.Position.Time.After(returned) && v.Attitude.Time.After(returned) &&
			v.Velocity.Time.After(returned) && !v.Link.Silent
	})
	t.Logf("lost was shown after %v, all was fresh %v after the return", shown, time.Since(returned))
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Error(err)
	}
}

// intervals gives what an autopilot was last asked for, in microseconds by message.
func intervals(a *mavlinktest.Autopilot) map[uint32]float32 {
	out := map[uint32]float32{}
	for _, m := range a.Heard() {
		if c, ok := m.(*common.MessageCommandLong); ok && c.Command == common.MAV_CMD_SET_MESSAGE_INTERVAL {
			out[uint32(c.Param1)] = c.Param2
		}
	}
	return out
}

// Intervals are per link: a vehicle on a network and on a radio is asked for each link's own profile, through it.
func TestEachLinkHasItsOwnProfile(t *testing.T) {
	t.Parallel()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{
		{Name: "lan", UDPServer: "127.0.0.1:0", Priority: 1},
		{Name: "radio", UDPServer: "127.0.0.1:0", BytesPerSecond: 5760, Profile: link.Profile{Rates: map[uint32]float64{30: 8}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "bound", func() bool { return s.LinkAddr("lan") != nil && s.LinkAddr("radio") != nil })
	lan := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), Uptime: time.Minute})
	radio := fly(t, mavlinktest.Config{Address: s.LinkAddr("radio").String(), Uptime: time.Minute})
	// RAW_IMU, which it streams by itself and nobody reads.
	radio.SetRate(27, 10)
	eventually(t, "both are asked", func() bool { return len(intervals(lan)) > 15 && len(intervals(radio)) > 15 })
	const position = 33
	if us := intervals(lan)[30]; us != 50_000 {
		t.Errorf("attitude on the network every %v µs", us)
	}
	if us := intervals(radio); us[30] != 125_000 || us[position] != 250_000 {
		t.Errorf("on the radio attitude every %v µs, position every %v", us[30], us[position])
	}
	// Somebody else changes a rate, and it is asked for again.
	eventually(t, "attitudes come as asked for", func() bool { return radio.Rate(30) == 8 })
	time.AfterFunc(7*time.Second, func() { radio.SetRate(30, 0.5) })
	eventually(t, "it was changed", func() bool { return radio.Rate(30) == 0.5 })
	eventually(t, "it is asked for again", func() bool { return radio.Rate(30) == 8 })
}

// Three vehicles on one radio: each is asked for what its share of the bandwidth carries, also the one that was there first.
func TestVehiclesShareARadio(t *testing.T) {
	t.Parallel()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "radio", UDPServer: "127.0.0.1:0", BytesPerSecond: 5760}}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "bound", func() bool { return s.LinkAddr("radio") != nil })
	address := s.LinkAddr("radio").String()
	first := fly(t, mavlinktest.Config{SystemID: 1, Address: address})
	eventually(t, "alone it has all", func() bool { return first.Rate(30) == 5 })
	fleet := []*mavlinktest.Autopilot{first}
	for id := uint8(2); id <= 3; id++ {
		fleet = append(fleet, fly(t, mavlinktest.Config{SystemID: id, Address: address}))
	}
	for _, a := range fleet {
		eventually(t, "each has its share", func() bool { return a.Rate(30) == 4 && a.Rate(33) > 3 && a.Rate(33) < 4 })
	}
	eventually(t, "the link knows its vehicles, and what they send fits", func() bool {
		l := s.Links()[0]
		total := 0.0
		for _, v := range s.Vehicles() {
			total += v.Link.BytesIn
		}
		return len(l.Vehicles) == 3 && l.State == mavlink.LinkUp && len(l.Ends) == 3 && total > 300 && total < 5760
	})
}

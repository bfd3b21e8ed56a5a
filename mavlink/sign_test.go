package mavlink_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/signing"
)

// keep is a log that a test can look through.
type keep struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *keep) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(b)
}

func (k *keep) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

// guarded runs a station with a link and a folder for keys.
func guarded(t *testing.T, l mavlink.LinkConfig, s mavlink.SigningConfig, log *keep) (*mavlink.Service, string) {
	t.Helper()
	l.Name = "lan"
	if l.UDPServer == "" {
		l.UDPServer = "127.0.0.1:0"
	}
	cfg := mavlink.Config{Links: []mavlink.LinkConfig{l}, Signing: s}
	if log != nil {
		cfg.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	service, err := mavlink.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	run(t, service)
	eventually(t, "the link is bound", func() bool { return service.LinkAddr("lan") != nil })
	return service, service.LinkAddr("lan").String()
}

func live(t *testing.T, s *mavlink.Service, id int) {
	t.Helper()
	eventually(t, "the vehicle is live", func() bool { v, ok := s.Vehicle(id); return ok && v.State == mavlink.Live })
}

func signingIs(t *testing.T, s *mavlink.Service, id int, state, words string) {
	t.Helper()
	var last mavlink.Signing
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		var err error
		if last, err = s.Signing(id); err != nil {
			t.Fatal(err)
		}
		if last.State == state && strings.Contains(last.Text, words) {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatalf("signing is %q, %q; want %q with %q", last.State, last.Text, state, words)
}

func TestAVehicleIsGivenAKeyOnATrustedLinkOnly(t *testing.T) {
	t.Parallel()
	var log keep
	folder := filepath.Join(t.TempDir(), "signing")
	s, addr := guarded(t, mavlink.LinkConfig{}, mavlink.SigningConfig{Folder: folder}, &log)
	guard := mavlinktest.NewGuard(nil)
	a := fly(t, mavlinktest.Config{Address: addr, Guard: guard})
	live(t, s, 1)
	signingIs(t, s, 1, "off", "not signed")
	key := signing.FromPassphrase("a passphrase")
	if err := s.SetUpSigning(within(t), 1, key); !errors.Is(err, mavlink.ErrUntrusted) {
		t.Errorf("over a link that is not trusted: %v", err)
	}
	for _, m := range a.Heard() {
		if _, ok := m.(*common.MessageSetupSigning); ok {
			t.Error("the key was sent over a link that is not trusted")
		}
	}
	if guard.Key() != nil {
		t.Error("the vehicle has a key")
	}

	s, addr = guarded(t, mavlink.LinkConfig{Trusted: true}, mavlink.SigningConfig{Folder: folder}, &log)
	guard = mavlinktest.NewGuard(nil)
	fly(t, mavlinktest.Config{Address: addr, Guard: guard})
	live(t, s, 1)
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "armed", func() bool { v, _ := s.Vehicle(1); return v.Armed })
	if err := s.SetUpSigning(within(t), 1, key); !errors.Is(err, mavlink.ErrArmed) {
		t.Errorf("while armed: %v", err)
	}
	if _, err := s.Command(within(t), 1, mavlink.Disarm{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "disarmed", func() bool { v, _ := s.Vehicle(1); return !v.Armed })
	if err := s.SetUpSigning(within(t), 1, key); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(guard.Key(), key[:]) {
		t.Error("the vehicle has another key")
	}
	signingIs(t, s, 1, "on", "every frame")
	guard.Counts()
	if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
		t.Fatal(err)
	}
	// Another key, signed with the old one.
	second := signing.NewKey()
	if err := s.SetUpSigning(within(t), 1, second); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(guard.Key(), second[:]) {
		t.Error("the vehicle keeps its old key")
	}
	// And off again.
	if err := s.EndSigning(within(t), 1); err != nil {
		t.Fatal(err)
	}
	if guard.Key() != nil {
		t.Error("the vehicle still has a key")
	}
	signingIs(t, s, 1, "off", "not signed")
	if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []signing.Key{key, second} {
		if text := log.String(); strings.Contains(text, hex.EncodeToString(k[:8])) || strings.Contains(text, fmt.Sprint(k[0], " ", k[1], " ", k[2])) {
			t.Error("a key is in the log")
		}
	}
}

// keyed runs a station and a vehicle that share a key.
func keyed(t *testing.T, l mavlink.LinkConfig, cfg mavlink.SigningConfig) (*mavlink.Service, *mavlinktest.Autopilot, *mavlinktest.Guard) {
	t.Helper()
	s, addr := guarded(t, l, cfg, nil)
	key := signing.NewKey()
	guard := mavlinktest.NewGuard(key[:])
	a := fly(t, mavlinktest.Config{Address: addr, Guard: guard})
	live(t, s, 1)
	signingIs(t, s, 1, "foreign", "a key that this station does not have")
	if err := s.AdoptSigning(within(t), 1, key); err != nil {
		t.Fatal(err)
	}
	signingIs(t, s, 1, "on", "")
	return s, a, guard
}

func TestABurstOfSignedFramesIsTakenByAnAutopilot(t *testing.T) {
	t.Parallel()
	s, a, guard := keyed(t, mavlink.LinkConfig{}, mavlink.SigningConfig{})
	// What was sent before the key was adopted is refused by right.
	eventually(t, "the vehicle takes our frames", func() bool { accepted, refused, _ := guard.Counts(); return refused == 0 && accepted > 0 })
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			// Different requests, so that none waits for another's answer: MAV_CMD_REQUEST_MESSAGE alone would.
			commands := []mavlink.Command{mavlink.Return{}, mavlink.Land{}, mavlink.ChangeSpeed{SpeedMS: 5}, mavlink.Arm{}}
			if _, err := s.Command(t.Context(), 1, commands[i%len(commands)]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// Bare frames with nothing between them: answers to clock exchanges asked for many at once.
	ask := make([]message.Message, 50)
	for i := range ask {
		ask[i] = &common.MessageTimesync{Ts1: int64(i + 1)}
	}
	eventually(t, "the answers are there", func() bool {
		a.Send(1, ask...)
		n := 0
		for _, m := range a.Heard() {
			if ts, ok := m.(*common.MessageTimesync); ok && ts.Tc1 != 0 {
				n++
			}
		}
		return n >= 100
	})
	if _, refused, streams := guard.Counts(); refused != 0 || streams != 1 {
		t.Errorf("%d of our frames were refused, %d streams", refused, streams)
	}
	// A busy machine may make a command go twice; that is no matter of signatures.
	if st := s.Stats(); st.Commands.Unanswered != 0 || st.Signing.Refused() != 0 {
		t.Errorf("%+v", st)
	}
}

func TestTwentyReconnectsAreAnsweredUnderOneStream(t *testing.T) {
	t.Parallel()
	key := signing.NewKey()
	guard := mavlinktest.NewGuard(key[:])
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "lan", TCPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	a := fly(t, mavlinktest.Config{Network: "tcp", Address: s.LinkAddr("lan").String(), Guard: guard})
	for i := range 21 {
		eventually(t, "the vehicle is heard", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Live && v.Link.Name != "" })
		if i == 0 {
			if err := s.AdoptSigning(within(t), 1, key); err != nil {
				t.Error(err)
			}
			eventually(t, "the vehicle takes our frames", func() bool { accepted, refused, _ := guard.Counts(); return refused == 0 && accepted > 0 })
		}
		if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
			t.Errorf("connection %d: %v", i, err)
		}
		// For the station a new connection, for the autopilot the same memory of streams.
		a.Disconnect()
		eventually(t, "the connection is gone", func() bool { return s.Stats().Links[0].Peers == 0 })
		if err := a.Connect(); err != nil {
			t.Fatal(err)
		}
	}
	if _, refused, streams := guard.Counts(); refused != 0 || streams != 1 {
		t.Errorf("%d refused, %d streams", refused, streams)
	}
	if st := s.Stats().Signing; st.Refused() != 0 || st.Verified < 20 {
		t.Errorf("%+v", st)
	}
}

func TestARestartedStationIsStillTaken(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "signing")
	key := signing.NewKey()
	guard := mavlinktest.NewGuard(key[:])
	for i := range 4 {
		t.Run(fmt.Sprintf("start %d", i), func(t *testing.T) { // which ends the station and the connection
			// Its clock goes back an hour at every start.
			back := time.Duration(i) * time.Hour
			cfg := mavlink.SigningConfig{Folder: folder, Now: func() time.Time { return time.Now().Add(-back) }}
			s, addr := guarded(t, mavlink.LinkConfig{}, cfg, nil)
			fly(t, mavlinktest.Config{Address: addr, Guard: guard})
			live(t, s, 1)
			if i == 0 {
				// Given by another station before.
				if err := s.AdoptSigning(within(t), 1, key); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the vehicle takes our frames", func() bool { accepted, refused, _ := guard.Counts(); return refused == 0 && accepted > 0 })
			}
			if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
				t.Fatalf("start %d: %v", i, err)
			}
			if _, refused, streams := guard.Counts(); refused != 0 || streams > 1 {
				t.Errorf("start %d: %d refused, %d streams", i, refused, streams)
			}
		})
	}
}

func TestReplayedAndUnsignedFramesAreRefused(t *testing.T) {
	t.Parallel()
	s, addr := guarded(t, mavlink.LinkConfig{}, mavlink.SigningConfig{}, nil)
	relay := listenAndRelay(t, addr)
	key := signing.NewKey()
	guard := mavlinktest.NewGuard(key[:])
	fly(t, mavlinktest.Config{Address: relay.addr, Guard: guard, Lat: -35, Lon: 149})
	if err := s.AdoptSigning(within(t), 1, key); err != nil {
		t.Fatal(err)
	}
	live(t, s, 1)
	before := s.Stats().Signing
	if before.RefusedReplay != 0 || before.RefusedUnsigned != 0 {
		t.Fatalf("%+v", before)
	}
	// From another port, as somebody who has listened would.
	eventually(t, "something was recorded", func() bool { return relay.count() > 5 })
	thief, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = thief.Close() }()
	eventually(t, "the replay is refused", func() bool {
		for _, datagram := range relay.taken()[:5] {
			if _, err := thief.Write(datagram); err != nil {
				t.Fatal(err)
			}
		}
		return s.Stats().Signing.RefusedReplay >= 5
	})
	signingIs(t, s, 1, "refusing", "replaying")
	// Unsigned, and signed with another key.
	b, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	forged, err := b.Encode(nil, &common.MessageHeartbeat{Type: 2, Autopilot: 3, BaseMode: 128, MavlinkVersion: 3}, 0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	radio, err := b.Encode(nil, &common.MessageRadioStatus{Rssi: 200}, 0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := thief.Write(append(forged, radio...)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the forgery is refused, the radio's status taken", func() bool {
		st := s.Stats().Signing
		return st.RefusedUnsigned == 1 && st.Excused == 1
	})
	other := mavlinktest.NewGuard(bytes.Repeat([]byte{7}, 32))
	fly(t, mavlinktest.Config{Address: addr, Guard: other})
	eventually(t, "frames with another key are refused", func() bool { return s.Stats().Signing.RefusedSignature > 0 })
	if v, _ := s.Vehicle(1); v.Armed || v.Link.Remote == thief.LocalAddr().String() {
		t.Errorf("a forged heartbeat was believed: %+v", v)
	}
}

func TestALostKeyHasAWayOut(t *testing.T) {
	t.Parallel()
	s, _, guard := keyed(t, mavlink.LinkConfig{Trusted: true}, mavlink.SigningConfig{})
	guard.PlugIn()
	theirs := signing.NewKey()
	guard.SetKey(theirs[:])
	signingIs(t, s, 1, "refusing", "vehicle 1 sends frames signed with another key: ")
	eventually(t, "it is lost", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Lost })
	if err := s.ForgetSigning(1); err != nil {
		t.Fatal(err)
	}
	live(t, s, 1)
	signingIs(t, s, 1, "foreign", "does not have")
	if err := s.AdoptSigning(within(t), 1, signing.NewKey()); !errors.Is(err, mavlink.ErrUnconfirmed) {
		t.Errorf("a wrong key: %v", err)
	}
	signingIs(t, s, 1, "foreign", "")
	ours := signing.NewKey()
	if err := s.SetUpSigning(within(t), 1, ours); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(guard.Key(), ours[:]) {
		t.Error("the vehicle has another key")
	}
	signingIs(t, s, 1, "on", "")
	if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetSigning(2); !errors.Is(err, mavlink.ErrNoKey) {
		t.Error(err)
	}
	if _, err := s.Signing(256); !errors.Is(err, mavlink.ErrUnknownVehicle) {
		t.Error(err)
	}
}

func TestUnsignedFramesAreTakenWhereTheConfigurationSaysSo(t *testing.T) {
	t.Parallel()
	key := signing.NewKey()
	for name, c := range map[string]struct {
		link   mavlink.LinkConfig
		cfg    mavlink.SigningConfig
		accept bool
	}{
		"by default":        {mavlink.LinkConfig{}, mavlink.SigningConfig{}, false},
		"on a trusted link": {mavlink.LinkConfig{Trusted: true}, mavlink.SigningConfig{}, true},
		"by configuration":  {mavlink.LinkConfig{}, mavlink.SigningConfig{AcceptUnsigned: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, addr := guarded(t, c.link, c.cfg, nil)
			guard := mavlinktest.NewGuard(key[:])
			a := fly(t, mavlinktest.Config{Address: addr, Guard: guard})
			if err := s.AdoptSigning(within(t), 1, key); err != nil {
				t.Fatal(err)
			}
			a.Change(func(f *mavlinktest.Faults) { f.Silent = true })
			fly(t, mavlinktest.Config{Address: addr})
			if c.accept {
				eventually(t, "taken", func() bool { return s.Stats().Signing.Excused > 10 })
				live(t, s, 1)
			} else {
				eventually(t, "refused", func() bool { return s.Stats().Signing.RefusedUnsigned > 10 })
				signingIs(t, s, 1, "refusing", "sends unsigned frames: ")
			}
		})
	}
}

// relay passes datagrams of one vehicle to the station and back, and keeps them.
type relay struct {
	addr string

	mu   sync.Mutex
	kept [][]byte
}

func (r *relay) count() int { return len(r.taken()) }

func (r *relay) taken() [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([][]byte(nil), r.kept...)
}

func listenAndRelay(t *testing.T, station string) *relay {
	t.Helper()
	near, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	far, err := net.Dial("udp", station)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{addr: near.LocalAddr().String()}
	var vehicle net.Addr
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 64<<10)
		for {
			n, from, err := near.ReadFrom(buf)
			if err != nil {
				return
			}
			r.mu.Lock()
			vehicle = from
			r.kept = append(r.kept, bytes.Clone(buf[:n]))
			r.mu.Unlock()
			_, _ = far.Write(buf[:n]) // the station may be gone
		}
	})
	wg.Go(func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := far.Read(buf)
			if err != nil {
				return
			}
			r.mu.Lock()
			to := vehicle
			r.mu.Unlock()
			_, _ = near.WriteTo(buf[:n], to) // the vehicle may be gone
		}
	})
	t.Cleanup(func() { _ = near.Close(); _ = far.Close(); wg.Wait() })
	return r
}

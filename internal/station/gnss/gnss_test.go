package gnss_test

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/serialport"
	"vedette/internal/serialport/ptytest"
	"vedette/internal/station/gnss"
	"vedette/internal/station/nmea"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	limit = 60 * time.Second
	// Two seconds of a receiver, with sentences that are none of ours and some noise, and one second without a place.
	first  = "\xffGP\r\n$GNRMC,092725.00,A,4807.03800,N,01131.00000,E,0.004,,261126,,,A,V*19\r\n$GNGGA,092725.00,4807.03800,N,01131.00000,E,1,09,0.91,545.4,M,46.9,M,,*41\r\n"
	second = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"
	none   = "$GNGGA,092725.00,,,,,0,00,99.99,,,,,,*73\r\n"
)

// told keeps what a receiver tells.
type told struct {
	mu    sync.Mutex
	fixes []nmea.Fix
}

func (t *told) tell(f nmea.Fix, _ time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fixes = append(t.fixes, f)
}

func (t *told) last() (nmea.Fix, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.fixes) == 0 {
		return nmea.Fix{}, 0
	}
	return t.fixes[len(t.fixes)-1], len(t.fixes)
}

func start(t *testing.T, cfg gnss.Config) (*gnss.Receiver, *told) {
	t.Helper()
	var all told
	cfg.Told = all.tell
	r, err := gnss.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r, &all
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestAReceiverAtASerialPort(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	r, all := start(t, gnss.Config{Serial: &serialport.Config{Device: device.Path}})
	write := func(text string) {
		t.Helper()
		if _, err := device.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the port is open", func() bool { return r.Report(time.Now()).State == gnss.Silent })
	if baud, err := device.Baud(); err != nil || baud != gnss.DefaultBaud {
		t.Errorf("%d baud, %v", baud, err)
	}
	write(first)
	eventually(t, "both sentences are read", func() bool { return r.Report(time.Now()).Counts.Fixes == 2 })
	f, n := all.last()
	if n != 2 || f.Lat < 48.117 || f.Lat > 48.118 || *f.AltAMSL != 545.4 || f.SpeedMS != 0 {
		t.Errorf("%d fixes, %+v", n, f)
	}
	report := r.Report(time.Now())
	if report.Satellites != 9 || report.Quality != 1 || report.Source != device.Path || report.LastFix.IsZero() {
		t.Errorf("%+v", report)
	}
	if aged := r.Report(report.LastFix.Add(time.Hour)); aged.State != gnss.Silent || aged.Problem == "" {
		t.Errorf("an hour later: %+v", aged)
	}
	write(none)
	eventually(t, "it has no place", func() bool { return r.Report(time.Now()).Counts.NoFix == 1 })
	report = r.Report(time.Now())
	if later := r.Report(report.LastHeard.Add(time.Second)); report.LastHeard.Sub(report.LastFix) > 2*time.Second && later.State != gnss.NoFix {
		t.Errorf("%+v", later)
	}
	device.Unplug()
	eventually(t, "the unplugging is noticed", func() bool {
		r := r.Report(time.Now())
		return r.State == gnss.Down && r.Problem != ""
	})
	device.Plug()
	eventually(t, "the port is open again", func() bool { return r.Report(time.Now()).State != gnss.Down })
	write(second)
	eventually(t, "it goes on", func() bool { f, _ := all.last(); return f.CourseDeg == 84.4 && f.SpeedMS > 11 })
}

func TestAReceiverThatSendsDatagrams(t *testing.T) {
	t.Parallel()
	r, all := start(t, gnss.Config{UDP: "127.0.0.1:0"})
	addr, err := r.Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("udp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // it has done its work
	// A datagram is whole: a sentence needs no line end, and one that is cut does not swallow the next.
	for _, text := range []string{second[:40], strings.TrimSuffix(second, "\r\n")} {
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "it is read", func() bool { _, n := all.last(); return n == 2 })
	if c := r.Report(time.Now()).Counts; c.Unreadable != 1 || c.Fixes != 2 {
		t.Errorf("%+v", c)
	}
}

func TestAReceiverBehindTCPIsCalledAgain(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // it has done its work
	r, all := start(t, gnss.Config{TCP: l.Addr().String()})
	for call := range 2 {
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		text := first
		if call == 1 {
			text = second
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is read", func() bool { _, n := all.last(); return n == 2*call+2 })
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if c := r.Report(time.Now()).Counts; c.Fixes != 4 {
		t.Errorf("%+v", c)
	}
}

func TestAReceiverHasOneSource(t *testing.T) {
	t.Parallel()
	tell := func(nmea.Fix, time.Time) {}
	for _, bad := range []gnss.Config{{Told: tell}, {UDP: ":1", TCP: "x:1", Told: tell}, {UDP: ":1"}} {
		if _, err := gnss.New(bad); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	r, err := gnss.New(gnss.Config{Serial: &serialport.Config{Device: filepath.Join(t.TempDir(), "none")}, Told: tell})
	if err != nil {
		t.Fatal(err)
	}
	if is := r.Report(time.Now()); is.State != gnss.Down || is.Problem == "" {
		t.Errorf("%+v", is)
	}
}

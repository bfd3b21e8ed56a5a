package fleet

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"go.uber.org/goleak"

	"vedette/internal/geo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryFrameThatIsCountedArrives(t *testing.T) {
	t.Parallel()
	for _, packed := range []int{1, 4} {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadBuffer(8 << 20); err != nil {
			t.Fatal(err)
		}
		f, err := New(Config{
			Station: conn.LocalAddr().String(), Vehicles: 5, FirstID: 11, RateHz: 100, FramesPerDatagram: packed,
			Around: geo.LatLon{Lat: -35, Lon: 149},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		frames, beats, ended := receive(t, conn, done)
		cancel()
		if ended != nil {
			t.Fatal(ended)
		}
		s := f.Stats()
		if frames == 0 || uint64(frames) != s.Frames || s.Frames+s.Late < 5*190-uint64(5*packed) {
			t.Errorf("%d frames a datagram: %d frames came of %+v", packed, frames, s)
		}
		if len(beats) != 5 || beats[11] < 1 || beats[15] < 1 {
			t.Errorf("heartbeats by vehicle: %v", beats)
		}
		if packed > 1 && s.Datagrams > s.Frames/uint64(packed)+5 {
			t.Errorf("%+v", s)
		}
		_ = conn.Close()
	}
}

// receive reads until the fleet has ended and nothing more comes, and fails on a gap in a vehicle's sequence.
func receive(t *testing.T, conn *net.UDPConn, done <-chan error) (frames int, beats map[uint8]int, ended error) {
	t.Helper()
	d := &dialect.ReadWriter{Dialect: mav.Dialect}
	if err := d.Initialize(); err != nil {
		t.Fatal(err)
	}
	beats = map[uint8]int{}
	next := map[uint8]uint8{}
	buf := make([]byte, largestDatagram)
	over := false
	for {
		if err := conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := conn.Read(buf)
		if err != nil {
			if over {
				return frames, beats, ended
			}
			select {
			case ended = <-done:
				over = true
			default:
			}
			continue
		}
		r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(buf[:n])), DialectRW: d}
		if err := r.Initialize(); err != nil {
			t.Fatal(err)
		}
		for f, err := r.Read(); err == nil; f, err = r.Read() {
			frames++
			if want, known := next[f.GetSystemID()]; known && f.GetSequenceNumber() != want {
				t.Errorf("vehicle %d: frame %d where %d is due", f.GetSystemID(), f.GetSequenceNumber(), want)
			}
			next[f.GetSystemID()] = f.GetSequenceNumber() + 1
			if _, ok := f.GetMessage().(*mav.MessageHeartbeat); ok {
				beats[f.GetSystemID()]++
			}
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"no vehicles": {Station: "127.0.0.1:1", RateHz: 10},
		"ids":         {Station: "127.0.0.1:1", RateHz: 10, Vehicles: 200, FirstID: 100},
		"rate":        {Station: "127.0.0.1:1", Vehicles: 1},
		"packing":     {Station: "127.0.0.1:1", RateHz: 10, Vehicles: 1, FramesPerDatagram: 100},
		"address":     {Station: "nowhere", RateHz: 10, Vehicles: 1},
	} {
		if f, err := New(cfg); err == nil {
			f.Close()
			t.Errorf("%s went unnoticed", name)
		}
	}
}

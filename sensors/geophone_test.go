package sensors_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/sensors"
)

// shakes plays geophones with footsteps from 30 to 45 s, at several sender addresses, and loses some datagrams.
func TestGeophonesHearFootsteps(t *testing.T) {
	t.Parallel()
	s := start(t, sensors.Config{
		Sensors: []sensors.SensorConfig{
			{ID: "g-1", Kind: sensors.Seismic, Address: "127.0.0.1"},
			{ID: "g-2", Kind: sensors.Seismic, Address: "127.0.0.2"},
			{ID: "g-3", Kind: sensors.Seismic, Address: "127.0.0.3"},
		},
		Gateways: []sensors.GatewayConfig{{Name: "shakes", UDP: "127.0.0.1:0"}},
	})
	began := time.Now().Add(-50 * time.Second)
	send := func(from string, walking bool, lose func(packet int) bool) {
		conn, err := (&net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}).Dial("udp", s.GatewayAddr("shakes").String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		for i, p := range footsteps(walking, 50) {
			if lose(i) {
				continue
			}
			before := s.Stats().Datagrams
			at := began.Add(time.Duration(i) * 250 * time.Millisecond)
			text := fmt.Sprintf("{'EHZ', %d.%03d%s}", at.Unix(), at.UnixMilli()%1000, p)
			if _, err := conn.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(strings.Replace(text, "EHZ", "ENZ", 1))); err != nil {
				t.Fatal(err)
			}
			until(t, "the datagrams", func() bool { return s.Stats().Datagrams >= before+2 })
		}
	}
	send("127.0.0.1", true, func(int) bool { return false })
	send("127.0.0.2", false, func(int) bool { return false })
	send("127.0.0.3", true, func(i int) bool { return i%23 == 7 }) // one in 23 lost
	send("127.0.0.9", false, func(i int) bool { return i > 0 })    // nobody's

	heard := map[string]int{}
	for s.Stats().Events > uint64(heard["g-1"]+heard["g-2"]+heard["g-3"]) {
		e := nextEvent(t, s)
		heard[e.Sensor]++
		since := e.ObservedAt.Sub(began).Seconds()
		if e.Detail != sensors.DetailWalk || e.SNRdB < 6 || since < 31 || since > 45.5 {
			t.Errorf("%s %s, %.1f dB, after %.1f s", e.Sensor, e.Detail, e.SNRdB, since)
		}
	}
	if heard["g-1"] != 2 || heard["g-2"] != 0 || heard["g-3"] < 1 {
		t.Errorf("heard %v", heard)
	}
	if _, felt := s.Waveform("g-2"); felt {
		t.Error("there is a waveform of a geophone that heard nobody")
	}
	for _, id := range []string{"g-1", "g-3"} {
		w, felt := s.Waveform(id)
		before, after := w.Trip.Sub(w.From).Seconds(), float64(len(w.Counts))/float64(w.RateHz)-w.Trip.Sub(w.From).Seconds()
		if !felt || w.Sensor != id || w.Detail != sensors.DetailWalk || !w.Trip.Equal(state(t, s, id).LastTrip.Truncate(0)) && w.Trip.Sub(state(t, s, id).LastTrip).Abs() > time.Millisecond {
			t.Errorf("%s felt %t: %s of %s at %v", id, felt, w.Detail, w.Sensor, w.Trip)
		}
		if math.Abs(before-10) > 0.02 || after < 4.9 || after > 5.1 {
			t.Errorf("%s: %.2f s before the trip and %.2f s after it", id, before, after)
		}
		// The trip lies on a step: the ground moves there as it does nowhere in noise.
		at := int(before * float64(w.RateHz))
		if loud := swing(w.Counts[at-10 : at+10]); loud < 500 {
			t.Errorf("%s: the ground swings by %d counts at the trip", id, loud)
		}
	}
	stats := s.Stats()
	if stats.Gaps == 0 || stats.UnknownSensor != 2 || stats.Malformed != 0 {
		t.Errorf("%+v", stats)
	}
	for _, id := range []string{"g-1", "g-2", "g-3"} {
		if got := state(t, s, id); got.Health != sensors.OK || got.ClockOffsetS == nil {
			t.Errorf("%+v", got)
		}
	}
}

// swing is how far apart the least and the greatest are.
func swing(counts []int32) int32 { return slices.Max(counts) - slices.Min(counts) }

// footsteps gives the samples of each packet of 250 ms as text.
func footsteps(walking bool, seconds int) []string {
	r := rand.New(rand.NewPCG(5, 6))
	wave := make([]float64, seconds*100)
	for i := range wave {
		wave[i] = 14500 + 100*r.NormFloat64()
	}
	for at := 30.0; walking && at < 45; at += 0.55 * (1 + 0.03*r.NormFloat64()) {
		for i := int(at*100) + 1; i < min(len(wave), int(at*100)+50); i++ {
			s := float64(i)/100 - at
			wave[i] += 1500 * math.Exp(-s/0.06) * math.Sin(2*math.Pi*22*s)
		}
	}
	var out []string
	for i := 0; i+25 <= len(wave); i += 25 {
		var b strings.Builder
		for _, x := range wave[i : i+25] {
			fmt.Fprintf(&b, ", %d", int(x))
		}
		out = append(out, b.String())
	}
	return out
}

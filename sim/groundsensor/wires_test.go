package groundsensor

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vedette/sim/world"
)

// readLines opens a device as a station would and reads lines until it has enough.
func readLines(t *testing.T, path string, enough int) []string {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []string, 1)
	go func() {
		defer func() { _ = f.Close() }()
		var lines []string
		r := bufio.NewReader(f)
		for len(lines) < enough {
			l, err := r.ReadString('\n')
			if err != nil {
				break
			}
			lines = append(lines, l)
		}
		got <- lines
	}()
	select {
	case lines := <-got:
		return lines
	case <-time.After(20 * time.Second):
		t.Fatal("no lines in 20 s")
		return nil
	}
}

func TestGatewayOutlivesItsReaders(t *testing.T) {
	t.Parallel()
	var dropped atomic.Uint64
	g, err := openGateway(&dropped)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.run(ctx) }()
	talker := make(chan struct{})
	go func() {
		defer close(talker)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := uint32(0); ; i++ {
			g.send(formatLine("s-07", i, epoch, kindTrip, 50, detailWalk, 90))
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	for round := range 3 {
		lines := readLines(t, g.path, 20)
		if len(lines) != 20 {
			t.Fatalf("round %d: %d lines", round, len(lines))
		}
		last := int64(-1)
		for _, l := range lines[1:] { // the first may begin in the middle
			p := parse(t, l)
			if p.seq <= last {
				t.Errorf("round %d: %d after %d", round, p.seq, last)
			}
			last = p.seq
		}
	}
	cancel()
	g.shut()
	g.shut()
	<-done
	<-talker
}

func TestGatewayLosesTheOldestWhenNobodyReads(t *testing.T) {
	t.Parallel()
	var dropped atomic.Uint64
	g, err := openGateway(&dropped)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.run(ctx) }()
	begin := time.Now()
	const sent = 5000
	for i := range uint32(sent) {
		g.send(formatLine("s-07", i, epoch, kindTrip, 50, detailWalk, 90))
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("sending to nobody took %v", took)
	}
	if dropped.Load() == 0 {
		t.Error("nothing was counted as lost")
	}
	cancel()
	g.shut()
	<-done
}

// datagram is what a shake sent, read by hand.
type datagram struct {
	channel string
	at      time.Time
	samples []float64
}

func readDatagram(t *testing.T, b []byte) (d datagram) {
	t.Helper()
	s := string(b)
	if !strings.HasPrefix(s, "{'") || !strings.HasSuffix(s, "}") {
		t.Fatalf("%q", s)
	}
	part := strings.Split(s[1:len(s)-1], ", ")
	d.channel = strings.Trim(part[0], "'")
	seconds, ms, ok := strings.Cut(part[1], ".")
	sec, err1 := strconv.ParseInt(seconds, 10, 64)
	milli, err2 := strconv.ParseInt(ms, 10, 64)
	if !ok || err1 != nil || err2 != nil || len(ms) != 3 {
		t.Fatalf("time %q", part[1])
	}
	d.at = time.UnixMilli(sec*1000 + milli)
	for _, p := range part[2:] {
		n, err := strconv.Atoi(p)
		if err != nil {
			t.Fatalf("sample %q", p)
		}
		d.samples = append(d.samples, float64(n))
	}
	return d
}

func TestEverythingOverRealWires(t *testing.T) {
	t.Parallel()
	receiver, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = receiver.Close() }()
	shakeAt := func(id, address string, e float64) world.Sensor {
		x := post(id, world.Seismic, e, 0)
		x.Gateway, x.Address, x.Channel = world.GatewayShake, address, "EHZ"
		return x
	}
	sensors := []world.Sensor{shakeAt("s-a", "127.0.0.11", 0), shakeAt("s-b", "127.0.0.12", 500), post("s-c", world.Seismic, 0, 3)}
	m := meadow{sensors: sensors, objects: func(time.Time) []world.Object { return going(world.Person, 4, 4, 0, 1)(epoch) }}
	trips := make(chan string, 100)
	s, err := newSensors(Config{
		ShakeUDP: receiver.LocalAddr().String(), Seed: 1, FalsePerHour: -1,
		OnTrip: func(_ time.Time, sensor, detail, cause string) { trips <- fmt.Sprint(sensor, detail, cause) },
	}, m)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()

	last := map[string]time.Time{}
	count := map[string]int{}
	if err := receiver.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2000)
	for count["127.0.0.11"] < 8 || count["127.0.0.12"] < 8 {
		n, from, err := receiver.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		ip := from.(*net.UDPAddr).IP.String()
		d := readDatagram(t, buf[:n])
		if d.channel != "EHZ" || len(d.samples) != 25 || time.Since(d.at) > time.Minute || time.Until(d.at) > 0 {
			t.Errorf("from %s: %+v", ip, d)
		}
		if l, ok := last[ip]; ok && s.Stats().StepsSkipped == 0 && d.at.Sub(l) != 250*time.Millisecond {
			t.Errorf("%s: %v after the one before", ip, d.at.Sub(l))
		}
		last[ip] = d.at
		count[ip]++
	}
	if len(count) != 2 {
		t.Errorf("sources %v", count)
	}
	tripped := false
	for _, l := range readLines(t, s.Device(), 2) {
		p := parse(t, l)
		tripped = tripped || p.kind == kindTrip && p.sensor == "s-c"
	}
	select {
	case got := <-trips:
		if !strings.HasPrefix(got, "s-c") || !strings.HasSuffix(got, "it") {
			t.Errorf("trip %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody was told of the trip")
	}
	if !tripped {
		t.Error("no trip on the line")
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Run did not end")
	}
	s.Close()
	if st := s.Stats(); st.Trips == 0 || st.Datagrams < 16 || st.FalseTrips != 0 {
		t.Errorf("%+v", st)
	}
	if _, err := New(Config{}); err == nil {
		t.Error("sensors without a world")
	}
}

// hear gives the waveform under a geophone for some seconds, without its electronic zero.
func hear(objects func(time.Time) []world.Object, seconds int, windMS float64) []float64 {
	g := newGround(random(3, 3), 0)
	var out []float64
	var block [blockSamples]float64
	for i := range seconds * 4 {
		end := epoch.Add(time.Duration(i+1) * blockLength)
		var here []world.Object
		if objects != nil {
			here = objects(end)
		}
		g.shake(block[:], end.Add(-blockLength), 0, 0, windMS, here, end)
		for _, v := range block {
			out = append(out, v-offsetCounts)
		}
	}
	return out
}

// highPassed is the difference of neighbours, which leaves what lies above some 10 Hz.
func highPassed(x []float64) []float64 {
	out := make([]float64, len(x)-1)
	for i := range out {
		out[i] = x[i+1] - x[i]
	}
	return out
}

func energy(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum / float64(len(x))
}

func TestFootstepsStandOutOfTheNoise(t *testing.T) {
	t.Parallel()
	quiet := energy(highPassed(hear(nil, 20, 3)))
	for name, c := range map[string]struct {
		objects  func(time.Time) []world.Object
		low, top float64
	}{
		"a man at 8 m":      {going(world.Person, 8, -10, 0, 1), 10, 1e5},
		"a man at 20 m":     {going(world.Person, 20, -10, 0, 1), 1.5, 300},
		"a man at 150 m":    {going(world.Person, 150, -10, 0, 1), 0.8, 1.25},
		"a deer at 8 m":     {going(world.Animal, 8, -10, 0, 1), 2, 1e4},
		"a car at 60 m":     {going(world.Vehicle, 60, -80, 0, 8), 3, 1e5},
		"one who stands":    {going(world.Person, 8, 0, 0, 0), 0.8, 1.25},
		"a car that stands": {going(world.Vehicle, 8, 0, 0, 0), 0.8, 1.25},
	} {
		if ratio := energy(highPassed(hear(c.objects, 20, 3))) / quiet; ratio < c.low || ratio > c.top {
			t.Errorf("%s: %.2f times the energy of the noise", name, ratio)
		}
	}
	if ratio := energy(hear(nil, 20, 10)) / energy(hear(nil, 20, 1)); ratio < 4 {
		t.Errorf("wind makes only %.1f times the energy", ratio)
	}
}

// TestCadence finds the gait in the envelope's autocorrelation.
func TestCadence(t *testing.T) {
	t.Parallel()
	wave := highPassed(hear(going(world.Person, 6, -10, 0, 1), 20, 2))
	envelope := make([]float64, len(wave)/5)
	mean := 0.0
	for i := range envelope {
		envelope[i] = math.Sqrt(energy(wave[5*i : 5*i+5]))
		mean += envelope[i] / float64(len(envelope))
	}
	best, bestLag := math.Inf(-1), 0
	for lag := 6; lag < 15; lag++ { // 0.3 to 0.7 s: left and right differ, so that two steps are a period too
		var sum float64
		for i := 0; i+lag < len(envelope); i++ {
			sum += (envelope[i] - mean) * (envelope[i+lag] - mean)
		}
		if sum > best {
			best, bestLag = sum, lag
		}
	}
	if hz := 20 / float64(bestLag); math.Abs(hz-1.9) > 0.2 {
		t.Errorf("cadence %.2f Hz, want 1.9", hz)
	}
}

func TestBlocksJoinWithoutSeams(t *testing.T) {
	t.Parallel()
	o := going(world.Person, 12, -8, 0, 1)(epoch)[0]
	whole := make([]float64, 200)
	steps(whole, epoch, 0, 0, &o, 0)
	for i := range 8 {
		var part [25]float64
		steps(part[:], epoch.Add(time.Duration(i)*blockLength), 0, 0, &o, -0.25*float64(i))
		for j, v := range part {
			if math.Abs(v-whole[25*i+j]) > 1e-3 {
				t.Fatalf("sample %d of block %d is %g, in one piece %g", j, i, v, whole[25*i+j])
			}
		}
	}
}

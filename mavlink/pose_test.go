package mavlink

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const ms = int64(time.Millisecond)

// flight makes a history with positions ten times a second going north at 10 m/s, turning right at 90 degrees a second,
// and a gimbal 30 degrees down that looks straight ahead.
func flight(times ...int64) *poseHistory {
	h := &poseHistory{}
	for _, at := range times {
		s := float64(at) / 1e9
		h.places.add(at, placeSample{lat: 50 + 10*s/111229, lon: 179.9999 + 0.0001*s, altAMSL: 100 + s, altRelative: s, north: 10, up: 1})
		yaw := 350*degToRad + s*math.Pi/2
		h.turns.add(at, turnSample{q: fromEuler(0, 0.1, yaw), rates: [3]float64{0, 0, math.Pi / 2}})
		h.gimbal(0).add(at, gimbalSample{q: fromEuler(0, -math.Pi/6, 0)})
	}
	return h
}

func every(step, from, to int64) (times []int64) {
	for at := from; at <= to; at += step {
		times = append(times, at*ms)
	}
	return times
}

func TestPoseAt(t *testing.T) {
	t.Parallel()
	tenth := every(100, 0, 3000)
	gap := append(every(100, 0, 1000), every(100, 4000, 5000)...)
	bridged := append(every(100, 0, 1000), every(100, 2500, 3500)...)
	for name, c := range map[string]struct {
		samples []int64
		at      int64
		age     time.Duration
		err     error
	}{
		"on a sample":               {tenth, 1500, 0, nil},
		"between two":               {tenth, 1540, 40 * time.Millisecond, nil},
		"across north":              {tenth, 111, 11 * time.Millisecond, nil},
		"just ahead":                {tenth, 3250, 250 * time.Millisecond, nil},
		"too far ahead":             {tenth, 3301, 0, ErrPoseTooOld},
		"just before":               {tenth, -200, 200 * time.Millisecond, nil},
		"before the history":        {tenth, -400, 0, ErrPoseTooOld},
		"in a gap that is bridged":  {bridged, 1700, 700 * time.Millisecond, nil},
		"at the beginning of a gap": {gap, 1200, 200 * time.Millisecond, nil},
		"in a gap":                  {gap, 2000, 0, ErrPoseTooOld},
		"at the end of a gap":       {gap, 3800, 200 * time.Millisecond, nil},
		"nothing known":             {nil, 0, 0, ErrNoPose},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := flight(c.samples...).at(c.at*ms, 0)
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			s := float64(c.at) / 1000
			if north := (p.Lat - 50) * 111229; math.Abs(north-10*s) > 0.02 {
				t.Errorf("%.3f m north, want %.3f", north, 10*s)
			}
			if math.Abs(p.AltAMSL-100-s) > 1e-6 || math.Abs(p.AltRelative-s) > 1e-6 {
				t.Errorf("heights %v and %v", p.AltAMSL, p.AltRelative)
			}
			yaw := math.Mod(350+90*s+360, 360)
			// A pitched vehicle that turns about its own axis swings a little in yaw between samples.
			if d := math.Abs(math.Remainder(p.YawDeg-yaw, 360)); d > 0.7 || p.YawDeg < 0 || p.YawDeg >= 360 {
				t.Errorf("yaw %v, want %v", p.YawDeg, yaw)
			}
			if !p.GimbalValid || math.Abs(p.GimbalPitchDeg+30) > 1e-6 || math.Abs(math.Remainder(p.GimbalYawDeg-p.YawDeg, 360)) > 1e-6 {
				t.Errorf("gimbal %v %v, vehicle %v", p.GimbalPitchDeg, p.GimbalYawDeg, p.YawDeg)
			}
			if p.Age != c.age {
				t.Errorf("age %v, want %v", p.Age, c.age)
			}
		})
	}
}

func TestALongitudeOverTheDateLineIsNotMeanwhileAtGreenwich(t *testing.T) {
	t.Parallel()
	h := flight(0)
	h.places = series[placeSample]{}
	h.places.add(0, placeSample{lat: 1, lon: 179.9999})
	h.places.add(200*ms, placeSample{lat: 1, lon: -179.9999})
	p, err := h.at(100*ms, 0)
	if err != nil || math.Abs(math.Abs(p.Lon)-180) > 1e-6 {
		t.Errorf("%v, %v", p.Lon, err)
	}
}

func TestSamplesOutOfOrder(t *testing.T) {
	t.Parallel()
	var s series[int]
	for _, at := range []int64{1000, 1200, 1100, 1100, 1300} {
		s.add(at*ms, int(at))
	}
	s.add(-2000*ms, -1) // far too late
	want := []int{1000, 1100, 1200, 1300}
	if len(s.values) != len(want) {
		t.Fatalf("%v", s.values)
	}
	for i := range want {
		if s.values[i] != want[i] || s.times[i] != int64(want[i])*ms {
			t.Errorf("%v", s.values)
		}
	}
}

func TestAHistoryReachesBackAndStaysBounded(t *testing.T) {
	t.Parallel()
	var s series[int]
	for i := range 20000 {
		s.add(int64(i)*50*ms, i) // 20 Hz
	}
	if reachBack := time.Duration(s.times[len(s.times)-1] - s.times[0]); reachBack < 30*time.Second || reachBack > time.Minute {
		t.Errorf("%v are kept", reachBack)
	}
	var flood series[int]
	for i := range 100000 {
		flood.add(int64(i)*ms/10, i)
	}
	if len(flood.times) > maxSamples {
		t.Errorf("%d samples are kept", len(flood.times))
	}
}

func TestAGimbalLockedToNorth(t *testing.T) {
	t.Parallel()
	h := flight(every(100, 0, 1000)...)
	h.gimbals = nil
	for _, at := range every(100, 0, 1000) {
		h.gimbal(0).add(at, gimbalSample{q: fromEuler(0, -1, 200*degToRad), earth: true})
	}
	p, err := h.at(550*ms, 0)
	if err != nil || !p.GimbalValid || math.Abs(p.GimbalYawDeg-200) > 1e-6 {
		t.Errorf("%+v, %v", p, err)
	}
	// From one frame to the other: 200 degrees from north is 155 from a nose at 45.
	h.gimbal(0).add(1100*ms, gimbalSample{q: fromEuler(0, -1, 200*degToRad-(350*degToRad+1.1*math.Pi/2))})
	if p, err = h.at(1050*ms, 0); err != nil || math.Abs(math.Remainder(p.GimbalYawDeg-200, 360)) > 1 {
		t.Errorf("between frames: %+v, %v", p.GimbalYawDeg, err)
	}
	if p, _ = h.at(1290*ms, 0); !p.GimbalValid {
		t.Error("a gimbal 190 ms ago is still good")
	}
}

func TestQuaternions(t *testing.T) {
	t.Parallel()
	for _, e := range [][3]float64{{0, 0, 0}, {10, -20, 30}, {-170, 45, 359}, {0, 89, 180}, {5, -89.9, 10}} {
		roll, pitch, yaw := fromEuler(e[0]*degToRad, e[1]*degToRad, e[2]*degToRad).eulerDeg()
		for i, got := range []float64{roll, pitch, yaw} {
			if math.Abs(math.Remainder(got-e[i], 360)) > 1e-6 {
				t.Errorf("%v became %v %v %v", e, roll, pitch, yaw)
			}
		}
	}
	// From 350 to 10 degrees the middle is north, not south.
	_, _, yaw := slerp(fromEuler(0, 0, 350*degToRad), fromEuler(0, 0, 10*degToRad), 0.5).eulerDeg()
	if math.Abs(math.Remainder(yaw, 360)) > 1e-9 {
		t.Errorf("between 350 and 10: %v", yaw)
	}
	for _, q := range []quaternion{{}, {math.NaN(), 0, 0, 0}, {9, 0, 0, 0}} {
		if _, ok := q.normalised(); ok {
			t.Errorf("%v is a turn", q)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_700_000_000, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	bootAt := start.Add(-time.Hour).UnixNano() // the truth: the vehicle started an hour before
	boot := func(t time.Time) int64 { return t.UnixNano() - bootAt }
	off := func(t *testing.T, c *clock, now time.Time) time.Duration {
		t.Helper()
		offset, ok := c.offset(now)
		if !ok {
			t.Fatal("no offset")
		}
		return time.Duration(offset - bootAt)
	}

	var c clock
	if _, ok := c.offset(start); ok {
		t.Error("an offset out of nothing")
	}
	for i := range 50 { // arrivals 30 to 230 ms late
		made := at(time.Duration(i) * 100 * time.Millisecond)
		c.arrived(boot(made), made.Add(time.Duration(30+(i*37)%200)*time.Millisecond))
	}
	if e := off(t, &c, at(5*time.Second)); e < 29*time.Millisecond || e > 40*time.Millisecond {
		t.Errorf("by arrivals: %v off", e)
	}
	// Exchanges with long and uneven ways, and one quick one.
	for i, way := range []struct{ out, back time.Duration }{{200, 50}, {10, 90}, {5, 5}, {20, 300}} {
		sent := at(5*time.Second + time.Duration(i)*time.Second)
		turn := sent.Add(way.out * time.Millisecond)
		c.answered(boot(turn), sent, turn.Add(way.back*time.Millisecond))
	}
	if e := off(t, &c, at(10*time.Second)); e != 0 {
		t.Errorf("by exchanges: %v off", e)
	}
	if rtt, ok := c.synchronised(at(10 * time.Second)); !ok || rtt != 10*time.Millisecond {
		t.Errorf("round trip %v", rtt)
	}
	// An answer from another clock than the one in the messages is not believed.
	var strange clock
	strange.arrived(boot(start), start.Add(20*time.Millisecond))
	strange.answered(boot(start)+int64(time.Hour), start, start.Add(time.Millisecond))
	if e := off(t, &strange, at(time.Second)); e != 20*time.Millisecond {
		t.Errorf("with a strange clock: %v off", e)
	}
	if _, ok := strange.synchronised(at(time.Second)); ok {
		t.Error("synchronised to a strange clock")
	}
	// Long after the last message the last offset still holds.
	if e := off(t, &strange, at(time.Hour)); e != 20*time.Millisecond {
		t.Errorf("after an hour: %v off", e)
	}
}

func TestBootTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times  []uint32
		usable []bool
		reboot int // index, or -1
	}{
		"going on":           {[]uint32{1000, 1100, 1050, 1200}, []bool{true, true, true, true}, -1},
		"one late message":   {[]uint32{60000, 5000, 60100}, []bool{true, false, true}, -1},
		"two late messages":  {[]uint32{60000, 5000, 60100, 5100, 60200}, []bool{true, false, true, false, true}, -1},
		"a reboot":           {[]uint32{60000, 500, 600, 700}, []bool{true, false, true, true}, 2},
		"at the same moment": {[]uint32{60000, 500, 500}, []bool{true, false, true}, 2},
	} {
		var b bootTime
		for i, ms := range c.times {
			usable, rebooted := b.note(ms)
			if usable != c.usable[i] || rebooted != (i == c.reboot) {
				t.Errorf("%s, message %d: usable %v, reboot %v", name, i, usable, rebooted)
			}
		}
	}
}

func TestTimesyncInUnixTime(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_700_000_000, 0)
	var ts timesync
	var c clock
	if !ts.due(start) || ts.due(start.Add(time.Millisecond)) {
		t.Error("asked too often, or not at all")
	}
	asked := ts.ask(nil, start)
	// The vehicle's own clock is 7 s ahead of ours and it booted 100 s ago.
	vehicle := start.Add(7*time.Second + 2*time.Millisecond)
	boot := bootTime{unixLessBoot: vehicle.UnixNano() - int64(100*time.Second) - 2*ms}
	stranger := common.MessageTimesync{Ts1: 1234, Tc1: 5}
	ts.answer(&c, &stranger, boot, start)
	ts.answer(&c, &common.MessageTimesync{Ts1: asked.ts, Tc1: vehicle.UnixNano()}, boot, start.Add(4*time.Millisecond))
	offset, ok := c.offset(start.Add(time.Second))
	if want := start.Add(-100 * time.Second).UnixNano(); !ok || offset != want {
		t.Errorf("offset %v, want %v", offset, want)
	}
	if ts.answered != 1 {
		t.Errorf("%d answers counted", ts.answered)
	}
}

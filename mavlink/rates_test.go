package mavlink

import (
	"testing"
	"time"

	"vedette/mavlink/link"
)

func hzOf(rates []rate, id uint32) float64 {
	for _, r := range rates {
		if r.id == id {
			return r.hz
		}
	}
	return -1
}

func bytesOf(rates []rate) (perSecond float64) {
	perSecond = heartbeatBytes
	for _, r := range rates {
		for _, s := range streams {
			if s.id == r.id {
				perSecond += s.bytes * r.hz
			}
		}
	}
	return perSecond
}

const attitude, globalPosition = 30, 33

func TestAProfileFitsItsLink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bytesPerSecond float64
		vehicles       int
		attitudeHz     float64
	}{
		{0, 50, 20}, {92160, 1, 20}, {11520, 1, 20}, {5760, 1, 5}, {5760, 2, 5}, {5760, 3, 4}, {5760, 8, 1}, {1000, 1, 1.5}, {300, 1, 0.4}, {100, 3, 0.15},
	} {
		got := ratesFor(link.Profile{}, c.bytesPerSecond, c.vehicles)
		all := float64(c.vehicles) * bytesOf(got)
		if c.bytesPerSecond > 300 && all > telemetryShare*c.bytesPerSecond {
			t.Errorf("%v bytes a second, %d vehicles: %v of telemetry", c.bytesPerSecond, c.vehicles, all)
		}
		hz := hzOf(got, attitude)
		if hz != c.attitudeHz {
			t.Errorf("%v bytes a second, %d vehicles: attitude at %v Hz, about %v expected", c.bytesPerSecond, c.vehicles, hz, c.attitudeHz)
		}
	}
	if got := ratesFor(link.Profile{Name: link.ProfileFull}, 5760, 3); hzOf(got, attitude) != 20 {
		t.Error("a profile that was asked for by name is changed")
	}
	if got := ratesFor(link.Profile{Name: link.ProfileMinimal}, 0, 1); hzOf(got, attitude) != 1 || hzOf(got, 241) != 0 {
		t.Error("the minimal profile")
	}
	own := link.Profile{Name: link.ProfileRadio, Rates: map[uint32]float64{attitude: 10, 27: 3, globalPosition: 0}}
	if got := ratesFor(own, 5760, 1); hzOf(got, attitude) != 10 || hzOf(got, 27) != 3 || hzOf(got, globalPosition) != 0 || hzOf(got, 74) != 1 {
		t.Errorf("own rates: %v", got)
	}
}

// vehicleRates is a vehicle that grants, refuses, and has its rates changed by somebody else, on a virtual clock.
type vehicleRates struct {
	now    time.Time
	hz     map[uint32]float64
	counts map[uint32]float64
	asked  []rate
}

func (v *vehicleRates) seen(id uint32) uint32 { return uint32(v.counts[id]) }

// run lets a keeper work for a time in rounds of five seconds.
func (v *vehicleRates) run(k *rateKeeper, d time.Duration, narrow bool, meanwhile func()) {
	for end := v.now.Add(d); v.now.Before(end); {
		k.watch(v.seen, 0, narrow, v.now)
		for {
			r, ok := k.due(v.now)
			if !ok {
				break
			}
			v.asked = append(v.asked, r)
			v.hz[r.id] = r.hz
			k.granted(r.id, v.seen(r.id), v.now)
		}
		if meanwhile != nil {
			meanwhile()
		}
		for id, hz := range v.hz {
			v.counts[id] += hz * 5
		}
		v.now = v.now.Add(5 * time.Second)
	}
}

func newVehicleRates() *vehicleRates {
	return &vehicleRates{now: time.Unix(1000, 0), hz: map[uint32]float64{}, counts: map[uint32]float64{}}
}

func TestRatesAreAskedForOnceInTheOrderOfTheirWorth(t *testing.T) {
	t.Parallel()
	v, k := newVehicleRates(), newRateKeeper()
	want := []rate{{30, 5}, {33, 2}, {1, 0.5}, {241, 0}}
	for range 20 {
		k.want(want)
		v.run(k, 5*time.Second, true, nil)
	}
	if len(v.asked) != 3 || v.asked[0].id != 30 || v.asked[1].id != 33 || v.asked[2].id != 1 {
		t.Errorf("asked for %v", v.asked)
	}
	k.want([]rate{{30, 2}, {33, 2}, {1, 0.5}})
	v.run(k, 5*time.Second, true, nil)
	if len(v.asked) != 4 || v.asked[3] != (rate{30, 2}) {
		t.Errorf("after a change asked for %v", v.asked)
	}
}

func TestARateThatAnotherStationChangesIsAskedForAgainButNotForEver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to     float64
		narrow bool
		most   int
		least  int
	}{
		"turned off": {0, false, 14, 4}, "slower": {1, false, 14, 4}, "quicker on a radio": {50, true, 14, 4}, "quicker on a network": {50, false, 0, 0},
	} {
		v, k := newVehicleRates(), newRateKeeper()
		k.want([]rate{{30, 10}})
		v.run(k, time.Minute, c.narrow, nil)
		v.asked = nil
		v.run(k, time.Hour, c.narrow, func() { v.hz[30] = c.to })
		if n := len(v.asked); n > c.most || n < c.least {
			t.Errorf("%s: asked %d times in an hour", name, n)
		}
		// The other gives in: what we want comes again, and is left alone.
		v.run(k, time.Hour, c.narrow, nil)
		if c.least > 0 && v.hz[30] != 10 {
			t.Errorf("%s: %v Hz in the end", name, v.hz[30])
		}
		v.asked = nil
		v.run(k, time.Hour, c.narrow, nil)
		if len(v.asked) != 0 {
			t.Errorf("%s: asked for what comes: %v", name, v.asked)
		}
		// A dispute long ago is forgotten: the next one is answered at once.
		v.hz[30] = c.to
		v.run(k, 30*time.Second, c.narrow, nil)
		if c.least > 0 && v.hz[30] != 10 {
			t.Errorf("%s: not asked for at once after an hour of peace", name)
		}
	}
}

func TestWhatNeverComesIsNotFoughtFor(t *testing.T) {
	t.Parallel()
	v, k := newVehicleRates(), newRateKeeper()
	k.want([]rate{{gimbalAttitudeID, 20}})
	v.run(k, time.Hour, false, func() { v.hz[gimbalAttitudeID] = 0 }) // granted, and there is no gimbal
	if len(v.asked) != 1 {
		t.Errorf("asked %d times", len(v.asked))
	}
}

func TestIntervalsThatAreToldCount(t *testing.T) {
	t.Parallel()
	v, k := newVehicleRates(), newRateKeeper()
	k.want([]rate{{30, 10}})
	v.run(k, time.Minute, false, nil)
	k.told(30, 10.2, v.now)
	k.told(99, 1, v.now)
	if _, due := k.due(v.now); due {
		t.Error("asked for what is as it should be")
	}
	k.told(30, 2, v.now)
	if r, due := k.due(v.now); !due || r.hz != 10 {
		t.Error("another station's wish goes unnoticed")
	}
}

func TestRefusalsAndSilence(t *testing.T) {
	t.Parallel()
	k := newRateKeeper()
	now := time.Unix(1000, 0)
	k.want([]rate{{30, 10}, {33, 5}})
	k.refused(30, true, now)
	asked := 0
	for i := range 1000 {
		now = now.Add(5 * time.Second)
		if r, ok := k.due(now); ok && r.id == 33 {
			asked++
			k.refused(33, false, now)
		} else if ok {
			t.Fatalf("asked for %d again at %d", r.id, i)
		}
	}
	if asked != wishTries {
		t.Errorf("a passing refusal was asked again %d times", asked)
	}
	k = newRateKeeper()
	k.want([]rate{{30, 10}})
	asked = 0
	for range 720 {
		now = now.Add(5 * time.Second)
		if _, ok := k.due(now); ok {
			asked++
			k.unanswered(now)
		}
	}
	if asked < 55 || asked > 70 {
		t.Errorf("%d questions into an hour of silence", asked)
	}
}

func TestWhatANarrowLinkDoesNotNeedIsTurnedOff(t *testing.T) {
	t.Parallel()
	v, k := newVehicleRates(), newRateKeeper()
	v.hz[27] = 10 // RAW_IMU, as autopilots send it by themselves
	k.want([]rate{{30, 5}})
	k.stop(27)
	v.run(k, time.Minute, true, nil)
	if v.hz[27] != 0 || len(v.asked) != 2 {
		t.Errorf("%v, asked for %v", v.hz, v.asked)
	}
}

func TestMessagesAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]uint32{
		"ATTITUDE": 30, "GLOBAL_POSITION_INT": 33, "GPS_RAW_INT": 24, "GPS2_RAW": 124, "SCALED_IMU2": 116, "AHRS2": 178, "gimbal_device_attitude_status": 285,
	} {
		if got, ok := link.MessageID(name); !ok || got != id {
			t.Errorf("%s is %d, %v", name, got, ok)
		}
	}
	if _, ok := link.MessageID("NO_SUCH_MESSAGE"); ok {
		t.Error("found what there is not")
	}
}

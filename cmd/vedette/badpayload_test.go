package main

import (
	"math"
	"net/http"
	"testing"
	"time"

	"vedette/sim/impair"
	"vedette/ui/api"
)

// TestGimbalOverABadLink points and turns a simulated gimbal over a wire that loses, delays, repeats and reorders.
func TestGimbalOverABadLink(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{Loss: 0.1, Delay: rtt100, Jitter: 20 * time.Millisecond, Duplicate: 0.1, Reorder: 0.05})
	gimbal := func() (g api.GimbalState, ok bool) {
		v, _ := r.vehicle()
		if len(v.Gimbals) == 0 || v.Gimbals[0].PitchDeg == nil || v.Gimbals[0].Abilities == nil {
			return api.GimbalState{}, false
		}
		return v.Gimbals[0], true
	}
	r.until(30*time.Second, "the gimbal's abilities and attitude", func() bool { _, ok := gimbal(); return ok })
	point := func(c api.GimbalCommand) {
		t.Helper()
		got := 0
		for range 4 { // three requests may be lost one after the other; the operator then asks again
			if got = r.call("POST", "/vehicles/1/gimbal", c, nil); got != http.StatusGatewayTimeout {
				break
			}
		}
		if got != http.StatusOK {
			t.Errorf("%+v: %d", c, got)
		}
	}
	looks := func(pitch, yaw float64) func() bool {
		return func() bool {
			g, ok := gimbal()
			return ok && math.Abs(*g.PitchDeg-pitch) < 1 && math.Abs(math.Remainder(*g.YawDeg-yaw, 360)) < 1
		}
	}
	point(api.GimbalCommand{PitchDeg: new(-50.0), YawDeg: new(120.0)})
	r.until(20*time.Second, "the angles", looks(-50, 120))
	r.until(20*time.Second, "our control and the lock", func() bool {
		g, ok := gimbal()
		return ok && g.Control != nil && g.Control.Who == "us" && g.Mode == "lock"
	})
	// A key that is held for two seconds and let go without a word.
	for range 10 {
		point(api.GimbalCommand{PitchRateDegS: new(4.0)})
		<-time.After(200 * time.Millisecond)
	}
	r.until(20*time.Second, "it has turned", func() bool { g, ok := gimbal(); return ok && *g.PitchDeg > -46 })
	last, since := math.NaN(), time.Now()
	r.until(20*time.Second, "it stands still for a second and a half, far from its limit", func() bool {
		g, ok := gimbal()
		if !ok || !(math.Abs(*g.PitchDeg-last) < 0.3) {
			if ok {
				last = *g.PitchDeg
			}
			since = time.Now()
			return false
		}
		return *g.PitchDeg < 0 && time.Since(since) > 1500*time.Millisecond
	})
	point(api.GimbalCommand{Mode: "neutral"})
	r.until(20*time.Second, "neutral", func() bool { g, ok := gimbal(); return ok && g.Mode == "neutral" })
	point(api.GimbalCommand{Mode: "release"})
	r.until(20*time.Second, "nobody in control", func() bool { g, ok := gimbal(); return ok && g.Control != nil && g.Control.Who == "nobody" })
	if up, down := r.wire.Counts(); up.Lost == 0 || down.Lost == 0 || down.Duplicated == 0 {
		t.Errorf("the wire was not bad: %+v, %+v", up, down)
	}
}

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
	r.until(60*time.Second, "the angles", looks(-50, 120))
	r.until(60*time.Second, "our control and the lock", func() bool {
		g, ok := gimbal()
		return ok && g.Control != nil && g.Control.Who == "us" && g.Mode == "lock"
	})
	// A key that is held for two seconds and let go without a word.
	for range 10 {
		point(api.GimbalCommand{PitchRateDegS: new(4.0)})
		<-time.After(200 * time.Millisecond)
	}
	r.until(60*time.Second, "it has turned", func() bool { g, ok := gimbal(); return ok && *g.PitchDeg > -46 })
	last, since := math.NaN(), time.Now()
	r.until(60*time.Second, "it stands still for a second and a half, far from its limit", func() bool {
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
	r.until(60*time.Second, "neutral", func() bool { g, ok := gimbal(); return ok && g.Mode == "neutral" })
	point(api.GimbalCommand{Mode: "release"})
	r.until(60*time.Second, "nobody in control", func() bool { g, ok := gimbal(); return ok && g.Control != nil && g.Control.Who == "nobody" })
	if up, down := r.wire.Counts(); up.Lost == 0 || down.Lost == 0 || down.Duplicated == 0 {
		t.Errorf("the wire was not bad: %+v, %+v", up, down)
	}
}

// TestCameraOverABadLink uses the simulated camera over such a wire: what it does is shown, and a lost answer fails nothing.
func TestCameraOverABadLink(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{Loss: 0.1, Delay: rtt100, Jitter: 20 * time.Millisecond, Duplicate: 0.1, Reorder: 0.05})
	camera := func() api.Camera {
		v, _ := r.vehicle()
		for _, c := range v.Cameras {
			if c.ID == 100 {
				return c
			}
		}
		return api.Camera{}
	}
	tell := func(method, path string, body any) {
		t.Helper()
		got := 0
		for range 4 {
			if got = r.call(method, "/vehicles/1/"+path, body, nil); got != http.StatusGatewayTimeout {
				break
			}
		}
		if got != http.StatusOK {
			t.Errorf("%s %s %+v: %d", method, path, body, got)
		}
	}
	r.until(40*time.Second, "abilities, settings, storage, capture and view", func() bool {
		c := camera()
		return c.Abilities != nil && c.ZoomPercent != nil && len(c.Storages) == 1 && c.Recording != nil && c.HFOVDeg != nil && len(c.Streams) == 2
	})
	wide := *camera().HFOVDeg
	tell("POST", "camera", api.CameraCommand{Command: "zoom", Percent: new(50.0)})
	r.until(60*time.Second, "a narrower view, and the zoom", func() bool {
		c := camera()
		return *c.HFOVDeg < wide*0.7 && c.ZoomPercent != nil && math.Abs(*c.ZoomPercent-50) < 1
	})
	tell("POST", "camera", api.CameraCommand{Command: "record"})
	r.until(60*time.Second, "it records", func() bool { c := camera(); return *c.Recording })
	tell("POST", "camera", api.CameraCommand{Command: "photo"})
	r.until(60*time.Second, "a photo", func() bool { c := camera(); return c.Photos != nil && *c.Photos >= 1 })
	tell("POST", "camera", api.CameraCommand{Command: "stopRecord"})
	r.until(60*time.Second, "it does not record", func() bool { c := camera(); return !*c.Recording })
	tell("POST", "tracking", api.TrackingCommand{Box: &api.PictureBox{X: 0.4, Y: 0.4, W: 0.2, H: 0.2}})
	r.until(60*time.Second, "it tells what it follows", func() bool { k := camera().Tracking; return k != nil && k.State != "idle" })
	tell("DELETE", "tracking", nil)
	r.until(60*time.Second, "it follows nothing", func() bool { k := camera().Tracking; return k != nil && k.State == "idle" })
	if up, down := r.wire.Counts(); up.Lost == 0 || down.Lost == 0 || down.Duplicated == 0 {
		t.Errorf("the wire was not bad: %+v, %+v", up, down)
	}
}

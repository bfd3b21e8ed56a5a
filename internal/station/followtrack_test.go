package station

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
	"vedette/ui/api"
)

// TestACopterFollowsAWalkerUntilItIsFlownByHand is a simulated copter, the picture, and what carries out cues, with a walker whom a camera on
// a mast sees.
func TestACopterFollowsAWalkerUntilItIsFlownByHand(t *testing.T) {
	t.Parallel()
	const agl, standoff = 15.0, 30.0
	service, x := sent(t)
	v := x.vehicles
	p := newPicture(pictureConfig{
		mavlink: service, ground: v.ground, looks: v.looks, leases: nobody{}, hub: newHub(), record: x.record, intents: x.intents, firstID: 1, log: x.log,
		cues: cue.Config{StandoffM: standoff, HeightAGL: agl, GoMoveM: 5, GoEvery: time.Second},
	}, nil)
	x.fail, v.byHand = p.failCue, p.flownByHand
	ctx, cancel := context.WithCancel(t.Context())
	var parts sync.WaitGroup
	defer func() { cancel(); parts.Wait() }()
	parts.Go(func() { _ = p.run(ctx, nil, nil) })
	parts.Go(func() { _ = x.run(ctx) })

	ann := access.Principal{Name: "ann"}
	now := func() mavlink.Vehicle { known, _ := service.Vehicle(1); return known }
	until(t, "it may arm", func() bool { return now().Position != nil && now().Home != nil })
	height := geo.AGL(agl)
	if _, err := v.Command(ctx, ann, 1, api.Command{Command: "takeoff", AltitudeAGL: &height}); err != nil {
		t.Fatal(err)
	}
	until(t, "it has taken off", func() bool { return now().Position.AltRelative > 0.8*agl })

	// The walker, 60 m east of the copter's home, goes north at 1.4 m/s.
	home := geo.LatLon{Lat: now().Home.Lat, Lon: now().Home.Lon}
	began := time.Now()
	walker := func(at time.Time) geo.LatLon {
		return geo.Offset(geo.Offset(home, 90, 60), 0, 1.4*at.Sub(began).Seconds())
	}
	if err := p.do(ctx, func() { p.addSensor(fusion.Sensor{ID: "mast", Kind: fusion.Camera, Pd: 0.95, ClutterPerScan: 0.05}) }); err != nil {
		t.Fatal(err)
	}
	parts.Go(func() {
		ticker := time.NewTicker(300 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			<-ticker.C
			at := time.Now()
			_ = p.do(ctx, func() {
				p.tracker.AddScan(fusion.Scan{
					Sensor: "mast", Time: at, Arrival: at, Position: home, HeightM: 20, Sector: fusion.Sector{HFovDeg: 360, RMaxM: 500},
					Detections: []fusion.Detection{{Position: walker(at), EE: 2, NN: 2, Score: 0.9, Class: fusion.ClassProbs{0.9, 0.05, 0.05}}},
				})
			})
		}
	})
	track := ""
	until(t, "the walker has a track", func() bool {
		for _, tr := range p.Tracks().Features {
			if tr.Properties.Status == "confirmed" {
				track = tr.ID
			}
		}
		return track != ""
	})
	if _, err := p.FollowTrack(ctx, ann, 1, "t-none"); err == nil || !strings.Contains(err.Error(), "no track") {
		t.Errorf("%v", err)
	}
	cueIs := func(id string) api.Cue {
		for _, c := range p.Cues() {
			if c.ID == id {
				return c
			}
		}
		return api.Cue{}
	}
	follow := func() string {
		t.Helper()
		c, err := p.FollowTrack(ctx, ann, 1, track)
		if err != nil || c.State != string(cue.Approved) || c.TrackID != track || c.DecidedBy != "ann" {
			t.Fatalf("%+v, %v", c, err)
		}
		return c.ID
	}
	apart := func() float64 {
		v := now()
		return geo.Distance(geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, walker(time.Now()))
	}
	first := follow()
	until(t, "it is beside the walker", func() bool { return cueIs(first).State == string(cue.Active) })
	from := walker(time.Now())
	for geo.Distance(from, walker(time.Now())) < 20 { // it stays beside him for 20 m more
		if d := apart(); math.Abs(d-standoff) > 20 {
			t.Fatalf("%.0f m away", d)
		}
		<-time.After(200 * time.Millisecond)
	}
	if _, err := v.Command(ctx, ann, 1, api.Command{Command: "hold"}); err != nil {
		t.Fatal(err)
	}
	if c := cueIs(first); c.State != string(cue.Done) || c.Detail != "ann flies the vehicle by hand (hold)" {
		t.Errorf("%+v", c)
	}

	// Another station changes the mode: this one does not change it back.
	second := follow()
	until(t, "it follows again", func() bool { return cueIs(second).State == string(cue.Active) && now().Mode == "GUIDED" })
	if _, err := service.Command(ctx, 1, mavlink.SetMode{Name: "RTL"}); err != nil {
		t.Fatal(err)
	}
	// Either it is seen that the mode is another one, or the vehicle has refused the next place in it.
	until(t, "the cue is over", func() bool { return cueIs(second).State == string(cue.Failed) })
	until(t, "it flies home", func() bool { return now().Mode == "RTL" })
	if c := cueIs(second); !strings.Contains(c.Detail, "RTL") && !strings.Contains(strings.ToLower(c.Detail), "denied") {
		t.Errorf("%+v", c)
	}
	// However late the station learns of the mode: the vehicle itself refuses.
	if _, err := service.Command(ctx, 1, mavlink.Goto{Lat: home.Lat, Lon: home.Lon, AltAMSL: now().Home.AltAMSL + agl, KeepMode: true}); err == nil || now().Mode != "RTL" {
		t.Errorf("%v, mode %s", err, now().Mode)
	}
	if c := p.Cues(); len(c) != 2 {
		t.Errorf("another was proposed: %+v", c)
	}
}

// TestAStationThatIsBusyHoldsNoHandUp has nobody work on the picture: a command by hand goes on all the same, and the cue ends once somebody does.
func TestAStationThatIsBusyHoldsNoHandUp(t *testing.T) {
	t.Parallel()
	p, id, run := proposedLook(t)
	if _, err := p.cues.Approve(id, "ann", time.Now()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.flownByHand(t.Context(), 1, "ann", "hold")
	if d := time.Since(began); d < byHandPatience || d > byHandMost/2 {
		t.Errorf("held up for %v", d)
	}
	run(func() {
		until(t, "the cue has ended", func() bool { return p.Cues()[0].State == string(cue.Done) })
	})
}

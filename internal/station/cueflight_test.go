package station

import (
	"context"
	"log/slog"
	"math"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/internal/store"
	"vedette/mavlink"
	"vedette/sim/impair"
	"vedette/sim/world"
	"vedette/tracking/cue"
)

// sent is a simulated copter on its world's ground, and what carries out cues with it.
func sent(t *testing.T) (*mavlink.Service, *executor) {
	t.Helper()
	service := simulated(t, impair.Profile{})
	w, err := world.New(world.Config{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "vedette.db"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	log := slog.New(slog.DiscardHandler)
	return service, &executor{
		vehicles: &vehicles{mavlink: service, ground: &ground{terrain: w.Tile()}, looks: newLooks(), zones: newZoneBook(nil)},
		record:   recorder{store: s, log: log}, leases: access.NewLeases(time.Now), log: log, intents: make(chan cue.Intent, intentQueue),
		intend: func(context.Context, string, access.Intent) error { return nil },
	}
}

// TestACueIsFlownWhereTheTerrainEnds has a simulated copter carry out what an approved cue wants, first over known ground, then beyond it.
func TestACueIsFlownWhereTheTerrainEnds(t *testing.T) {
	t.Parallel()
	const agl, slackM = 20.0, 4.0
	service, x := sent(t)
	v := x.vehicles
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	now := func() mavlink.Vehicle { known, _ := service.Vehicle(1); return known }
	until(t, "it may arm", func() bool { return now().Position != nil && now().Home != nil })

	up := agl
	if err := x.carryOut(ctx, cue.Intent{Cue: "c-1", Vehicle: 1, Operator: "ann", TakeOff: &up}); err != nil {
		t.Fatal(err)
	}
	until(t, "it has taken off", func() bool { return now().Position.AltRelative > 0.8*agl })
	home := geo.LatLon{Lat: now().Home.Lat, Lon: now().Home.Lon}

	there := func(place geo.LatLon) bool {
		p := now().Position
		return geo.Distance(geo.LatLon{Lat: p.Lat, Lon: p.Lon}, place) < slackM
	}
	send := func(place geo.LatLon) error {
		return x.carryOut(ctx, cue.Intent{
			Cue: "c-1", Vehicle: 1, Operator: "ann", LookAt: &place, GoTo: &cue.GoTo{Position: place, HeightAGL: agl},
		})
	}
	known := geo.Offset(home, 90, 40)
	if err := send(known); err != nil {
		t.Fatal(err)
	}
	until(t, "it is where the ground is known", func() bool { return there(known) })
	below, _ := v.ground.elevation(known)
	if got := now().Position.AltAMSL - float64(below); got < agl-slackM {
		t.Errorf("%.1f m above known ground", got)
	}

	before := now().Position.AltAMSL
	v.ground.terrain = nil
	beyond := geo.Offset(home, 90, 80)
	if err := send(beyond); err != nil {
		t.Fatalf("without terrain: %v", err)
	}
	until(t, "it is where the ground is not known", func() bool { return there(beyond) })
	want := max(before, now().Home.AltAMSL+agl)
	if got := now().Position.AltAMSL; math.Abs(got-want) > slackM {
		t.Errorf("flies at %.1f m AMSL, not at %.1f", got, want)
	}
	if g := now().Gimbal; g == nil || g.PitchDeg > -60 {
		t.Errorf("the camera does not look down at what is below: %+v", g)
	}
}

func TestHowHighACueIsFlown(t *testing.T) {
	t.Parallel()
	w, err := world.New(world.Config{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	at, ground0 := w.Place(0, 0)
	vehicle := mavlink.Vehicle{
		Position: &mavlink.Position{Lat: at.Lat, Lon: at.Lon, AltAMSL: float64(ground0) + 90}, Home: &mavlink.Home{AltAMSL: float64(ground0) + 10},
	}
	low := vehicle
	low.Position = &mavlink.Position{Lat: at.Lat, Lon: at.Lon, AltAMSL: float64(ground0) + 5}
	noHome := low
	noHome.Home = nil
	near, far := geo.Offset(at, 0, 50), geo.Offset(at, 0, 400_000)
	belowNear, ok := w.Tile().ElevationAMSL(near)
	if !ok {
		t.Fatal("no ground in the world")
	}
	terrain, none := &ground{terrain: w.Tile()}, &ground{}
	for name, c := range map[string]struct {
		ground  *ground
		vehicle mavlink.Vehicle
		to      geo.LatLon
		want    geo.AMSL
	}{
		"known ground":                       {terrain, vehicle, near, belowNear + 60},
		"beyond it, no lower than it is":     {terrain, vehicle, far, ground0 + 90},
		"beyond it, above its home":          {terrain, low, far, ground0 + 70},
		"no terrain at all":                  {none, low, near, ground0 + 70},
		"neither terrain nor home: as it is": {none, noHome, near, ground0 + 5},
	} {
		v := &vehicles{ground: c.ground}
		if got := v.approachHeight(c.vehicle, c.to, 60); math.Abs(float64(got-c.want)) > 0.01 {
			t.Errorf("%s: %.2f m AMSL, not %.2f", name, float64(got), float64(c.want))
		}
	}
}

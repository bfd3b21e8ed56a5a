package station

import (
	"math"
	"strings"
	"testing"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mission"
)

// plains is flat ground at 100 m with a pillar of 150 m in the middle, known between two meridians only.
type plains struct{}

func (plains) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) {
	switch {
	case p.Lon < 149 || p.Lon > 149.2:
		return 0, false
	case math.Abs(p.Lon-149.1) < 0.0005:
		return 150, true
	}
	return 100, true
}

func TestTheClearanceOfEachLegIsToldAndWhatIsNotKnownIsNot(t *testing.T) {
	t.Parallel()
	above := func(lat, lon, alt float64, h mission.Height) mavlink.MissionItem {
		return mavlink.MissionItem{Command: 16, Frame: h.Frame(), Lat: lat, Lon: lon, Alt: alt}
	}
	vehicle := flying()
	vehicle.Position, vehicle.Home = nil, nil
	for name, c := range map[string]struct {
		items   []mavlink.MissionItem
		home    *geo.AMSL
		terrain geo.Terrain
		want    string // state and words of the last leg
		least   float64
		unknown float64 // least length that is not known
	}{
		"over the pillar":          {[]mavlink.MissionItem{wp(-35, 149.05, 180), wp(-35, 149.15, 180)}, nil, plains{}, "clear", 30, 0},
		"close over the pillar":    {[]mavlink.MissionItem{wp(-35, 149.05, 160), wp(-35, 149.15, 160)}, nil, plains{}, "low", 10, 0},
		"into the pillar":          {[]mavlink.MissionItem{wp(-35, 149.05, 140), wp(-35, 149.15, 140)}, nil, plains{}, "below", -10, 0},
		"over its edge":            {[]mavlink.MissionItem{wp(-35, 149.15, 140), wp(-35, 149.25, 140)}, nil, plains{}, "partly along a part", 40, 4000},
		"low, and over its edge":   {[]mavlink.MissionItem{wp(-35, 149.15, 105), wp(-35, 149.25, 105)}, nil, plains{}, "low along a part", 5, 4000},
		"beyond it":                {[]mavlink.MissionItem{wp(-35, 149.3, 900), wp(-35, 149.35, 900)}, nil, plains{}, "unknown no terrain along", math.NaN(), 4500},
		"without terrain":          {[]mavlink.MissionItem{wp(-35, 149.05, 900), wp(-35, 149.15, 900)}, nil, nil, "unknown the station has no terrain", math.NaN(), 9000},
		"from an unknown home":     {[]mavlink.MissionItem{wp(-35, 149.05, 180), above(-35, 149.15, 80, mission.HeightRelative)}, nil, plains{}, "unknown home", math.NaN(), 9000},
		"from the planned home":    {[]mavlink.MissionItem{wp(-35, 149.05, 180), above(-35, 149.15, 80, mission.HeightRelative)}, new(geo.AMSL(100)), plains{}, "clear", 30, 0},
		"heights above the ground": {[]mavlink.MissionItem{above(-35, 149.05, 60, mission.HeightAGL), above(-35, 149.15, 40, mission.HeightAGL)}, nil, nil, "clear", 40, 0},
		"from AMSL to AGL":         {[]mavlink.MissionItem{wp(-35, 149.05, 180), above(-35, 149.15, 80, mission.HeightAGL)}, nil, plains{}, "clear", 30, 0},
		"to AGL beyond it":         {[]mavlink.MissionItem{wp(-35, 149.15, 180), above(-35, 149.25, 80, mission.HeightAGL)}, nil, plains{}, "unknown at an end", math.NaN(), 9000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planChecker{ground: &ground{terrain: c.terrain}, vehicle: &vehicle, planned: c.home}
			p.check(c.items)
			all := p.clearance()
			if len(all.Legs) != 2 {
				t.Fatalf("%+v", all)
			}
			l := all.Legs[1]
			state, words, _ := strings.Cut(c.want, " ")
			if l.Item != 2 || l.State != state || !strings.Contains(l.Why, words) || (words == "") != (l.Why == "") || l.UnknownM < c.unknown || (c.unknown == 0) != (l.UnknownM == 0) {
				t.Errorf("%+v, want %s", l, c.want)
			}
			if math.IsNaN(c.least) != (l.LeastM == nil) || l.LeastM != nil && math.Abs(*l.LeastM-c.least) > 0.01 {
				t.Errorf("%+v, want %v m", l, c.least)
			}
			if (all.Unknown > 0) != (l.UnknownM > 0 || all.Legs[0].UnknownM > 0) {
				t.Errorf("%+v", all)
			}
		})
	}
}

func TestClearanceWithoutAVehicle(t *testing.T) {
	t.Parallel()
	p := &plans{ground: &ground{terrain: plains{}}}
	// A takeoff below the waypoint before it, and nobody who could be on the ground.
	got, err := p.CheckPlan(0, []byte(`{"items":[{"command":"waypoint","lat":-35,"lon":149.05,"altitudeAMSL":300},{"command":"takeoff","altitudeAMSL":200},
		{"command":"waypoint","lat":-35,"lon":149.15,"altitudeAMSL":160}]}`), false)
	if err != nil || got.Clearance == nil || len(got.Clearance.Legs) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if c := got.Clearance; c.LeastM == nil || c.Item != 3 || c.Legs[1].State != "clear" || c.Legs[1].At == nil || *c.Legs[1].GroundAMSL != 150 ||
		math.Abs(c.Legs[1].At.Lon-149.1) > 0.001 || c.Unknown != 0 {
		t.Errorf("%+v", c)
	}
	plan := `{"fileType":"Plan","version":1,"mission":{"plannedHomePosition":[-35,149.05,100],"items":[
		{"type":"SimpleItem","command":16,"frame":3,"params":[0,0,0,null,-35,149.05,80]},{"type":"SimpleItem","command":16,"frame":3,"params":[0,0,0,null,-35,149.15,80]}]}}`
	if got, err = p.CheckPlan(0, []byte(plan), false); err != nil || got.Clearance.LeastM == nil || math.Abs(*got.Clearance.LeastM-30) > 0.01 {
		t.Errorf("%+v, %v", got.Clearance, err)
	}
	if got, err = p.CheckPlan(0, []byte(strings.Replace(plan, `"plannedHomePosition":[-35,149.05,100],`, "", 1)), false); err != nil || got.Clearance.LeastM != nil || got.Clearance.Unknown != 2 {
		t.Errorf("a home that nobody knows: %+v, %v", got.Clearance, err)
	}
	if got, err = p.CheckPlan(0, []byte(`{"items":[]}`), false); err != nil || got.Clearance.LeastM != nil || len(got.Clearance.Legs) != 0 {
		t.Errorf("%+v, %v", got.Clearance, err)
	}
}

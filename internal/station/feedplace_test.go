package station

import (
	"errors"
	"math"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/georef"
	"vedette/ui/api"
)

// table is terrain of one height, known from 149 to 150 degrees east.
type table float64

func (l table) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) {
	return geo.AMSL(l), p.Lon >= 149 && p.Lon <= 150
}

// lookingDown is a camera 100 m above level ground that looks 45 degrees down to the north.
func lookingDown() sight {
	return sightOf(mavlink.Pose{Lat: -35, Lon: 149.5, AltAMSL: 700, GimbalPitchDeg: -45, GimbalValid: true}, 640, 512, 40)
}

func TestAPointOfAPictureIsAPlaceOnTheGround(t *testing.T) {
	t.Parallel()
	ground := georef.Terrain{Model: table(600)}
	s := lookingDown()
	place, err := placeInPicture(ground, s, sightSigma(true), 320, 256)
	if err != nil {
		t.Fatal(err)
	}
	if d := geo.Distance(s.pose.Position, place.Position); math.Abs(d-100) > 1 {
		t.Errorf("the middle of the picture lies %.1f m away, want 100", d)
	}
	if math.Abs(place.SlantM-100*math.Sqrt2) > 1 || math.Abs(float64(place.ElevationAMSL)-600) > 1 {
		t.Errorf("%+v", place)
	}
	if e := place.Ellipse; e.Confidence != 0.95 || e.SemiMajorM < e.SemiMinorM || e.SemiMinorM < 1 || e.SemiMajorM > 20 {
		t.Errorf("the ellipse is %+v", e)
	}
	right, err := placeInPicture(ground, s, sightSigma(true), 600, 256)
	if err != nil || right.Position.Lon <= place.Position.Lon {
		t.Errorf("further right in the picture: %+v, %v", right, err)
	}
	s.pose.Attitude.PitchDeg = 10
	if _, err := placeInPicture(ground, s, sightSigma(true), 320, 256); err == nil {
		t.Error("a place above the horizon")
	} else if why, _ := georef.IsNoGround(err); why != georef.AboveHorizon {
		t.Errorf("above the horizon: %v", err)
	}
}

func TestWhatIsKnownOfACamerasErrorsIsTakenOff(t *testing.T) {
	t.Parallel()
	s, sigma := corrected(lookingDown(), "1-eo", fusionCounts{}, true)
	if s.pose != lookingDown().pose || sigma.YawDeg <= sightSigma(true).YawDeg || sigma.HorizontalM <= sightSigma(true).HorizontalM {
		t.Errorf("a camera that nothing was learned of: %+v %+v", s.pose, sigma)
	}
	var learned fusionCounts
	learned.Cameras = append(learned.Cameras, cameraCounts{
		Name: "1-eo", ErrorEastM: 6, ErrorNorthM: -2, ErrorYawDeg: 1.5, ErrorPitchDeg: 0.5, SigmaEastM: 0.3, SigmaNorthM: 0.3, SigmaYawDeg: 0.1, SigmaPitchDeg: 0.1,
	})
	s, better := corrected(lookingDown(), "1-eo", learned, true)
	if d := geo.Distance(s.pose.Position, lookingDown().pose.Position); math.Abs(d-math.Hypot(6, 2)) > 0.1 || s.pose.Position.Lon >= 149.5 || s.pose.Position.Lat <= -35 { // to the west and north
		t.Errorf("moved by %.2f m to %v", d, s.pose.Position)
	}
	if s.pose.Attitude.YawDeg != -1.5 || s.pose.Attitude.PitchDeg != -45.5 || better.YawDeg >= sigma.YawDeg {
		t.Errorf("%+v %+v", s.pose.Attitude, better)
	}
}

func TestWhatIsKnownOfACamerasClockIsTakenOff(t *testing.T) {
	t.Parallel()
	var learned fusionCounts
	learned.Cameras = append(learned.Cameras, cameraCounts{Name: "1-eo", ErrorClockS: 0.2, SigmaClockS: 0.01})
	moving := lookingDown()
	moving.pose.Velocity = [3]float64{10, 0, 2}
	moving = moving.turning(georef.Attitude{YawDeg: -2, PitchDeg: -45}, georef.Attitude{YawDeg: 2, PitchDeg: -45}, 200*time.Millisecond)
	s, sigma := corrected(moving, "1-eo", learned, true)
	d := geo.Distance(s.pose.Position, moving.pose.Position)
	if yaw := moving.pose.Attitude.YawDeg - 4; math.Abs(d-2) > 0.01 || s.pose.Position.Lon >= moving.pose.Position.Lon ||
		math.Abs(float64(moving.pose.HAE-s.pose.HAE)-0.4) > 1e-9 || math.Abs(s.pose.Attitude.YawDeg-yaw) > 0.02 {
		t.Errorf("moved by %.2f m to %+v", d, s.pose)
	}
	if want := math.Hypot(0.02, 0.01); math.Abs(sigma.TimeS-want) > 1e-9 {
		t.Errorf("its time is sure to %v s, want %v", sigma.TimeS, want)
	}
	// A place that was asked for at no frame's time has nothing of the frames' clock.
	if s, sigma = corrected(moving, "1-eo", learned, false); s.pose != moving.pose || sigma.TimeS < 0.25 {
		t.Errorf("%+v %+v", s.pose, sigma)
	}
}

func TestAPlaceIsRefusedInWordsWhereNobodyKnowsIt(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	during(t, p, s, func() {
		if _, _, why := p.sightAt("x", feedPlace{}, time.Now(), 640, 512); why != noCarrier {
			t.Errorf("a camera on nothing that is known: %q", why)
		}
	})
}

// hill is level ground with a wall 30 m high from 200 m to 230 m east of its middle.
type hill struct{ middle geo.LatLon }

func (h hill) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) {
	if east := geo.Distance(geo.LatLon{Lat: p.Lat, Lon: h.middle.Lon}, p); p.Lon > h.middle.Lon && east > 200 && east < 230 {
		return 130, true
	}
	return 100, true
}

func TestAViewshedIsSeenGroundAsPolygons(t *testing.T) {
	t.Parallel()
	eye := geo.LatLon{Lat: -35, Lon: 149.5}
	g := &ground{terrain: hill{eye}}
	seen, err := g.Viewshed(api.ViewshedQuery{Eye: eye, HeightM: 2, RangeM: 1000, TargetM: 1.7})
	if err != nil {
		t.Fatal(err)
	}
	p := seen.Properties
	if p.Share < 0.5 || p.Share > 0.85 || p.StepM != 15 || p.RangeM != 1000 {
		t.Errorf("%+v: a wall to the east hides a third of the ground", p)
	}
	areas := seenAreas(georef.Viewshed{Centre: eye, StepM: 100, Seen: [][]bool{{true, true, false, true}, {}, {}, {}}})
	if len(areas) != 2 || len(areas[0][0]) != 4 || len(areas[1][0]) != 5 {
		t.Fatalf("%v", areas)
	}
	if far := geo.Distance(eye, geo.LatLon{Lat: areas[1][0][2].Lat(), Lon: areas[1][0][2].Lon()}); math.Abs(far-450) > 1 {
		t.Errorf("the fourth cell reaches to %.0f m", far)
	}
	var problem *api.Problem
	if _, err := (&ground{}).Viewshed(api.ViewshedQuery{Eye: eye}); !errors.As(err, &problem) || problem.Status != 404 {
		t.Errorf("without terrain: %v", err)
	}
}

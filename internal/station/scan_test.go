package station

import (
	"math"
	"reflect"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/video"
)

// plain is flat ground at 100 m AMSL.
type plain struct{}

func (plain) ElevationAMSL(geo.LatLon) (geo.AMSL, bool) { return 100, true }

func looking(pitchDeg float64) sight {
	return sightOf(mavlink.Pose{Lat: -35.36, Lon: 149.16, AltAMSL: 160, GimbalYawDeg: 90, GimbalPitchDeg: pitchDeg, GimbalValid: true}, 640, 512, 24.6)
}

func frame(boxes ...video.Box) video.Detections {
	return video.Detections{Feed: "1-thermal", FrameTime: time.Unix(1_800_000_000, 0), TimeExact: true, WidthPx: 640, HeightPx: 512, Boxes: boxes}
}

// boxAt is a box whose middle is the middle of the picture.
func boxAt(w, h, score float64) video.Box {
	return video.Box{X: 320 - w/2, Y: 256 - h/2, W: w, H: h, Score: score, Class: video.Classes{Person: 0.5, Vehicle: 0.2, Animal: 0.2, Other: 0.1}}
}

func TestDetectionIsPlacedWhereItStands(t *testing.T) {
	t.Parallel()
	locator := &georef.Locator{Ground: georef.Terrain{Model: plain{}}}
	for _, c := range []struct {
		pitchDeg, height float64
		wantM            float64 // ground distance of the place
	}{
		{-30, 0.001, 60 / math.Tan(30*math.Pi/180)},
		{-90, 40, 0}, // from straight above the middle of the box counts, however high it is
	} {
		s := looking(c.pitchDeg)
		scan := placedScan(locator, s, frame(boxAt(4, c.height, 0.9)))
		if len(scan.Detections) != 1 {
			t.Fatalf("pitch %g: %+v", c.pitchDeg, scan)
		}
		p := scan.Detections[0].Position
		if d := geo.Distance(s.pose.Position, p); math.Abs(d-c.wantM) > 0.5 {
			t.Errorf("pitch %g: %.2f m away, want %.2f", c.pitchDeg, d, c.wantM)
		}
		if c.wantM > 0 && math.Abs(geo.BearingDeg(s.pose.Position, p)-90) > 0.1 {
			t.Errorf("pitch %g: to the %g°", c.pitchDeg, geo.BearingDeg(s.pose.Position, p))
		}
	}
	// Seen from the side, the feet count: they are nearer than what the middle of the box shows.
	s := looking(-30)
	middle := placedScan(locator, s, frame(boxAt(4, 0.001, 0.9))).Detections[0].Position
	feet := placedScan(locator, s, frame(boxAt(4, 20, 0.9))).Detections[0].Position
	if geo.Distance(s.pose.Position, feet) >= geo.Distance(s.pose.Position, middle)-1 {
		t.Error("the feet are not nearer than the middle")
	}
}

func TestFarAndAirborneBoxesAreLeftOut(t *testing.T) {
	t.Parallel()
	locator := &georef.Locator{Ground: georef.Terrain{Model: plain{}}, MaxRangeM: 3000}
	for name, pitchDeg := range map[string]float64{"far": -4, "sky": 20} {
		if scan := placedScan(locator, looking(pitchDeg), frame(boxAt(4, 8, 0.9))); len(scan.Detections) != 0 {
			t.Errorf("%s: %+v", name, scan.Detections)
		}
	}
}

func TestSizeOnTheGroundTellsTheClass(t *testing.T) {
	t.Parallel()
	unsure := video.Classes{Person: 0.4, Vehicle: 0.3, Animal: 0.3}
	for _, c := range []struct {
		width, height float64
		want          fusion.Class
	}{{0.7, 1.7, fusion.Person}, {4, 2, fusion.Vehicle}, {1.3, 0.9, fusion.Animal}} {
		probs := classProbs(unsure, c.width, c.height, 0.1)
		// One frame says little; many of the same say what it is.
		best, sum := fusion.Person, 0.0
		for i, p := range probs {
			sum += p
			if p > probs[best] {
				best = fusion.Class(i)
			}
		}
		if best != c.want || math.Abs(sum-1) > 1e-9 || probs[best] > 0.8 {
			t.Errorf("%g x %g m: %v", c.width, c.height, probs)
		}
	}
	if blurred := classProbs(unsure, 6, 6, 5); blurred[fusion.Person]/blurred[fusion.Animal] > 1.5 {
		t.Errorf("a blob of a few pixels is taken for something: %v", blurred)
	}
}

func TestWhatOnlyOneLookShowedIsNotCalledEmpty(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	ground := []geo.LatLon{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 2}}
	p := &picture{views: map[string]footprint{"1-thermal": {at: now.Add(-time.Second), polygon: ground}}}
	for name, c := range map[string]struct {
		feed   string
		before time.Time
		want   []geo.LatLon
	}{
		"the look before":             {"1-thermal", now.Add(-time.Second), ground},
		"one look is enough":          {"1-thermal", now, nil},
		"began anew":                  {"1-thermal", time.Time{}, []geo.LatLon{}},
		"the look before had no pose": {"1-thermal", now.Add(-time.Second / 2), []geo.LatLon{}},
		"another feed's look":         {"2-thermal", now.Add(-time.Second), []geo.LatLon{}},
	} {
		got := p.shownBefore(video.Detections{Feed: c.feed, FrameTime: now, Before: c.before}, footprint{at: now})
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// placedScan is a scan from 60 m above the ground, without a footprint.
func placedScan(locator *georef.Locator, s sight, d video.Detections) fusion.Scan {
	return scanOf(placeBoxes(locator, s, d), s, d, 60, nil)
}

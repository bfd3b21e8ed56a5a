package station

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/video"
)

// garden is a privacy zone so far east of a place, 120 m from north to south.
func garden(t *testing.T, middle geo.LatLon, westM, eastM float64) []zone.Zone {
	t.Helper()
	w, e := geo.Offset(middle, 90, westM), geo.Offset(middle, 90, eastM)
	zones, err := zonesOf([]config.Zone{{ID: "garden", Kind: "privacy", Points: []geo.LatLon{
		geo.Offset(w, 0, 60), geo.Offset(e, 0, 60), geo.Offset(e, 180, 60), geo.Offset(w, 180, 60),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return zones
}

// The camera looks straight down from 100 m and sees 36 m to the east; who it is about stands 8 m east of its middle.
func TestWhatIsPrivateAtTheRimOfAPictureIsBlackInTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	l := newLookout(t, p, folder)
	p.holdZones(garden(t, l.look.pose.Position, 25, 60))
	l.sees(3, l.box(12))
	l.write()
	got := l.pictures()
	if len(got) != 1 || !got[0].Masked {
		t.Fatalf("%+v, %+v", got, p.cfg.portraits.stats())
	}
	file, err := p.cfg.portraits.file(l.alert, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	// What is 13 m and more beside the zone, far beyond the error of the view, is as it was.
	perM := l.look.camera.FX / 100
	private, open := int(320+25*perM), int(320+12*perM)
	for y := range 512 {
		for x := range 640 {
			light, _, _, _ := m.At(x, y).RGBA()
			if x >= private && light>>8 > 0 || x < open && light>>8 < 30 {
				t.Fatalf("%d at %d, %d; private from %d on", light>>8, x, y, private)
			}
		}
	}
	// The record tells of it after a restart.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p, s = pictureOn(t, folder)
	defer func() { _ = s.Close() }()
	p.step(time.Now())
	l.picture = p
	if got := l.pictures(); len(got) != 1 || !got[0].Masked {
		t.Errorf("after a restart: %+v", got)
	}
}

func TestAPictureThatIsBlackWhereItMattersIsNotKept(t *testing.T) {
	t.Parallel()
	l := lookoutAlone(t)
	zones := l.cfg.zones
	l.holdZones(garden(t, l.look.pose.Position, 12, 60)) // a little beside who it is about: the view is not known that well
	l.sees(1, l.box(12))
	l.write()
	if n := l.cfg.portraits.stats(); len(l.pictures()) != 0 || n.Private != 1 || n.Kept != 0 || n.Failed != 0 {
		t.Errorf("%+v, %+v", l.pictures(), n)
	}
	// It is not worked out again with each frame, but it is later.
	l.sees(1, l.box(12))
	if len(l.cfg.portraits.jobs) != 0 {
		t.Error("tried again at once")
	}
	l.holdZones(zones)
	l.unasked[l.alert] = l.clock
	l.sees(1, l.box(12))
	l.write()
	if got := l.pictures(); len(got) != 1 || got[0].Masked {
		t.Errorf("without a zone: %+v", got)
	}
}

func TestARimKnowsWhatIsLeftOfAPicture(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	around := func(westM, eastM float64) orb.Polygon {
		return garden(t, here, westM, eastM)[0].Geometry.(orb.Polygon) //nolint:errcheck,forcetypeassert // a zone of points is a polygon
	}
	private := func(g orb.Geometry) []zone.Zone { return []zone.Zone{{ID: "z", Kind: zone.Privacy, Geometry: g}} }
	middle := alert.PictureBox{X: 310, Y: 246, W: 20, H: 20}
	level := georef.Terrain{Model: level{}}
	for name, c := range map[string]struct {
		zones       []zone.Zone
		ground      georef.Ground
		box         alert.PictureBox
		masked, fit bool
	}{
		"all is private":                        {private(around(-500, 500)), level, middle, true, false},
		"nothing is":                            {private(around(300, 500)), level, middle, false, true},
		"a corner is":                           {private(around(25, 60)), level, middle, true, true},
		"a corner is, and the box lies in it":   {private(around(25, 60)), level, alert.PictureBox{X: 600, Y: 10, W: 20, H: 20}, true, false},
		"a hole in the zone":                    {private(orb.Polygon{around(-500, 500)[0], around(-25, 25)[0]}), level, middle, true, true},
		"two polygons, the box in the second":   {private(orb.MultiPolygon{around(25, 60), around(-60, -25)}), level, alert.PictureBox{X: 10, Y: 10, W: 20, H: 20}, true, false},
		"a box that is outside the picture":     {private(around(25, 60)), level, alert.PictureBox{X: 700, Y: 10, W: 20, H: 20}, true, true},
		"the height of the ground is not known": {private(around(300, 500)), georef.Terrain{}, middle, false, false},
	} {
		r := &rim{ground: c.ground, private: c.zones, sigma: sightSigma(true), look: sight{
			camera: georef.CameraFromHFOV(640, 512, 40), pose: georef.Pose{Position: here, HAE: geo.ToHAE(here, 100), Attitude: georef.Attitude{PitchDeg: -90}},
		}}
		g := video.Gray{Pix: bytes.Repeat([]byte{200}, 640*512), Stride: 640, Width: 640, Height: 512}
		masked, fit := r.black(g, c.box)
		if masked != c.masked || fit != c.fit || masked != bytes.Contains(g.Pix, []byte{0}) {
			t.Errorf("%s: masked %v, fit %v", name, masked, fit)
		}
	}
	if masked, fit := (&rim{}).black(video.Gray{}, middle); masked || !fit {
		t.Error("without a zone")
	}
}

// A picture that was made smaller is black in the same places.
func TestASmallerPictureIsBlackInTheSamePlaces(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	areas := map[int]float64{}
	for _, by := range []int{1, 2, 3} {
		r := &rim{ground: georef.Terrain{Model: level{}}, private: garden(t, here, 20, 60), look: sight{
			camera: georef.CameraFromHFOV(1921, 1081, 40), pose: georef.Pose{Position: here, HAE: geo.ToHAE(here, 100), Attitude: georef.Attitude{YawDeg: 30, PitchDeg: -80}},
		}}
		w, h := 1921/by, 1081/by
		g := video.Gray{Pix: bytes.Repeat([]byte{200}, (w+5)*h), Stride: w + 5, Width: w, Height: h}
		masked, fit := r.black(g, alert.PictureBox{X: 0, Y: 0, W: 9, H: 9})
		if !masked || !fit {
			t.Fatalf("1/%d: masked %v, fit %v", by, masked, fit)
		}
		n := 0
		for y := range h {
			for x := range w + 5 {
				if g.Pix[y*g.Stride+x] == 0 {
					n++
					if !(image.Point{x, y}).In(image.Rect(0, 0, w, h)) {
						t.Fatalf("1/%d: black beside the picture at %d, %d", by, x, y)
					}
				}
			}
		}
		areas[by] = float64(n) / float64(w*h)
	}
	if areas[1] < 0.05 || math.Abs(areas[2]-areas[1]) > 0.03 || math.Abs(areas[3]-areas[1]) > 0.05 || areas[3] < areas[1] {
		t.Errorf("%v of the picture is black", areas)
	}
}

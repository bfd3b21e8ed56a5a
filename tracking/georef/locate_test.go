package georef

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"vedette/internal/geo"
)

func TestPixelMeetsFlatGroundWhereTrigonometrySays(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 30)
	for _, pitch := range []float64{-90, -60, -30, -10, -5} {
		for _, yaw := range []float64{0, 77, 250} {
			pose := Pose{Position: home, HAE: 720, Attitude: Attitude{YawDeg: yaw, PitchDeg: pitch}}
			l := Locator{Ground: Flat(600)}
			fix, err := l.Locate(cam, pose, 320, 256, Sigma{})
			if err != nil {
				t.Fatalf("pitch %v: %v", pitch, err)
			}
			// On a sphere of the Earth's size the ground lies a little lower: d^2/2R.
			want := 120 / math.Tan(-pitch*math.Pi/180)
			want += want * want / (2 * 6371e3) / math.Tan(-pitch*math.Pi/180)
			if got := geo.Distance(home, fix.Position); math.Abs(got-want) > 0.5 {
				t.Errorf("pitch %v yaw %v: %.2f m away, want %.2f", pitch, yaw, got, want)
			}
			if want > 1 {
				if d := geo.DiffDeg(geo.BearingDeg(home, fix.Position), yaw); math.Abs(d) > 0.02 {
					t.Errorf("pitch %v yaw %v: bearing off by %v", pitch, yaw, d)
				}
			}
			if math.Abs(float64(fix.HAE)-600) > 0.01 {
				t.Errorf("height %v, want 600", fix.HAE)
			}
		}
	}
}

func TestPixelMeetsTerrainWhereTheSlowWayDoes(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 24.6)
	for _, tc := range []struct {
		name   string
		ground Ground
		pitch  float64
		off    float64
	}{
		{"slope", slope{base: 600, east: 0.1, north: -0.05}, -35, 0.5},
		{"uphill", slope{base: 600, north: 0.15}, -12, 0.5},
		{"downhill, grazing", slope{base: 600, north: -0.03}, -4, 2},
		{"hills", hills{}, -25, 0.5},
		{"hills, grazing", hills{}, -6, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pose := Pose{Position: home, HAE: 720, Attitude: Attitude{YawDeg: 20, PitchDeg: tc.pitch, RollDeg: 2}}
			l := Locator{Ground: tc.ground}
			for _, px := range [][2]float64{{320, 256}, {40, 300}, {600, 500}} {
				fix, err := l.Locate(cam, pose, px[0], px[1], Sigma{})
				d, _ := cam.ray(px[0], px[1])
				want, met := exact(tc.ground, pose, pose.rotation().enu(d), 15000)
				if (err == nil) != met {
					t.Fatalf("pixel %v: %v, but the slow way met ground: %v", px, err, met)
				}
				if err == nil && math.Abs(fix.SlantM-want) > tc.off {
					t.Errorf("pixel %v: slant %.3f, want %.3f", px, fix.SlantM, want)
				}
			}
		})
	}
}

func TestNoGroundSaysWhy(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 30)
	at := func(pitch float64, h geo.HAE) Pose {
		return Pose{Position: home, HAE: h, Attitude: Attitude{PitchDeg: pitch}}
	}
	fold := cam
	fold.Distortion = [4]float64{-2, 0, 0, 0}
	for _, tc := range []struct {
		name   string
		ground Ground
		cam    Camera
		pose   Pose
		u, v   float64
		want   Reason
	}{
		{"up", Flat(600), cam, at(10, 700), 320, 256, AboveHorizon},
		{"level", Flat(600), cam, at(0, 700), 320, 200, AboveHorizon},
		{"beyond 15 km", Flat(600), cam, at(-0.2, 700), 320, 256, TooFar},
		{"past the data", slope{base: 600, reach: 300}, cam, at(-10, 700), 320, 256, NoTerrain},
		{"no data at all", Terrain{}, cam, at(-10, 700), 320, 256, NoTerrain},
		{"in the ground", Flat(600), cam, at(-10, 599), 320, 256, BelowGround},
		{"past the lens", Flat(600), fold, at(-30, 700), 5000, 256, OutsideLens},
		{"no camera", Flat(600), Camera{}, at(-30, 700), 320, 256, InvalidCamera},
		{"not a number", Flat(600), cam, at(math.NaN(), 700), 320, 256, InvalidCamera},
		{"no ground given", nil, cam, at(-30, 700), 320, 256, InvalidCamera},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l := Locator{Ground: tc.ground}
			_, err := l.Locate(tc.cam, tc.pose, tc.u, tc.v, DefaultSigma())
			got, ok := IsNoGround(fmt.Errorf("locate: %w", err))
			if !ok || got != tc.want {
				t.Errorf("reason %q (%v), want %q", got, ok, tc.want)
			}
		})
	}
	if _, ok := IsNoGround(errors.New("other")); ok {
		t.Error("another error counts as no ground")
	}
}

func TestGroundAndPixelAreInverse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := func(lo, hi float64, name string) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
		cam := CameraFromHFOV(640, 512, f(5, 80, "hfov"))
		cam.Distortion = [4]float64{f(-0.1, 0.1, "k1"), f(-0.02, 0.02, "k2"), f(-0.002, 0.002, "p1"), f(-0.002, 0.002, "p2")}
		cam.CX += f(-20, 20, "cx")
		pose := Pose{
			Position: geo.LatLon{Lat: f(-80, 80, "lat"), Lon: f(-180, 180, "lon")}, HAE: geo.HAE(f(650, 1500, "h")),
			Attitude: Attitude{f(0, 360, "yaw"), f(-90, 0, "pitch"), f(-30, 30, "roll")},
		}
		if rapid.Bool().Draw(t, "gimbal") {
			pose.Attitude = Attitude{f(0, 360, "pyaw"), f(-15, 15, "ppitch"), f(-15, 15, "proll")}
			pose.Gimbal = &Gimbal{f(-180, 180, "az"), f(-90, 0, "el"), f(-5, 5, "groll")}
		}
		u, v := f(0, 640, "u"), f(0, 512, "v")
		l := Locator{Ground: Flat(600)}
		fix, err := l.Locate(cam, pose, u, v, Sigma{})
		if err != nil {
			t.Skip()
		}
		gu, gv, ok := Project(cam, pose, fix.Position, fix.HAE)
		if !ok || math.Abs(gu-u) > 0.05 || math.Abs(gv-v) > 0.05 {
			t.Fatalf("pixel %.3f %.3f came back as %.3f %.3f (%v)", u, v, gu, gv, ok)
		}
	})
}

// TestGimbalAnglesAreThoseOfST0601 has poses whose line of sight can be told without a matrix.
func TestGimbalAnglesAreThoseOfST0601(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		platform Attitude
		gimbal   Gimbal
		yaw, el  float64 // of the line of sight
	}{
		{"azimuth adds to heading", Attitude{YawDeg: 30}, Gimbal{AzimuthDeg: 60, ElevationDeg: -20}, 90, -20},
		{"nose up lifts a camera looking ahead", Attitude{YawDeg: 30, PitchDeg: 10}, Gimbal{ElevationDeg: -30}, 30, -20},
		{"nose up lowers a camera looking back", Attitude{PitchDeg: 10}, Gimbal{AzimuthDeg: 180, ElevationDeg: -30}, 180, -40},
		{"right side down lowers a camera looking right", Attitude{RollDeg: 15}, Gimbal{AzimuthDeg: 90}, 90, -15},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := Pose{Attitude: tc.platform, Gimbal: &tc.gimbal}
			d := p.rotation().enu([3]float64{1, 0, 0})
			yaw := math.Atan2(d[0], d[1]) * 180 / math.Pi
			el := math.Asin(d[2]) * 180 / math.Pi
			if math.Abs(geo.DiffDeg(yaw, tc.yaw)) > 1e-9 || math.Abs(el-tc.el) > 1e-9 {
				t.Errorf("looks to %.3f, %.3f; want %.3f, %.3f", yaw, el, tc.yaw, tc.el)
			}
			a := p.CameraAttitude()
			e := Pose{Attitude: a}.rotation().enu([3]float64{1, 0.3, -0.2})
			if w := p.rotation().enu([3]float64{1, 0.3, -0.2}); math.Abs(e[0]-w[0])+math.Abs(e[1]-w[1])+math.Abs(e[2]-w[2]) > 1e-9 {
				t.Errorf("CameraAttitude %+v does not turn as platform and gimbal do", a)
			}
		})
	}
}

func TestTopOfImageIsTowardsYawWhenLookingDown(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 40)
	l := Locator{Ground: Flat(600)}
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{YawDeg: 90, PitchDeg: -90}}
	fix, err := l.Locate(cam, pose, 320, 0, Sigma{})
	if err != nil {
		t.Fatal(err)
	}
	if b := geo.BearingDeg(home, fix.Position); math.Abs(geo.DiffDeg(b, 90)) > 0.1 {
		t.Errorf("top of the image lies at %v, want 90", b)
	}
}

// TestEllipseCoversAsOftenAsItClaims draws true poses around the one that is believed, and counts how often the place that the
// pixel really shows is inside the ellipse.
func TestEllipseCoversAsOftenAsItClaims(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 24.6)
	for _, tc := range []struct {
		name   string
		ground Ground
		pose   Pose
	}{
		{"down 45", Flat(600), Pose{Position: home, HAE: 700, Attitude: Attitude{30, -45, 0}}},
		{"down 20, rolled", Flat(600), Pose{Position: home, HAE: 720, Attitude: Attitude{200, -20, 8}}},
		{"straight down", Flat(600), Pose{Position: home, HAE: 700, Attitude: Attitude{10, -90, 0}}},
		{"uphill", slope{base: 600, north: 0.2}, Pose{Position: home, HAE: 720, Attitude: Attitude{0, -25, 0}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sigma := Sigma{YawDeg: 1, PitchDeg: 0.5, RollDeg: 0.5, HorizontalM: 2, VerticalM: 2, Pixel: 2}
			l := Locator{Ground: tc.ground}
			fix, err := l.Locate(cam, tc.pose, 400, 300, sigma)
			if err != nil {
				t.Fatal(err)
			}
			rnd := rand.New(rand.NewPCG(1, 2))
			frame := geo.NewFrame(fix.Position, fix.HAE)
			in, n := 0, 0
			det := fix.CovEE*fix.CovNN - fix.CovEN*fix.CovEN
			for range 2000 {
				u, v := 400+sigma.Pixel*rnd.NormFloat64(), 300+sigma.Pixel*rnd.NormFloat64()
				real, err := l.Locate(cam, perturbed(rnd, tc.pose, sigma), u, v, Sigma{})
				if err != nil {
					continue
				}
				x := frame.ToENU(real.Position, real.HAE)
				d2 := (fix.CovNN*x[0]*x[0] - 2*fix.CovEN*x[0]*x[1] + fix.CovEE*x[1]*x[1]) / det
				n++
				if d2 < Scale95*Scale95 {
					in++
				}
			}
			if share := float64(in) / float64(n); n < 1990 || share < 0.93 || share > 0.97 {
				t.Errorf("%d of %d inside the 95 %% ellipse (%.3f)", in, n, share)
			}
		})
	}
}

func TestTerrainAndTimeErrorsActAlongTheLineOfSight(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 24.6)
	l := Locator{Ground: Flat(600)}
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{0, -30, 0}, Velocity: [3]float64{15, 0, 0}}
	fix, err := l.Locate(cam, pose, 320, 256, Sigma{TerrainM: 3})
	if err != nil {
		t.Fatal(err)
	}
	if e := fix.Ellipse(); math.Abs(e.SemiMajorM-3*math.Sqrt(3)) > 0.05 || e.SemiMinorM > 0.05 || math.Abs(math.Remainder(e.BearingDeg, 180)) > 0.5 {
		t.Errorf("terrain: %+v, want 5.2 m to the north", e)
	}
	fix, err = l.Locate(cam, pose, 320, 256, Sigma{TimeS: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	if e := fix.Ellipse(); math.Abs(e.SemiMajorM-1.5) > 0.01 || math.Abs(e.BearingDeg-90) > 0.5 {
		t.Errorf("time: %+v, want 1.5 m to the east", e)
	}
}

func TestEllipseOfCovariance(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		ee, en, nn float64
		want       Ellipse
	}{
		{9, 0, 4, Ellipse{3, 2, 90}},
		{4, 0, 9, Ellipse{3, 2, 0}},
		{5, 4, 5, Ellipse{3, 1, 45}},
		{5, -4, 5, Ellipse{3, 1, 135}},
		{0, 0, 0, Ellipse{0, 0, 0}},
	} {
		got := EllipseOf(tc.ee, tc.en, tc.nn)
		if math.Abs(got.SemiMajorM-tc.want.SemiMajorM)+math.Abs(got.SemiMinorM-tc.want.SemiMinorM)+math.Abs(got.BearingDeg-tc.want.BearingDeg) > 1e-9 {
			t.Errorf("%v %v %v: %+v, want %+v", tc.ee, tc.en, tc.nn, got, tc.want)
		}
	}
}

func TestInterpolateTurnsTheShortWay(t *testing.T) {
	t.Parallel()
	a := Pose{Position: home, HAE: 100, Attitude: Attitude{YawDeg: 350}, Gimbal: &Gimbal{AzimuthDeg: 170}}
	b := Pose{Position: home, HAE: 110, Attitude: Attitude{YawDeg: 10}, Gimbal: &Gimbal{AzimuthDeg: -170}}
	m := Interpolate(a, b, 0.5)
	if math.Abs(math.Remainder(m.Attitude.YawDeg, 360)) > 1e-9 || math.Abs(math.Remainder(m.Gimbal.AzimuthDeg-180, 360)) > 1e-9 || m.HAE != 105 {
		t.Errorf("half way: %+v gimbal %+v", m, m.Gimbal)
	}
}

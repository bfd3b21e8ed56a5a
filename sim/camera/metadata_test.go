package camera

import (
	"encoding/hex"
	"math"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/sim/world"
)

// TestPacketsAreThoseOfTheStandard writes a sample packet of MISB ST 0902 from its documented values.
func TestPacketsAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	const want = "060e2b34020b01010e0103010100000061020800046050584e0180050271c20602fd3d070208b80d045595b66d0e045b5360c40f02c2211002cd9c1102d9171204724a0a20" +
		"130487f84b86140400000000150403830926160212811704f101a229180414bc082b190234f34101060102c850"
	var p packet
	p.time(time.UnixMicro(1231798102000000))
	p.span(5, 159.97436484321355, 0, 360, 2)
	p.even(6, -0.4315317239906003, 20, 2)
	p.even(7, 3.4058656575212867, 50, 2)
	p.place(13, 14, geo.LatLon{Lat: 60.176822966978335, Lon: 128.42675904204452})
	p.span(15, 14190.719462882429, -900, 19000, 2)
	p.span(16, 144.5712977798123, 0, 180, 2)
	p.span(17, 152.64362554360267, 0, 180, 2)
	p.span(18, 160.71921143697557, 0, 360, 4)
	p.even(19, -168.79232483394085, 180, 4)
	p.span(20, 0, 0, 360, 4)
	p.span(21, 68590.98329874477, 0, 5e6, 4)
	p.span(22, 722.8198672465095, 0, 10000, 2)
	p.place(23, 24, geo.LatLon{Lat: -10.542388633146132, Lon: 29.157890122923018})
	p.span(25, 3216.0372320134284, -900, 19000, 2)
	p.item(65, []byte{6})
	if got := hex.EncodeToString(p.done()); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestWhatAFieldCannotSayIsAnErrorOrLeftOut(t *testing.T) {
	t.Parallel()
	var p packet
	p.even(6, 21, 20, 2)
	p.even(7, math.NaN(), 50, 2)
	p.span(21, -1, 0, 5e6, 4)
	p.span(22, math.NaN(), 0, 10000, 2)
	if got := hex.EncodeToString(p.body); got != "06028000"+"07028000" {
		t.Error(got)
	}
}

func TestTurnsThereAndBack(t *testing.T) {
	t.Parallel()
	for _, body := range [][3]float64{{0, 0, 0}, {350, 5, -20}, {123, -12, 30}} {
		for _, camera := range [][3]float64{{10, -45, 0}, {200, -89, 0}, {90, -90, 0}, {0, 20, 3}} {
			b, c := turned(body[0], body[1], body[2]), turned(camera[0], camera[1], camera[2])
			relative := turned(b.back(c).angles())
			for _, d := range [][3]float64{{1, 0, 0}, {1, 0.2, -0.1}} {
				// Against the body and then against the world is the same as against the world at once.
				var in [3]float64
				for i := range 3 {
					for j := range 3 {
						in[i] += relative[i][j] * d[j]
					}
				}
				got, want := b.enu(in), c.enu(d)
				for i := range 3 {
					if math.Abs(got[i]-want[i]) > 1e-9 {
						t.Fatalf("body %v, camera %v: %v, want %v", body, camera, got, want)
					}
				}
			}
		}
	}
}

func TestACameraThatSeesTheSkyTellsOfNoGround(t *testing.T) {
	t.Parallel()
	f := &feed{source: &drone{id: 1}, scene: plain{}, style: style{kind: KindThermal, width: 640, height: 512, hfovDeg: 24.6}}
	ground := func(pitchDeg float64) []byte {
		var p packet
		f.describeGround(&p, world.CameraPose{U: 60, PitchDeg: pitchDeg}, turned(0, pitchDeg, 0), 24.6, 19.8)
		return p.body
	}
	down, horizon, sky := ground(-45), ground(-5), ground(20)
	const corners, middle = 8 * 6, 6 + 4 + 6 + 6 + 4 + 4
	if len(down)-len(horizon) != corners || len(horizon)-len(sky) < middle {
		t.Errorf("%d, %d, %d bytes", len(down), len(horizon), len(sky))
	}
}

//go:build !race

// Pictures are drawn and coded by the hundred, which the race detector makes a matter of minutes; there is no concurrency in it.

package station_test

import (
	"errors"
	"fmt"
	"image"
	"math"
	"testing"
	"time"

	"vedette/sim/camera"
	"vedette/sim/render"
	"vedette/sim/world"
	"vedette/video/decode/openh264"
	"vedette/video/thermal"
	"vedette/video/thermal/follow"
)

const (
	dayWidth, dayHeight, dayHFOV = 960, 540, 50
	dayFPS                       = 10
)

// outing is a flight of the simulator's day camera over people on foot.
type outing struct {
	pose    func(since float64) world.CameraPose
	walkers func(since float64) []world.Object
}

// outcome is what the detector of motion made of an outing.
type outcome struct {
	seconds                float64
	walkerSeconds, found   int // seconds in which a walker was in the picture, and those of them in which it was told of
	objects, wrong, frames int
}

// fly films an outing, sends the pictures through the codec as a camera does, and looks at what comes out.
func (o outing) fly(t *testing.T, s *set, seconds int) (out outcome) {
	t.Helper()
	r, err := render.New(render.Config{Scene: s.world, Mode: render.Day, Width: dayWidth, Height: dayHeight, HFOVDeg: dayHFOV, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := camera.NewEncoder(camera.EncoderConfig{Width: dayWidth, Height: dayHeight, FPS: dayFPS, BitsPerSecond: 1_500_000, IDRFrames: 20})
	if errors.Is(err, camera.ErrNoEncoder) {
		t.Skip(err) // the decoder is in the same library
	}
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	decoder, _, err := openh264.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	picture := image.NewYCbCr(image.Rect(0, 0, dayWidth, dayHeight), image.YCbCrSubsampleRatio420)
	movers, follower := follow.NewMovers(), follow.New(follow.Movement)
	visible, told := map[string]bool{}, map[string]bool{} // of a second
	objects := map[uint64][2]int{}                        // boxes, and those of them on a walker
	for i := range seconds * dayFPS {
		since := float64(i) / dayFPS
		at := sightStart.Add(time.Duration(i) * time.Second / dayFPS)
		pose, walkers := o.pose(since), o.walkers(since)
		r.Render(picture, pose, walkers, at)
		nals, err := encoder.Encode(picture, i == 0)
		if err != nil {
			t.Fatal(err)
		}
		var unit []byte
		for _, n := range nals {
			unit = append(append(unit, 0, 0, 0, 1), n...)
		}
		p, ok, err := decoder.Decode(unit, uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		out.frames++
		g := &thermal.Gray{Pix: p.Luma, Stride: p.Stride, Width: p.Width, Height: p.Height}
		boxes := follower.Follow(g, at, movers.Detect(g, at))
		for _, w := range walkers {
			x, y, tall, inside := onDayPicture(pose, w)
			if inside {
				visible[fmt.Sprint(w.ID, i/dayFPS)] = true
			}
			for _, b := range boxes {
				n := objects[b.ID]
				if math.Hypot(b.X+b.W/2-x, b.Y+b.H/2-y) < tall/2+12 {
					n[1]++
					if inside {
						told[fmt.Sprint(w.ID, i/dayFPS)] = true
					}
				}
				objects[b.ID] = n
			}
		}
		for _, b := range boxes {
			n := objects[b.ID]
			n[0]++
			objects[b.ID] = n
		}
	}
	out.seconds, out.walkerSeconds, out.found, out.objects = float64(seconds), len(visible), len(told), len(objects)
	for _, n := range objects {
		if 2*n[1] < n[0] {
			out.wrong++
		}
	}
	return out
}

// onDayPicture is the middle of a walker and its height in pixels; inside is false near the edge and beyond.
func onDayPicture(p world.CameraPose, o world.Object) (x, y, tall float64, inside bool) {
	focal := dayWidth / 2 / math.Tan(dayHFOV/2.0*math.Pi/180)
	sy, cy := math.Sincos(p.YawDeg * math.Pi / 180)
	sp, cp := math.Sincos(p.PitchDeg * math.Pi / 180)
	place := func(up float64) (x, y float64, ahead bool) {
		e, n, u := o.E-p.E, o.N-p.N, up-p.U
		depth := e*sy*cp + n*cy*cp + u*sp
		return dayWidth/2 + focal*(e*cy-n*sy)/depth, dayHeight/2 + focal*(e*sy*sp+n*cy*sp-u*cp)/depth, depth > 1
	}
	fx, fy, ahead := place(o.U)
	hx, hy, _ := place(o.U + o.HeightM)
	x, y, tall = (fx+hx)/2, (fy+hy)/2, math.Hypot(fx-hx, fy-hy)
	return x, y, tall, ahead && x > 30 && y > 30 && x < dayWidth-30 && y < dayHeight-30
}

// TestTheDaysWalkersAreFoundByTheirMotion holds the detector of motion to the simulator's day picture.
func TestTheDaysWalkersAreFoundByTheirMotion(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	start := s.above(-100, -250, 60, 20, 45)
	along := func(from, speed float64) func(float64) []world.Object { // three that go to and fro across the line of sight
		return func(since float64) (out []world.Object) {
			for k := range 3 + int(speed*20/40) {
				ahead := from + 40*float64(k)*min(speed, 1) + 12*float64(k)
				sy, cy := math.Sincos(20 * math.Pi / 180)
				aside := 14 * (2*math.Abs(2*(frac(since*1.4/56+float64(k)*0.3)-0.5)) - 1)
				e, n := start.E+ahead*sy+aside*cy, start.N+ahead*cy-aside*sy
				out = append(out, s.walker(fmt.Sprintf("walker-%d", k), e, n, 110))
			}
			return out
		}
	}
	sway := func(since float64) world.CameraPose {
		p := start
		p.E += 0.4 * math.Sin(since)
		p.N += 0.3 * math.Sin(0.7*since)
		p.YawDeg += 0.5 * math.Sin(1.3*since)
		p.PitchDeg += 0.3 * math.Sin(1.9*since)
		p.RollDeg = 0.4 * math.Sin(0.9*since)
		return p
	}
	flight := func(since float64) world.CameraPose {
		p := sway(since)
		sy, cy := math.Sincos(20 * math.Pi / 180)
		p.E += 5 * since * sy
		p.N += 5 * since * cy
		p.U = s.world.GroundU(p.E, p.N) + 60
		return p
	}
	for name, c := range map[string]struct {
		outing
		found float64 // the least share of a walker's seconds
	}{"hovering": {outing{sway, along(45, 0)}, 0.8}, "flying at 5 m/s": {outing{flight, along(45, 5)}, 0.6}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.fly(t, newSet(t), 30)
			t.Logf("%+v", got)
			if got.walkerSeconds < 10 || float64(got.found) < c.found*float64(got.walkerSeconds) {
				t.Errorf("walkers are told of in %d of %d seconds", got.found, got.walkerSeconds)
			}
			if got.wrong > 1 {
				t.Errorf("%d objects are on nobody", got.wrong)
			}
		})
	}
}

func frac(v float64) float64 { return v - math.Floor(v) }

package video_test

import (
	"testing"

	"vedette/video"
	"vedette/video/ingest/testcam"
)

// TestThePictureThatTheDetectorLookedAtCanBeHad compares boxes with the very pictures that they were found in: the warm spot moves 2 pixels
// from one to the next, so that a box of another picture would be beside it.
func TestThePictureThatTheDetectorLookedAtCanBeHad(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-thermal", URL: cam.URL(), Kind: video.KindThermal, Detect: true, Detector: video.DetectorHotSpots})
	compared := 0
	poll(t, "pictures with boxes", func() bool {
		select {
		case d := <-s.Detections():
			g, there := s.LookedAt("1-thermal", d.FrameTime)
			if there && !d.Kept {
				t.Error("a picture is there that was not kept")
			}
			if !there || len(d.Boxes) != 1 {
				return false
			}
			if g.Width != d.WidthPx || g.Height != d.HeightPx {
				t.Fatalf("%d x %d of %d x %d", g.Width, g.Height, d.WidthPx, d.HeightPx)
			}
			left, right := warm(g)
			_, _, w, _ := testcam.Spot(0)
			if b := d.Boxes[0]; right-left < w-3 || b.X < float64(left-3) || b.X+b.W > float64(right+4) {
				t.Errorf("the box is from %.0f to %.0f, the warm spot from %d to %d", b.X, b.X+b.W, left, right)
			}
			compared++
		default:
		}
		return compared >= 3
	})
	if _, there := s.LookedAt("2-thermal", s.Feeds()[0].Since); there {
		t.Error("a feed that is none has a picture")
	}
}

// warm is from where to where the spot is, in the row through its middle.
func warm(g video.Gray) (left, right int) {
	_, y, _, h := testcam.Spot(0)
	left, right = g.Width, 0
	for x := range g.Width {
		if g.Pix[(y+h/2)*g.Stride+x] > 170 {
			left, right = min(left, x), max(right, x)
		}
	}
	return left, right
}

package video

import (
	"testing"
	"time"
)

func TestPicturesLookedAtAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	var l looked
	at := func(ms int) time.Time { return time.UnixMilli(1_000_000 + int64(ms)) }
	picture := func(light byte) *Gray {
		return &Gray{Pix: []byte{light, light, 0, light, light, 0}, Stride: 3, Width: 2, Height: 2}
	}
	if !l.keep(picture(1), at(0)) || l.keep(picture(2), at(100)) {
		t.Error("the second picture of a quarter of a second is kept, or the first is not")
	}
	for n := 1; n <= lookedFrames; n++ {
		if !l.keep(picture(byte(10*n)), at(300*n)) {
			t.Errorf("picture %d is not kept", n)
		}
	}
	if _, there := l.at(at(0)); there {
		t.Error("the oldest is still there")
	}
	got, there := l.at(at(300))
	if !there || got.Width != 2 || got.Height != 2 || len(got.Pix) != 4 || got.Pix[3] != 10 {
		t.Fatalf("%+v, %v", got, there)
	}
	// What was given out is nobody else's, however many follow.
	for n := range lookedFrames {
		l.keep(picture(200), at(10_000+300*n))
	}
	if got.Pix[0] != 10 {
		t.Error("a picture changed after it was given out")
	}
	if !l.keep(picture(7), at(0)) {
		t.Error("a clock that jumped back ended the keeping")
	}
}

func TestALargePictureIsKeptSmaller(t *testing.T) {
	t.Parallel()
	const w, h = 3840, 2160
	g := &Gray{Pix: make([]byte, w*h), Stride: w, Width: w, Height: h}
	for y := range h {
		for x := range w {
			g.Pix[y*w+x] = byte(x / 3 % 256)
		}
	}
	got := shrunk(g, nil)
	if got.Width != 1280 || got.Height != 720 || len(got.Pix) != 1280*720 {
		t.Fatalf("%d x %d", got.Width, got.Height)
	}
	for _, x := range []int{0, 100, 255, 1279} {
		if got.Pix[700*1280+x] != byte(x%256) {
			t.Errorf("column %d is %d", x, got.Pix[700*1280+x])
		}
	}
	if all := stretched(16, 235, 0, 255, 126); all[0] != 0 || all[1] != 255 || all[2] != 0 || all[3] != 255 || all[4] != 128 {
		t.Errorf("stretched to %v", all)
	}
}

func stretched(light ...byte) []byte {
	stretchLight(light)
	return light
}

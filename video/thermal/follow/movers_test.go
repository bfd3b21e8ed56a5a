//go:build !race

// Pictures are made and compared by the hundred in one goroutine, which the race detector makes a matter of minutes.

package follow

import (
	"math"
	"testing"
	"time"
)

// film shows a ground to a camera that moves by so much a picture, with a walker of 8 x 20 pixels that crosses it, where there
// is one, and counts the boxes on it and elsewhere.
func film(t *testing.T, pan [2]float64, walkerSpeed float64) (onWalker, elsewhere int) {
	t.Helper()
	g, d := newGround(11), NewMovers()
	begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 30 {
		m := turned(0, 1, pan[0]*float64(i), pan[1]*float64(i))
		pix := g.shot(m, uint64(100+i))
		wx, wy := m.at(200+walkerSpeed*float64(i), 190)
		for y := int(wy); y < int(wy)+20; y++ {
			for x := int(wx); x < int(wx)+8; x++ {
				if x >= 0 && y >= 0 && x < testWidth && y < testHeight {
					pix[y*testWidth+x] = 235
				}
			}
		}
		for _, b := range d.Detect(gray(pix), begin.Add(time.Duration(i)*100*time.Millisecond)) {
			if math.Hypot(b.X+b.W/2-wx-4, b.Y+b.H/2-wy-10) < 12 && b.Class.Other == 1 {
				onWalker++
			} else {
				elsewhere++
			}
		}
	}
	return onWalker, elsewhere
}

func TestWhatMovesAgainstTheGroundIsFound(t *testing.T) {
	t.Parallel()
	for name, pan := range map[string][2]float64{"a still camera": {}, "one that pans": {4, -2}} {
		if on, elsewhere := film(t, pan, 2); on < 14 || elsewhere > 2 { // 30 pictures less those of the first 1.2 s
			t.Errorf("%s: %d boxes on the walker, %d elsewhere", name, on, elsewhere)
		}
		if on, elsewhere := film(t, pan, 0); on+elsewhere > 1 {
			t.Errorf("%s: %d boxes on what stands, %d elsewhere", name, on, elsewhere)
		}
	}
}

// TestMovementCannotBeToldOfEverything has pictures that have nothing to do with those before, in content, size or time.
func TestMovementCannotBeToldOfEverything(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d, g := NewMovers(), newGround(3)
	at := begin
	look := func(pix []byte, after time.Duration) int {
		at = at.Add(after)
		return len(d.Detect(gray(pix), at))
	}
	ground := g.shot(still, 1)
	for range 20 {
		if n := look(ground, 100*time.Millisecond); n != 0 {
			t.Fatalf("%d boxes on nothing", n)
		}
	}
	white := make([]byte, testWidth*testHeight)
	for i := range white {
		white[i] = 255
	}
	for name, pix := range map[string][]byte{"a flash": white, "another scene": newGround(4).shot(still, 1), "black": make([]byte, testWidth*testHeight)} {
		if n := look(pix, 100*time.Millisecond); n != 0 {
			t.Errorf("%s: %d boxes", name, n)
		}
	}
	for name, after := range map[string]time.Duration{"a long gap": time.Hour, "a clock that is set back": -2 * time.Hour} {
		if n := look(g.shot(turned(0, 1, 30, 0), 2), after); n != 0 {
			t.Errorf("%s: %d boxes", name, n)
		}
	}
	half := gray(ground)
	half.Width, half.Height = testWidth/2, testHeight/2
	if n := len(d.Detect(half, at.Add(100*time.Millisecond))); n != 0 {
		t.Errorf("another size: %d boxes", n)
	}
	half.Pix = half.Pix[:100]
	if n := len(d.Detect(half, at.Add(200*time.Millisecond))) + len(d.Detect(nil, at.Add(200*time.Millisecond))); n != 0 {
		t.Errorf("no picture: %d boxes", n)
	}
}

func BenchmarkMovers(b *testing.B) {
	g, d := newGround(7), NewMovers()
	shots := [2][]byte{g.shot(still, 1), g.shot(turned(0, 1, 8, -3), 2)}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := 0; b.Loop(); i++ {
		at = at.Add(100 * time.Millisecond)
		d.Detect(gray(shots[i&1]), at)
	}
}

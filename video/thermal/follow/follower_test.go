package follow

import (
	"math"
	"slices"
	"testing"
	"time"

	"vedette/video/thermal"
)

// strip is a wide picture of the ground of which a camera sees a part.
type strip struct {
	pix           []byte
	width, height int
}

func newStrip(width, height int) *strip {
	g, s := newGround(11), &strip{width: width, height: height, pix: make([]byte, width*height)}
	for i := range s.pix {
		s.pix[i] = byte(min(max(g.at(float64(i%width), float64(i/width)), 0), 255))
	}
	return s
}

// from is what the camera sees whose upper left corner is there.
func (s *strip) from(x, y int) *thermal.Gray {
	return &thermal.Gray{Pix: s.pix[y*s.width+x:], Stride: s.width, Width: testWidth, Height: testHeight}
}

// usual has objects told of as soon as they are born, unless a test says otherwise.
var usual = Config{Born: 0.3}

var (
	begun     = time.Unix(1_800_000_000, 0)
	anyPerson = thermal.Classes{Person: 0.9, Vehicle: 0.1}
)

func tick(i int) time.Time { return begun.Add(time.Duration(i) * 100 * time.Millisecond) }

func person(x, y, score float64) thermal.Box {
	return thermal.Box{X: x - 6, Y: y - 9, W: 12, H: 18, Score: score, Class: anyPerson}
}

func ids(boxes []thermal.Box) (out []uint64) {
	for _, b := range boxes {
		out = append(out, b.ID)
	}
	slices.Sort(out)
	return out
}

// TestOnePersonIsOneObjectWhileTheCameraPans has the picture move by more than a person's size from frame to frame.
func TestOnePersonIsOneObjectWhileTheCameraPans(t *testing.T) {
	t.Parallel()
	s, f := newStrip(1500, 600), New(usual)
	x, y := 30, 20
	for i := range 30 {
		px, py := 600+1.3*float64(i), 200+0.5*float64(i) // walks on the ground
		boxes := []thermal.Box{person(px-float64(x), py-float64(y), 0.6)}
		if i%7 == 5 {
			boxes = nil // and is missed now and then
		}
		got := f.Follow(s.from(x, y), tick(i), boxes)
		switch {
		case i == 0 || boxes == nil:
			if len(got) != 0 {
				t.Errorf("frame %d: %+v", i, got)
			}
		case len(got) != 1 || got[0].ID != 1:
			t.Errorf("frame %d: %+v", i, got)
		case got[0].X != boxes[0].X || got[0].Y != boxes[0].Y || got[0].W != boxes[0].W || got[0].H != boxes[0].H:
			t.Errorf("frame %d: a person at %+v is told to be at %+v", i, boxes[0], got[0])
		}
		x, y = x+31, y+4
	}
}

// TestPeopleWhoCrossKeepTheirNumbers has two walk past each other, and through one box where they meet.
func TestPeopleWhoCrossKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	s, f := newStrip(600, 500), New(usual)
	var left, right uint64
	for i := range 60 {
		a, b := 100+4*float64(i), 340-4*float64(i)
		boxes := []thermal.Box{person(a, 200, 0.7), person(b, 204, 0.6)}
		if math.Abs(a-b) < 10 {
			boxes = boxes[:1] // the detector sees one
		}
		got := f.Follow(s.from(20, 20), tick(i), boxes)
		for _, o := range got {
			at := o.X + o.W/2
			switch {
			case i == 5 && math.Abs(at-a) < 1:
				left = o.ID
			case i == 5:
				right = o.ID
			case i == 59 && math.Abs(at-a) < 1 && o.ID != left, i == 59 && math.Abs(at-b) < 1 && o.ID != right:
				t.Errorf("objects %d and %d have become %+v", left, right, got)
			}
		}
		if i == 59 && len(got) != 2 {
			t.Errorf("%d objects in the end", len(got))
		}
	}
	if left == 0 || right == 0 || left == right {
		t.Errorf("objects %d and %d", left, right)
	}
}

func TestBirthAndDeath(t *testing.T) {
	t.Parallel()
	s := newStrip(600, 500)
	for name, c := range map[string]struct {
		scores []float64 // 0: not seen
		want   []int     // objects in each frame
	}{
		"at the second hit":                 {[]float64{0.5, 0.5, 0.5}, []int{0, 1, 1}},
		"two hits in three looks":           {[]float64{0.5, 0, 0.5}, []int{0, 0, 1}},
		"two hits in four are none":         {[]float64{0.5, 0, 0, 0.5, 0, 0, 0.5}, []int{0, 0, 0, 0, 0, 0, 0}},
		"too weak to be born":               {[]float64{0.2, 0.2, 0.2, 0.2}, []int{0, 0, 0, 0}},
		"weak ones keep it alive":           {[]float64{0.6, 0.6, 0.2, 0.2, 0.2, 0.2}, []int{0, 1, 1, 1, 1, 1}},
		"it comes back as the same or not ": {[]float64{0.5, 0.5, 0, 0, 0, 0, 0, 0.5}, []int{0, 1, 0, 0, 0, 0, 0, 1}},
	} {
		f := New(usual)
		for i, score := range c.scores {
			var boxes []thermal.Box
			if score > 0 {
				boxes = []thermal.Box{person(200, 200, score)}
			}
			got := f.Follow(s.from(0, 0), tick(i), boxes)
			if len(got) != c.want[i] || len(got) == 1 && got[0].ID != 1 {
				t.Errorf("%s: frame %d has %+v, want %d", name, i, got, c.want[i])
			}
		}
	}
	// One that has been away for long is another.
	f := New(usual)
	for i := range 40 {
		var boxes []thermal.Box
		if i < 5 || i > 30 {
			boxes = []thermal.Box{person(200, 200, 0.5)}
		}
		got := f.Follow(s.from(0, 0), tick(i), boxes)
		if i == 4 && !slices.Equal(ids(got), []uint64{1}) || i == 39 && !slices.Equal(ids(got), []uint64{2}) {
			t.Errorf("frame %d: %+v", i, got)
		}
	}
}

// TestWhatIsHardlyBelievedIsKeptButNotToldOf has an object fade and come back with its number.
func TestWhatIsHardlyBelievedIsKeptButNotToldOf(t *testing.T) {
	t.Parallel()
	s, f := newStrip(600, 500), New(Config{Born: 0.1, Told: 0.4})
	told := 0
	for i, score := range []float64{0.6, 0.6, 0.2, 0.1, 0.1, 0.1, 0.6, 0.9, 0.9} {
		got := f.Follow(s.from(0, 0), tick(i), []thermal.Box{person(200, 200, score)})
		told += len(got)
		if want := i == 1 || i == 2 || i >= 7; (len(got) == 1) != want || want && got[0].ID != 1 {
			t.Errorf("frame %d, score %g: %+v", i, score, got)
		}
	}
	if told == 0 {
		t.Error("nothing was told of")
	}
}

// TestFlickerIsNoObject has a box appear somewhere else in every frame.
func TestFlickerIsNoObject(t *testing.T) {
	t.Parallel()
	s, f := newStrip(600, 500), New(usual)
	for i := range 40 {
		if got := f.Follow(s.from(0, 0), tick(i), []thermal.Box{person(float64(40+i*157%400), float64(40+i*211%300), 0.6)}); len(got) > 0 {
			t.Errorf("frame %d: %+v", i, got)
		}
	}
}

// TestClassesAndScoresAreAveraged has the detector change its mind.
func TestClassesAndScoresAreAveraged(t *testing.T) {
	t.Parallel()
	s, f := newStrip(600, 500), New(usual)
	var got []thermal.Box
	for i := range 10 {
		b := person(200, 200, 0.8)
		if i%5 == 4 {
			b.Class, b.Score = thermal.Classes{Vehicle: 1}, 0.4
		}
		got = f.Follow(s.from(0, 0), tick(i), []thermal.Box{b})
	}
	if len(got) != 1 || math.Abs(got[0].Class.Person-0.9*0.8) > 1e-9 || math.Abs(got[0].Class.Vehicle-(0.1*0.8+0.2)) > 1e-9 {
		t.Fatalf("%+v", got)
	}
	if got[0].Score < 0.6 || got[0].Score > 0.75 {
		t.Errorf("score %g after four of 0.8 and one of 0.4", got[0].Score)
	}
}

// TestNothingIsTheSameAfterAJump has a clock that jumps, a picture of another size, and pictures that tell nothing.
func TestNothingIsTheSameAfterAJump(t *testing.T) {
	t.Parallel()
	s := newStrip(600, 500)
	born := func() *Follower {
		f := New(usual)
		for i := range 3 {
			f.Follow(s.from(0, 0), tick(i), []thermal.Box{person(200, 200, 0.6)})
		}
		return f
	}
	white := &thermal.Gray{Pix: make([]byte, 64*64), Stride: 64, Width: 64, Height: 64}
	for name, c := range map[string]struct {
		gray *thermal.Gray
		at   time.Time
	}{
		"a clock that jumps back": {s.from(0, 0), tick(-1000)}, "a long gap": {s.from(0, 0), tick(60)}, "another size": {white, tick(3)},
	} {
		f := born()
		if got := f.Follow(c.gray, c.at, []thermal.Box{person(40, 40, 0.6)}); len(got) != 0 || !f.Before().IsZero() {
			t.Errorf("%s: %+v, followed from %v", name, got, f.Before())
		}
	}
	f := born()
	if got := f.Follow(s.from(0, 0), tick(3), []thermal.Box{person(200, 200, 0.6)}); len(got) != 1 || !f.Before().Equal(tick(2)) {
		t.Errorf("without a jump: %+v, followed from %v", got, f.Before())
	}
	for name, g := range map[string]*thermal.Gray{
		"none": nil, "empty": {}, "too short": {Pix: make([]byte, 999), Stride: 480, Width: 480, Height: 384},
	} {
		if got := born().Follow(g, tick(3), nil); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestFollowingIsRepeatableAndAllocatesNothing(t *testing.T) {
	s := newStrip(900, 600)
	boxes := make([]thermal.Box, 0, 2*maxThing)
	frame := func(i int) []thermal.Box {
		boxes = boxes[:0]
		for k := range maxThing + 50 { // more than it looks at
			boxes = append(boxes, person(float64(20+k*37%440), float64(20+(k*91+i)%340), 0.9-float64(k)/500))
		}
		return boxes
	}
	a, b := New(usual), New(usual)
	for i := range 6 {
		g := s.from(i*9, i*5)
		first := slices.Clone(a.Follow(g, tick(i), frame(i)))
		if second := b.Follow(g, tick(i), frame(i)); !slices.Equal(first, second) {
			t.Fatalf("frame %d is not the same twice", i)
		}
	}
	i := 6
	if n := testing.AllocsPerRun(20, func() { a.Follow(s.from(i, i), tick(i), frame(i)); i++ }); n != 0 {
		t.Errorf("%g allocations a picture", n)
	}
}

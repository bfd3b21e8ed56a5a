package geopicture

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"testing"

	"vedette/ui/maps/geopicture/testtiff"
)

const deepest = 24

func open(t testing.TB, spec testtiff.Picture) *Picture {
	t.Helper()
	p, err := openBytes(made(t, spec))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func made(t testing.TB, spec testtiff.Picture) []byte {
	t.Helper()
	b, err := spec.Make()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func openBytes(b []byte) (*Picture, error) {
	return NewReader().Open(bytes.NewReader(b), int64(len(b)), deepest)
}

// ramp is a picture whose red tells the column and whose green tells the row, so that a colour is a place.
func ramp(x, y, band int) int { return [4]int{20 + x, 20 + y, 77, 255}[band] }

// tileAt is the tile in which a place lies, and the pixel.
func tileAt(lon, lat float64, z int) (x, y, px, py int) {
	n := 256 * math.Exp2(float64(z))
	fx, fy := n*(lon+180)/360, n*(1-math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi)/2
	return int(fx) / 256, int(fy) / 256, int(fx) % 256, int(fy) % 256
}

// placeOf is the middle of a tile's pixel.
func placeOf(z, x, y, px, py int) (lon, lat float64) {
	n := 256 * math.Exp2(float64(z))
	fx, fy := float64(256*x+px)+0.5, float64(256*y+py)+0.5
	return fx/n*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*fy/n))) * 180 / math.Pi
}

func tile(t testing.TB, p *Picture, z, x, y int) *image.NRGBA {
	t.Helper()
	b, err := p.Tile(t.Context(), z, x, y)
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	if len(b) == 0 {
		return m
	}
	got, err := png.Decode(bytes.NewReader(b))
	if err != nil || got.Bounds() != m.Rect {
		t.Fatalf("%v, %v", got.Bounds(), err)
	}
	switch got := got.(type) {
	case *image.NRGBA:
		copy(m.Pix, got.Pix)
	case *image.RGBA: // nothing is transparent
		copy(m.Pix, got.Pix)
	default:
		t.Fatalf("a %T", got)
	}
	return m
}

// around calls f for the tiles of a zoom that the picture lies in.
func around(p *Picture, z int, f func(x, y int)) {
	x0, y0, _, _ := tileAt(p.Bounds[0], p.Bounds[3], z)
	x1, y1, _, _ := tileAt(p.Bounds[2], p.Bounds[1], z)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			f(x, y)
		}
	}
}

// 200 x 150 points near Canberra, each in a coordinate system.
const wide, high = 200, 150

func inSystem(epsg int) testtiff.Picture {
	spec := testtiff.Picture{Width: wide, Height: high, At: ramp, EPSG: epsg, Compression: 8, StripRows: 16}
	switch epsg {
	case 4326:
		spec.X, spec.Y, spec.StepX, spec.StepY = 149.165, -35.363, 5e-6, 4e-6
	case 3857:
		spec.X, spec.Y, spec.StepX, spec.StepY = 16604972, -4212000, 0.5, 0.6
	case 25832:
		spec.X, spec.Y, spec.StepX, spec.StepY = 602398, 5789904, 0.5, 0.5
	default: // UTM 55 south
		spec.X, spec.Y, spec.StepX, spec.StepY = 696698, 6084548, 0.4, 0.4
	}
	return spec
}

func TestAPlaceHasItsColourInEachSystem(t *testing.T) {
	t.Parallel()
	turned := inSystem(32755)
	const c, s = 0.3, 0.26 // points of about 0.4 m, turned by 41°
	turned.Matrix, turned.StepX = []float64{c, s, 0, 696698, s, -c, 0, 6084548, 0, 0, 0, 0, 0, 0, 0, 1}, 0
	point := inSystem(32755)
	point.Point = true
	east := inSystem(4326)
	east.X += 360
	for name, tc := range map[string]struct {
		spec testtiff.Picture
		// source is the point of the picture at a place.
		source func(lon, lat float64) (u, v float64)
	}{
		"4326":                       {inSystem(4326), func(lon, lat float64) (u, v float64) { return (lon - 149.165) / 5e-6, (-35.363 - lat) / 4e-6 }},
		"4326 counted from 0 to 360": {east, func(lon, lat float64) (u, v float64) { return (lon - 149.165) / 5e-6, (-35.363 - lat) / 4e-6 }},
		"3857": {inSystem(3857), func(lon, lat float64) (u, v float64) {
			const r = 6378137
			return (r*lon*math.Pi/180 - 16604972) / 0.5, (-4212000 - r*math.Log(math.Tan(math.Pi/4+lat*math.Pi/360))) / 0.6
		}},
		"32755": {inSystem(32755), func(lon, lat float64) (u, v float64) {
			x, y := newUTM(55, 1e7).forward(lon, lat)
			return (x - 696698) / 0.4, (6084548 - y) / 0.4
		}},
		"25832": {inSystem(25832), func(lon, lat float64) (u, v float64) {
			x, y := newUTM(32, 0).forward(lon, lat)
			return (x - 602398) / 0.5, (5789904 - y) / 0.5
		}},
		"points' middles": {point, func(lon, lat float64) (u, v float64) {
			x, y := newUTM(55, 1e7).forward(lon, lat)
			return (x-696698)/0.4 + 0.5, (6084548-y)/0.4 + 0.5
		}},
		"turned": {turned, func(lon, lat float64) (u, v float64) {
			x, y := newUTM(55, 1e7).forward(lon, lat)
			x, y = x-696698, y-6084548
			return (c*x + s*y) / (c*c + s*s), (s*x - c*y) / (c*c + s*s)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, tc.spec)
			seen := 0
			around(p, p.MaxZoom, func(x, y int) {
				m := tile(t, p, p.MaxZoom, x, y)
				for i := range 256 * 256 {
					px, py := i%256, i/256
					got := m.NRGBAAt(px, py)
					u, v := tc.source(placeOf(p.MaxZoom, x, y, px, py))
					if in := u >= 0 && v >= 0 && u < wide && v < high; in != (got.A == 255) {
						if d := max(-u, -v, u-wide, v-high); math.Abs(d) > 0.3 {
							t.Fatalf("%d/%d %d,%d: opacity %d at point %.2f, %.2f", x, y, px, py, got.A, u, v)
						}
						continue
					} else if !in {
						continue
					}
					seen++
					u, v = max(0, min(u-0.5, wide-1)), max(0, min(v-0.5, high-1))
					if math.Abs(float64(got.R)-20-u) > 0.8 || math.Abs(float64(got.G)-20-v) > 0.8 || got.B != 77 {
						t.Fatalf("%d/%d %d,%d: %v at point %.2f, %.2f", x, y, px, py, got, u, v)
					}
				}
			})
			if seen < wide*high {
				t.Errorf("only %d pixels are seen", seen)
			}
		})
	}
}

// Each way of storing the same picture shows the same.
func TestHowPointsAreStored(t *testing.T) {
	t.Parallel()
	with := func(change func(*testtiff.Picture)) testtiff.Picture {
		s := inSystem(3857)
		change(&s)
		return s
	}
	plain := open(t, inSystem(3857))
	rgb16 := func(x, y, band int) int { return 1000 + 100*ramp(x, y, band) }
	for name, tc := range map[string]struct {
		spec testtiff.Picture
		off  int
	}{
		"not compressed":             {with(func(s *testtiff.Picture) { s.Compression = 1 }), 0},
		"one strip not compressed":   {with(func(s *testtiff.Picture) { s.Compression, s.StripRows = 1, 0 }), 0},
		"strips of a row":            {with(func(s *testtiff.Picture) { s.Compression, s.StripRows = 1, 1 }), 0},
		"LZW":                        {with(func(s *testtiff.Picture) { s.Compression = 5 }), 0},
		"LZW predictor":              {with(func(s *testtiff.Picture) { s.Compression, s.Predictor = 5, 2 }), 0},
		"deflate predictor":          {with(func(s *testtiff.Picture) { s.Predictor = 2 }), 0},
		"old deflate":                {with(func(s *testtiff.Picture) { s.Compression = 32946 }), 0},
		"PackBits":                   {with(func(s *testtiff.Picture) { s.Compression = 32773 }), 0},
		"tiles":                      {with(func(s *testtiff.Picture) { s.Tile = 64 }), 0},
		"tiles not compressed":       {with(func(s *testtiff.Picture) { s.Tile, s.Compression = 64, 1 }), 0},
		"tiles predictor big":        {with(func(s *testtiff.Picture) { s.Tile, s.Predictor, s.Big = 48, 2, true }), 0},
		"BigTIFF Motorola":           {with(func(s *testtiff.Picture) { s.Big, s.Motorola = true, true }), 0},
		"Motorola":                   {with(func(s *testtiff.Picture) { s.Motorola = true }), 0},
		"bands apart":                {with(func(s *testtiff.Picture) { s.Planar = true }), 0},
		"bands apart not compressed": {with(func(s *testtiff.Picture) { s.Planar, s.Compression = true, 1 }), 0},
		"bands apart tiles":          {with(func(s *testtiff.Picture) { s.Planar, s.Tile, s.Predictor = true, 64, 2 }), 0},
		"opacity":                    {with(func(s *testtiff.Picture) { s.Samples, s.Extra = 4, []int{2} }), 0},
		"a fourth band":              {with(func(s *testtiff.Picture) { s.Samples, s.Extra = 4, []int{0} }), 0},
		"JPEG":                       {with(func(s *testtiff.Picture) { s.Compression, s.Photometric = 7, 6 }), 4},
		"JPEG tiles with tables":     {with(func(s *testtiff.Picture) { s.Compression, s.Photometric, s.Tile, s.JPEGTables = 7, 6, 64, true }), 4},
		"JPEG of red, green, blue":   {with(func(s *testtiff.Picture) { s.Compression, s.Tile = 7, 64 }), 4},
		"JPEG bands apart":           {with(func(s *testtiff.Picture) { s.Compression, s.Planar, s.JPEGTables = 7, true, true }), 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, tc.spec)
			same(t, plain, p, tc.off)
		})
	}
	for name, change := range map[string]func(*testtiff.Picture){
		"16 bits":           func(*testtiff.Picture) {},
		"16 bits Motorola":  func(s *testtiff.Picture) { s.Motorola = true },
		"16 bits predictor": func(s *testtiff.Picture) { s.Predictor, s.Tile, s.Motorola = 2, 64, true },
		"16 bits apart":     func(s *testtiff.Picture) { s.Planar = true },
		"16 bits LZW":       func(s *testtiff.Picture) { s.Compression, s.Predictor = 5, 2 },
		"16 bits plain":     func(s *testtiff.Picture) { s.Compression = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, with(func(s *testtiff.Picture) { s.Bits, s.At = 16, rgb16; change(s) }))
			x, y, _, _ := tileAt((p.Bounds[0]+p.Bounds[2])/2, (p.Bounds[1]+p.Bounds[3])/2, p.MaxZoom)
			a, b := tile(t, plain, p.MaxZoom, x, y), tile(t, p, p.MaxZoom, x, y)
			// Values from 3000 to 23900 are spread over all brightness, but for the outer hundredths.
			for i := 0; i < 256*256; i += 57 {
				was, is := a.NRGBAAt(i%256, i/256), b.NRGBAAt(i%256, i/256)
				want := max(0, min((float64(was.R)-22)*255/(217-22), 255))
				if was.A != is.A || was.A > 0 && math.Abs(float64(is.R)-want) > 9 {
					t.Fatalf("pixel %d: %v became %v, not %.0f", i, was, is, want)
				}
			}
		})
	}
}

func same(t *testing.T, a, b *Picture, off int) {
	t.Helper()
	if a.MaxZoom != b.MaxZoom || a.Bounds != b.Bounds {
		t.Fatalf("%+v %v, not %v %v", b.Bounds, b.MaxZoom, a.Bounds, a.MaxZoom)
	}
	z := a.MaxZoom - 1 // fewer tiles, but all of the file
	around(a, z, func(x, y int) {
		m, n := tile(t, a, z, x, y), tile(t, b, z, x, y)
		for i, v := range m.Pix {
			if d := int(v) - int(n.Pix[i]); d > off || d < -off {
				t.Fatalf("tile %d/%d: byte %d is %d, not %d", x, y, i, n.Pix[i], v)
			}
		}
	})
}

// pixel is the colour at the middle of a point of a picture, at the deepest zoom.
func pixel(t *testing.T, p *Picture, col, row float64) [4]uint8 {
	t.Helper()
	lon, lat := p.place.at(col+0.5, row+0.5)
	x, y, px, py := tileAt(lon, lat, p.MaxZoom)
	c := tile(t, p, p.MaxZoom, x, y).NRGBAAt(px, py)
	return [4]uint8{c.R, c.G, c.B, c.A}
}

// A chart of 4 x 1 fields of 16 x 16 points; field is the column of the field.
func chart(change func(*testtiff.Picture), at func(field, band int) int) testtiff.Picture {
	s := testtiff.Picture{Width: 64, Height: 16, EPSG: 3857, X: 1_000_000, Y: 6_000_000, StepX: 1, StepY: 1, Compression: 8, Samples: 1}
	s.At = func(x, _, band int) int { return at(x/16, band) }
	change(&s)
	return s
}

func TestWhatColoursMean(t *testing.T) {
	t.Parallel()
	first := func(v ...int) func(field, band int) int { return func(field, _ int) int { return v[field] } }
	none := [4]uint8{}
	grey := func(v uint8) [4]uint8 { return [4]uint8{v, v, v, 255} }
	for name, tc := range map[string]struct {
		spec testtiff.Picture
		want [4][4]uint8
	}{
		"black is 0":          {chart(func(s *testtiff.Picture) { s.Photometric = 1 }, first(0, 50, 200, 255)), [4][4]uint8{grey(0), grey(50), grey(200), grey(255)}},
		"white is 0":          {chart(func(*testtiff.Picture) {}, first(0, 50, 200, 255)), [4][4]uint8{grey(255), grey(205), grey(55), grey(0)}},
		"one bit":             {chart(func(s *testtiff.Picture) { s.Photometric, s.Bits = 1, 1 }, first(0, 1, 0, 1)), [4][4]uint8{grey(0), grey(255), grey(0), grey(255)}},
		"one bit, white is 0": {chart(func(s *testtiff.Picture) { s.Bits, s.Compression = 1, 32773 }, first(0, 1, 0, 1)), [4][4]uint8{grey(255), grey(0), grey(255), grey(0)}},
		"two bits":            {chart(func(s *testtiff.Picture) { s.Photometric, s.Bits = 1, 2 }, first(0, 1, 2, 3)), [4][4]uint8{grey(0), grey(85), grey(170), grey(255)}},
		"four bits":           {chart(func(s *testtiff.Picture) { s.Photometric, s.Bits = 1, 4 }, first(0, 1, 8, 15)), [4][4]uint8{grey(0), grey(17), grey(136), grey(255)}},
		"palette of 8 bits": {
			chart(func(s *testtiff.Picture) {
				s.Photometric, s.Palette = 3, [][3]uint8{{1, 2, 3}, {250, 0, 9}, {7, 200, 7}, {9, 9, 90}}
			}, first(3, 0, 1, 2)),
			[4][4]uint8{{9, 9, 90, 255}, {1, 2, 3, 255}, {250, 0, 9, 255}, {7, 200, 7, 255}},
		},
		"palette of 4 bits": {
			chart(func(s *testtiff.Picture) { s.Photometric, s.Bits, s.Palette = 3, 4, [][3]uint8{{1, 2, 3}, {250, 0, 9}} }, first(1, 0, 1, 0)),
			[4][4]uint8{{250, 0, 9, 255}, {1, 2, 3, 255}, {250, 0, 9, 255}, {1, 2, 3, 255}},
		},
		"palette without data": {
			chart(func(s *testtiff.Picture) {
				s.Photometric, s.NoData, s.Palette = 3, "2", [][3]uint8{{1, 2, 3}, {250, 0, 9}, {7, 200, 7}, {9, 9, 90}}
			}, first(3, 0, 1, 2)),
			[4][4]uint8{{9, 9, 90, 255}, {1, 2, 3, 255}, {250, 0, 9, 255}, none},
		},
		"grey without data": {chart(func(s *testtiff.Picture) { s.Photometric, s.NoData = 1, "255" }, first(0, 50, 200, 255)), [4][4]uint8{grey(0), grey(50), grey(200), none}},
		"grey and opacity": {
			chart(func(s *testtiff.Picture) { s.Photometric, s.Samples, s.Extra = 1, 2, []int{2} }, func(f, b int) int { return [4][2]int{{100, 255}, {100, 128}, {100, 0}, {9, 255}}[f][b] }),
			[4][4]uint8{grey(100), {100, 100, 100, 128}, none, grey(9)},
		},
		"colours multiplied by opacity": {
			chart(func(s *testtiff.Picture) { s.Samples, s.Photometric, s.Extra = 4, 2, []int{1} }, func(f, b int) int {
				return [4][4]int{{100, 50, 0, 128}, {0, 0, 0, 0}, {8, 9, 10, 255}, {64, 0, 64, 64}}[f][b]
			}),
			[4][4]uint8{{199, 100, 0, 128}, none, {8, 9, 10, 255}, {255, 0, 255, 64}},
		},
		"colours without data": {
			chart(func(s *testtiff.Picture) { s.Samples, s.Photometric, s.NoData = 3, 2, "0" }, func(f, b int) int { return [4][3]int{{0, 0, 0}, {0, 0, 1}, {8, 0, 10}, {0, 0, 0}}[f][b] }),
			[4][4]uint8{none, {0, 0, 1, 255}, {8, 0, 10, 255}, none},
		},
		"a mask": {
			chart(func(s *testtiff.Picture) {
				s.Samples, s.Photometric, s.Tile, s.Mask = 3, 2, 32, func(x, _ int) bool { return x < 16 || x >= 48 }
			}, func(f, b int) int { return 10*f + b }),
			[4][4]uint8{{0, 1, 2, 255}, none, none, {30, 31, 32, 255}},
		},
		"parts that are left out": {
			chart(func(s *testtiff.Picture) {
				s.Samples, s.Photometric, s.Tile, s.Missing = 3, 2, 16, func(part int) bool { return part == 1 }
			}, func(f, b int) int { return 10*f + b }),
			[4][4]uint8{{0, 1, 2, 255}, none, {20, 21, 22, 255}, {30, 31, 32, 255}},
		},
		"five bands": {
			chart(func(s *testtiff.Picture) { s.Samples, s.Photometric, s.Extra = 5, 1, []int{0, 0, 0, 0} }, func(f, b int) int { return 10*f + b }),
			[4][4]uint8{{0, 1, 2, 255}, {10, 11, 12, 255}, {20, 21, 22, 255}, {30, 31, 32, 255}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, tc.spec)
			for field, want := range tc.want {
				got := pixel(t, p, float64(16*field+7), 7)
				for i := range want {
					if d := int(got[i]) - int(want[i]); d > 1 || d < -1 {
						t.Errorf("field %d: %v, not %v", field, got, want)
						break
					}
				}
			}
		})
	}
}

func TestUTM(t *testing.T) {
	t.Parallel()
	// Of PROJ (gdaltransform 3.6.2).
	for _, c := range []struct{ lon, lat, zone, south, x, y float64 }{
		{149.165, -35.363, 55, 1, 696698.978723668, 6084548.99665773},
		{10.5, 52.25, 32, 0, 602398.276244363, 5789904.45623693},
		{12, 0, 32, 0, 833978.55691946, 0},
		{3.1, 78.5, 31, 0, 502225.629951587, 8714172.74157608},
		{-70.9, -54.9, 19, 1, 378165.24934137, 3914683.3930547},
		{179.9, -17.5, 1, 1, 170780.962667623, 8062451.07727039},
	} {
		u := newUTM(c.zone, c.south*1e7)
		x, y := u.forward(c.lon, c.lat)
		if math.Hypot(x-c.x, y-c.y) > 0.001 {
			t.Errorf("%v, %v: %.4f, %.4f, not %.4f, %.4f", c.lon, c.lat, x, y, c.x, c.y)
		}
		lon, lat := u.back(x, y)
		if math.Abs(math.Remainder(lon-c.lon, 360)) > 1e-9 || math.Abs(lat-c.lat) > 1e-9 {
			t.Errorf("%v, %v became %v, %v", c.lon, c.lat, lon, lat)
		}
	}
	if x, _ := newUTM(32, 0).forward(100, 10); !math.IsNaN(x) {
		t.Error("a place far from the zone is in it")
	}
}

func TestSystemsThatAreNearWGS84(t *testing.T) {
	t.Parallel()
	// Of gdaltransform 3.6.2, each from the degrees of the same datum.
	for code, c := range map[uint64][4]float64{
		7855: {144.9631, -37.8136, 320704.446318889, 5812911.69963299}, 7856: {151.2093, -33.8688, 334368.633647252, 6250948.34548856},
		7846: {96.8, -12.2, 913635.172223125, 8648428.78351398}, 7859: {168, -29, 207728.928928778, 6788302.62674754},
		26910: {-122.4194, 37.7749, 551130.768481599, 4180998.88138853}, 26901: {-176.6, 51.9, 527521.310181338, 5749991.62224097},
		26923: {-43, 74, 561523.087773405, 8213070.39788513},
	} {
		s := systemOf(code)
		if s == nil {
			t.Fatalf("EPSG:%d is not read", code)
		}
		if x, y := s.forward(c[0], c[1]); math.Hypot(x-c[2], y-c[3]) > 0.001 {
			t.Errorf("EPSG:%d: %.4f, %.4f, not %.4f, %.4f", code, x, y, c[2], c[3])
		}
		// A picture in it lies there.
		p := open(t, testtiff.Picture{Width: 9, Height: 9, EPSG: int(code), X: c[2], Y: c[3], StepX: 1, StepY: 1})
		if math.Abs(p.Bounds[0]-c[0]) > 1e-5 || math.Abs(p.Bounds[3]-c[1]) > 1e-5 {
			t.Errorf("EPSG:%d: a picture lies at %v", code, p.Bounds)
		}
	}
	for _, code := range []uint64{7845, 7860, 7801, 26900, 26924, 25827, 25839, 32661, 28355, 0} {
		if systemOf(code) != nil {
			t.Errorf("EPSG:%d is read", code)
		}
	}
	for _, code := range []int{4258, 4269, 7844, 4979} {
		p := open(t, testtiff.Picture{Width: 10, Height: 10, EPSG: code, X: 150, Y: -30, StepX: 0.1, StepY: 0.1})
		if math.Abs(p.Bounds[0]-150) > 1e-9 || math.Abs(p.Bounds[3]+30) > 1e-9 {
			t.Errorf("EPSG:%d: %v", code, p.Bounds)
		}
	}
}

func TestTheMeshIsFineEnough(t *testing.T) {
	t.Parallel()
	whole := testtiff.Picture{Width: 360, Height: 180, EPSG: 4326, X: -180, Y: 90, StepX: 1, StepY: 1}
	large := testtiff.Picture{Width: 500, Height: 500, EPSG: 32632, X: 200_000, Y: 9_000_000, StepX: 1600, StepY: 1600}
	for name, p := range map[string]*Picture{"the world": open(t, whole), "a zone": open(t, large), "near": open(t, inSystem(32755))} {
		worst := 0.0
		for _, z := range []int{0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 19} {
			x, y, _, _ := tileAt((p.Bounds[0]+p.Bounds[2])/2, (p.Bounds[1]+p.Bounds[3])/2, z)
			for _, y := range []int{y, 0, 1 << z / 3} {
				side := math.Exp2(-float64(z))
				left, top := float64(x)*side, float64(y)*side
				for _, a := range p.mesh(z, left, top).patches(float64(p.layers[0].width), float64(p.layers[0].height)) {
					h := float64(cellOf(z)) / 2
					u, v := a.at(h, h)
					wantU, wantV := p.point(left+(float64(a.x)+h)*side/256, top+(float64(a.y)+h)*side/256)
					// In pixels of the tile.
					pixel := math.Sqrt(math.Abs(a.ux*a.vy - a.uy*a.vx))
					worst = max(worst, math.Hypot(u-wantU, v-wantV)/pixel)
				}
			}
		}
		t.Logf("%s: %.4f pixels", name, worst)
		if worst > 0.3 || worst == 0 {
			t.Errorf("%s: the mesh is off by %v pixels", name, worst)
		}
	}
}

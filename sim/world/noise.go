package world

import "math"

// random is a stateless source: every value is a hash of the seed and its arguments (splitmix64), so that what happens
// at an instant does not depend on what was asked before.
type random uint64

func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// derive gives an independent source for a purpose.
func (r random) derive(name string) random {
	h := uint64(r)
	for _, b := range []byte(name) {
		h = mix(h ^ uint64(b))
	}
	return random(mix(h))
}

// unit is uniform in [0, 1) for a pair of numbers.
func (r random) unit(i, j int64) float64 {
	return float64(mix(mix(uint64(r)^uint64(i))^uint64(j))>>11) / (1 << 53)
}

// signed is uniform in [-1, 1).
func (r random) signed(i, j int64) float64 { return 2*r.unit(i, j) - 1 }

// lattice hashes a grid point for the noise below; cheaper than unit.
func (r random) lattice(x, y int32) uint32 {
	h := uint32(r) ^ uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841
	h = (h ^ h>>16) * 0x7feb352d
	h = (h ^ h>>15) * 0x846ca68b
	return h ^ h>>16
}

func gradient(h uint32, x, y float64) float64 {
	// Eight directions: enough at these amplitudes, and no table.
	switch h & 7 {
	case 0:
		return x
	case 1:
		return -x
	case 2:
		return y
	case 3:
		return -y
	case 4:
		return math.Sqrt2 / 2 * (x + y)
	case 5:
		return math.Sqrt2 / 2 * (x - y)
	case 6:
		return math.Sqrt2 / 2 * (-x + y)
	default:
		return math.Sqrt2 / 2 * (-x - y)
	}
}

func fade(t float64) float64 { return t * t * t * (t*(t*6-15) + 10) }

// noise is gradient noise with features of about unit size, within [-1, 1], smooth to the second derivative.
func (r random) noise(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int32(fx), int32(fy)
	x, y = x-fx, y-fy
	u, v := fade(x), fade(y)
	south := (1-u)*gradient(r.lattice(ix, iy), x, y) + u*gradient(r.lattice(ix+1, iy), x-1, y)
	north := (1-u)*gradient(r.lattice(ix, iy+1), x, y-1) + u*gradient(r.lattice(ix+1, iy+1), x-1, y-1)
	return 1.4 * ((1-v)*south + v*north)
}

// fractal adds octaves of noise, each of half the size and half the height.
func (r random) fractal(x, y float64, octaves int) float64 {
	sum, amp := 0.0, 1.0
	for i := range octaves {
		sum += amp * (r+random(i)*0x51ed27).noise(x, y)
		x, y, amp = 2*x+17.3, 2*y-9.1, amp/2
	}
	return sum
}

// smoothstep goes from 0 at a to 1 at b.
func smoothstep(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}

package world

import (
	"math"
	"strconv"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// herd is a number of animals that graze, and move on to another place in their range every minute or so, each at
// its own time.
type herd struct {
	scenario.Animal
	chance random
}

// stage is the time from one move of an animal to its next.
func (h *herd) stage(m int64) float64 {
	return max(45, 1.6*h.RadiusM/h.SpeedMS) * (0.8 + 0.4*h.chance.unit(m, -1))
}

// pasture is the place where animal m grazes in stage k: near the herd's place of that stage.
func (h *herd) pasture(m, k int64) scenario.Point {
	polar := func(radius, u, v float64) (e, n float64) {
		s, c := math.Sincos(2 * math.Pi * v)
		return radius * math.Sqrt(u) * s, radius * math.Sqrt(u) * c
	}
	e0, n0 := polar(0.8*h.RadiusM, h.chance.unit(k, 1), h.chance.unit(k, 2))
	e1, n1 := polar(0.2*h.RadiusM, h.chance.unit(k, 3+2*m), h.chance.unit(k, 4+2*m))
	return scenario.Point{h.Around[0] + e0 + e1, h.Around[1] + n0 + n1}
}

// at is the place of animal m, and the direction of its present or latest move.
func (h *herd) at(m int64, now float64) (pos, dir scenario.Point) {
	length := h.stage(m)
	x := now/length + h.chance.unit(m, -2)
	k := int64(math.Floor(x))
	within := (x - float64(k)) * length
	a, b := h.pasture(m, k), h.pasture(m, k+1)
	dist := math.Hypot(b[0]-a[0], b[1]-a[1])
	if dist < 0.01 {
		return a, scenario.Point{0, 1}
	}
	// It moves in the last part of the stage, with a smooth start and stop: the peak is 1.5 times the mean speed.
	needs := min(1.5*dist/h.SpeedMS, 0.95*length)
	f := smoothstep(length-needs, length, within)
	pos = scenario.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
	if f == 0 { // still looking where it came from
		c := h.pasture(m, k-1)
		if d := math.Hypot(a[0]-c[0], a[1]-c[1]); d > 0.01 {
			return pos, scenario.Point{(a[0] - c[0]) / d, (a[1] - c[1]) / d}
		}
	}
	return pos, scenario.Point{(b[0] - a[0]) / dist, (b[1] - a[1]) / dist}
}

const (
	hipPart    = 0.7 // height of the hip as a part of an animal's
	trotFroude = 0.5 // Froude number from which a walk becomes a trot
	hopHz      = 2.2 // of a kangaroo, whatever its speed
)

// gait is how the animals go at the speed of their herd, and how many steps a pair of legs makes in a second, which is two for a
// stride: Alexander's relation of speed, stride and height of the hip, which holds from mice to elephants. The pace stays the same
// through a move, since an animal that hastens lengthens its stride first.
func (h *herd) gait() (g Gait, stepsHz float64) {
	if h.Hops {
		return GaitHop, 2 * hopHz
	}
	const gravity = 9.81
	hip := hipPart * h.HeightM
	strideM := math.Pow(h.SpeedMS*math.Pow(hip, 1.17)/(0.25*math.Sqrt(gravity)), 0.6)
	if h.SpeedMS*h.SpeedMS/(gravity*hip) > trotFroude {
		g = GaitTrot
	} else {
		g = GaitWalk
	}
	return g, 2 * h.SpeedMS / strideM
}

// appendAt adds every animal of the herd.
func (h *herd) appendAt(out []Object, now float64) []Object {
	const tick = 0.05
	for m := range h.Count {
		pos, dir := h.at(int64(m), now)
		after, _ := h.at(int64(m), now+tick)
		o := Object{
			ID: h.ID, Class: Animal, TempC: 28,
			E: pos[0], N: pos[1],
			VE: (after[0] - pos[0]) / tick, VN: (after[1] - pos[1]) / tick,
			HeadingDeg: geo.NormalizeDeg(math.Atan2(dir[0], dir[1]) * 180 / math.Pi),
			LengthM:    h.LengthM, WidthM: 0.35 * h.LengthM, HeightM: h.HeightM,
		}
		if h.Count > 1 {
			o.ID += "-" + strconv.Itoa(m+1)
		}
		if v := math.Hypot(o.VE, o.VN); v > 0.1 {
			o.Moving = true
			o.Gait, o.GaitHz = h.gait()
		}
		out = append(out, o)
	}
	return out
}

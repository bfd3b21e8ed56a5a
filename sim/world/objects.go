package world

import (
	"math"
	"strconv"
	"time"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// traveller is an object of the scenario with its timetable and its repetitions.
type traveller struct {
	scenario.Object
	route  *route
	chance random
}

// lane is how far east repetition k of the path is moved.
func (v *traveller) lane(k int64) float64 {
	if k == 0 || v.Repeat == nil || len(v.Repeat.ShiftsM) == 0 {
		return 0
	}
	return v.Repeat.ShiftsM[int(v.chance.unit(k, 1)*float64(len(v.Repeat.ShiftsM)))]
}

// startOf is when repetition k starts, in seconds of the scenario's clock.
func (v *traveller) startOf(k int64) float64 {
	if k == 0 || v.Repeat == nil {
		return v.StartS
	}
	return v.StartS + float64(k)*v.Repeat.EveryS + v.Repeat.JitterS*v.chance.signed(k, 0)
}

// groupLag is how much later the last member of a group comes than the first.
func (v *traveller) groupLag() float64 { return float64(v.Count-1) * v.SpacingM / v.SpeedMS }

// appendAt adds the members that are under way at a time.
func (v *traveller) appendAt(out []Object, now float64) []Object {
	first, last := int64(0), int64(0)
	if v.Repeat != nil {
		busy := v.route.lasts() + v.groupLag() + v.Repeat.JitterS
		first = max(0, int64(math.Ceil((now-v.StartS-busy)/v.Repeat.EveryS)))
		last = max(0, int64(math.Floor((now-v.StartS+v.Repeat.JitterS)/v.Repeat.EveryS)))
	}
	for k := first; k <= last; k++ {
		for m := range v.Count {
			if o, ok := v.member(now-v.startOf(k), k, m); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// member is member m of repetition k, some seconds after its start.
func (v *traveller) member(t float64, k int64, m int) (Object, bool) {
	t -= float64(m) * v.SpacingM / v.SpeedMS
	pos, dir, ok := v.route.at(t)
	if !ok {
		return Object{}, false
	}
	o := Object{ID: v.ID, Class: Class(v.Class), TempC: v.TempC, Own: v.Own}
	if v.Count > 1 {
		o.ID += "-" + strconv.Itoa(m+1)
	}
	if k > 0 {
		o.ID += "." + strconv.FormatInt(k+1, 10)
	}
	const tick = 0.05
	if after, _, ok := v.route.at(t + tick); ok {
		o.VE, o.VN = (after[0]-pos[0])/tick, (after[1]-pos[1])/tick
	}
	side := 0.0
	if v.Count > 1 {
		side = 0.5 * (2*float64(m%2) - 1) // members walk left and right of the path
	}
	o.E, o.N = pos[0]+v.lane(k)+side*dir[1], pos[1]-side*dir[0]
	o.HeadingDeg = geo.NormalizeDeg(math.Atan2(dir[0], dir[1]) * 180 / math.Pi)
	if o.Moving = math.Hypot(o.VE, o.VN) > 0.05; o.Moving {
		o.GaitHz = v.GaitHz
	}
	switch o.Class {
	case Vehicle:
		o.LengthM, o.WidthM, o.HeightM = 4.6, 1.9, 1.8
	case Animal:
		o.LengthM, o.WidthM, o.HeightM, o.Gait = 1.2, 0.4, 0.9, GaitWalk
	default:
		o.LengthM, o.WidthM = 0.4, 0.55
		o.HeightM = 1.74 + 0.11*v.chance.signed(k, int64(10+m))
	}
	return o, true
}

// ObjectsAt lists the objects that are present at an instant, in a fixed order.
func (w *World) ObjectsAt(t time.Time) []Object {
	now := t.Sub(w.start).Seconds()
	out := make([]Object, 0, 24)
	for i := range w.travellers {
		out = w.travellers[i].appendAt(out, now)
	}
	for i := range w.herds {
		out = w.herds[i].appendAt(out, now)
	}
	for i := range out {
		o := &out[i]
		o.U = w.ground.at(o.E, o.N)
		p, h := w.frame.FromENU([3]float64{o.E, o.N, o.U})
		o.LatLon, o.GroundAMSL = p, geo.ToAMSL(p, h)
	}
	return out
}

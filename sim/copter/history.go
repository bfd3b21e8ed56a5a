package copter

import (
	"math"
	"sync"
	"time"

	"vedette/internal/geo"
	"vedette/sim/world"
)

const (
	historyPoses = 512                    // at 50 a second: ten seconds
	poseAhead    = 250 * time.Millisecond // how far beyond the newest pose it may be asked
)

// history keeps the latest true camera poses. It is safe for concurrent use.
type history struct {
	mu    sync.Mutex
	ring  [historyPoses]world.CameraPose
	count int // ever added
}

func (h *history) add(p world.CameraPose) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring[h.count%historyPoses] = p
	h.count++
}

// at interpolates the pose at an instant, or continues the last motion for up to poseAhead.
func (h *history) at(t time.Time) (world.CameraPose, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	have := min(h.count, historyPoses)
	if have < 2 {
		if have == 1 && !t.Before(h.ring[0].Time) && t.Sub(h.ring[0].Time) < poseAhead {
			p := h.ring[0]
			p.Time = t
			return p, true
		}
		return world.CameraPose{}, false
	}
	pose := func(back int) world.CameraPose { return h.ring[(h.count-1-back)%historyPoses] }
	if t.Sub(pose(0).Time) > poseAhead || t.Before(pose(have-1).Time) {
		return world.CameraPose{}, false
	}
	// The first that is not after t; poses are asked for near the end, so that looking backwards is short.
	i := 1
	for i < have-1 && pose(i).Time.After(t) {
		i++
	}
	return between(pose(i), pose(i-1), t), true
}

func between(a, b world.CameraPose, t time.Time) world.CameraPose {
	f := 0.0
	if span := b.Time.Sub(a.Time).Seconds(); span > 0 {
		f = t.Sub(a.Time).Seconds() / span
	}
	mix := func(x, y float64) float64 { return x + f*(y-x) }
	return world.CameraPose{
		Time: t,
		E:    mix(a.E, b.E), N: mix(a.N, b.N), U: mix(a.U, b.U),
		YawDeg:   geo.NormalizeDeg(a.YawDeg + f*geo.DiffDeg(a.YawDeg, b.YawDeg)),
		PitchDeg: math.Max(-90, mix(a.PitchDeg, b.PitchDeg)), RollDeg: mix(a.RollDeg, b.RollDeg),
		BodyYawDeg:   geo.NormalizeDeg(a.BodyYawDeg + f*geo.DiffDeg(a.BodyYawDeg, b.BodyYawDeg)),
		BodyPitchDeg: mix(a.BodyPitchDeg, b.BodyPitchDeg), BodyRollDeg: mix(a.BodyRollDeg, b.BodyRollDeg),
		ThermalZoom: mix(a.ThermalZoom, b.ThermalZoom), EOZoom: mix(a.EOZoom, b.EOZoom),
	}
}

package mavlink

import (
	"math"
	"time"

	"vedette/internal/geo"
)

// Pose is where a vehicle was and where it and its camera looked at one instant.
type Pose struct {
	// Time is the instant asked for, UTC.
	Time time.Time
	// Lat and Lon are WGS 84 degrees; heights are metres above mean sea level and above home.
	Lat, Lon             float64
	AltAMSL, AltRelative float64
	// VelNorth, VelEast and VelUp are in metres a second.
	VelNorth, VelEast, VelUp float64
	// RollDeg, PitchDeg and YawDeg are the vehicle's attitude, yaw from true north in [0, 360).
	RollDeg, PitchDeg, YawDeg float64
	// GimbalRollDeg, GimbalPitchDeg and GimbalYawDeg are the attitude of the camera's optical axis against the horizon and
	// true north: pitch -90 looks straight down. They count only when GimbalValid is set.
	GimbalRollDeg, GimbalPitchDeg, GimbalYawDeg float64
	GimbalValid                                 bool
	// Age is the distance in time to the nearest sample of position or attitude, whichever is further.
	Age time.Duration
}

type placeSample struct {
	lat, lon, altAMSL, altRelative float64
	north, east, up                float64
}

type turnSample struct {
	q     quaternion
	rates [3]float64 // about the body's axes, radians a second
}

type gimbalSample struct {
	q     quaternion
	rates [3]float64
	// earth tells that q counts from true north; else from the vehicle's yaw, with the horizon level.
	earth bool
}

// poseHistory keeps what a vehicle told about its motion, on its own clock.
type poseHistory struct {
	places  series[placeSample]
	turns   series[turnSample]
	gimbals map[uint8]*series[gimbalSample] // by gimbal device
}

// gimbal is the history of one gimbal.
func (h *poseHistory) gimbal(device uint8) *series[gimbalSample] {
	s, ok := h.gimbals[device]
	if !ok {
		if h.gimbals == nil {
			h.gimbals = make(map[uint8]*series[gimbalSample])
		}
		s = &series[gimbalSample]{}
		h.gimbals[device] = s
	}
	return s
}

// at gives the pose at a time since boot, with the camera on one of the gimbals.
func (h *poseHistory) at(boot int64, gimbal uint8) (Pose, error) {
	if len(h.places.times) == 0 || len(h.turns.times) == 0 {
		return Pose{}, ErrNoPose
	}
	place, ok := h.places.near(boot)
	if !ok {
		return Pose{}, ErrPoseTooOld
	}
	turn, ok := h.turns.near(boot)
	if !ok {
		return Pose{}, ErrPoseTooOld
	}
	p := placeAt(place)
	q := turnAt(turn)
	p.RollDeg, p.PitchDeg, p.YawDeg = q.eulerDeg()
	p.Age = max(place.age, turn.age)
	if g, ok := h.gimbalAt(boot, q, gimbal); ok {
		p.GimbalRollDeg, p.GimbalPitchDeg, p.GimbalYawDeg = g.eulerDeg()
		p.GimbalValid = true
	}
	return p, nil
}

func placeAt(n between[placeSample]) Pose {
	mix := func(a, b float64) float64 { return a + (b-a)*n.share }
	a, b := n.a, n.b
	p := Pose{
		Lat: mix(a.lat, b.lat), Lon: a.lon + geo.DiffDeg(a.lon, b.lon)*n.share,
		AltAMSL: mix(a.altAMSL, b.altAMSL), AltRelative: mix(a.altRelative, b.altRelative),
		VelNorth: mix(a.north, b.north), VelEast: mix(a.east, b.east), VelUp: mix(a.up, b.up),
	}
	if s := n.ahead.Seconds(); s != 0 {
		moved := geo.Offset(geo.LatLon{Lat: p.Lat, Lon: p.Lon}, math.Atan2(p.VelEast, p.VelNorth)*radToDeg, math.Hypot(p.VelNorth, p.VelEast)*s)
		p.Lat, p.Lon = moved.Lat, moved.Lon
		p.AltAMSL += p.VelUp * s
		p.AltRelative += p.VelUp * s
	}
	return p
}

func turnAt(n between[turnSample]) quaternion {
	return slerp(n.a.q, n.b.q, n.share).rotated(n.a.rates, n.ahead.Seconds())
}

// gimbalAt gives the optical axis from true north. vehicle is the vehicle's attitude at the same time.
func (h *poseHistory) gimbalAt(boot int64, vehicle quaternion, gimbal uint8) (quaternion, bool) {
	history, ok := h.gimbals[gimbal]
	if !ok {
		return level, false
	}
	n, ok := history.near(boot)
	if !ok {
		return level, false
	}
	if !n.a.earth && !n.b.earth {
		// A gimbal that follows the vehicle: interpolated in the vehicle's frame, so that a turn between two samples
		// of the gimbal is not lost.
		q := slerp(n.a.q, n.b.q, n.share).rotated(n.a.rates, n.ahead.Seconds())
		return fromEuler(0, 0, vehicle.yaw()).then(q), true
	}
	a, okA := h.earthFrame(n.timeA, n.a)
	b, okB := h.earthFrame(n.timeB, n.b)
	if !okA || !okB {
		return level, false
	}
	return slerp(a, b, n.share).rotated(n.a.rates, n.ahead.Seconds()), true
}

func (h *poseHistory) earthFrame(at int64, s gimbalSample) (quaternion, bool) {
	if s.earth {
		return s.q, true
	}
	turn, ok := h.turns.near(at)
	if !ok {
		return level, false
	}
	return fromEuler(0, 0, turnAt(turn).yaw()).then(s.q), true
}

package fusion

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// ErrSensor is wrapped by the errors of AddSensor.
var ErrSensor = errors.New("sensor cannot be used")

// sensor is a Sensor in the local plane, with its defaults. It is immutable; a changed sensor is a new value, so that what is
// already in the log keeps the one it was measured with.
type sensor struct {
	Sensor
	index   int32
	pos     vec2
	a, b    vec2
	clock   float64 // s
	holdoff float64 // s
	fa      float64 // false alarms per second
}

func newSensor(s Sensor, index int32, pl *plane) (*sensor, error) {
	if s.ID == "" {
		return nil, fmt.Errorf("%w: it has no id", ErrSensor)
	}
	out := &sensor{Sensor: s, index: index}
	const largest = 1e5 // far above any range in metres, rate or angle that is meant
	bad := func(v float64) bool { return !(v >= 0 && v <= largest) }
	if slices.ContainsFunc(append([]float64{
		s.Pd, s.ClutterPerScan, s.FAPerHour, s.FovDeg, s.Bias.PosSigmaM, s.Bias.YawSigmaDeg, s.Bias.PitchSigmaDeg,
		s.Bias.ClockSigma.Seconds(),
	}, s.RangeM[:]...), bad) {
		return nil, fmt.Errorf("%w: %s has a number that is negative, too large or not finite", ErrSensor, s.ID)
	}
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	switch s.Kind {
	case Camera:
		def(&out.Pd, 0.85)
		def(&out.ClutterPerScan, 1)
		if out.Bias.PosTau <= 0 {
			out.Bias.PosTau = 180 * time.Second
		}
	case Seismic:
		def(&out.Pd, 0.9)
		for c, d := range [numClasses]float64{40, 180, 25} {
			def(&out.RangeM[c], d)
		}
		out.holdoff = 2
	case PIR:
		def(&out.Pd, 0.9)
		def(&out.RangeM[0], 25)
		def(&out.FovDeg, 90)
		out.holdoff = 4
	case Bearing:
		def(&out.Pd, 0.9)
		def(&out.RangeM[0], 2000)
		out.holdoff = 1
	case System:
		def(&out.Pd, 0.9)
	case Beam:
		def(&out.Pd, 0.95)
		out.holdoff = 1
		if !s.A.Valid() || !s.B.Valid() {
			return nil, fmt.Errorf("%w: %s has an end that is not on Earth", ErrSensor, s.ID)
		}
		out.a, out.b = pl.to(s.A), pl.to(s.B)
		out.pos = vec2{(out.a[0] + out.b[0]) / 2, (out.a[1] + out.b[1]) / 2}
		if math.Hypot(out.b[0]-out.a[0], out.b[1]-out.a[1]) < 0.1 {
			return nil, fmt.Errorf("%w: the ends of %s are the same", ErrSensor, s.ID)
		}
	default:
		return nil, fmt.Errorf("%w: %s is of unknown kind %d", ErrSensor, s.ID, s.Kind)
	}
	if s.Kind == Seismic || s.Kind == PIR || s.Kind == Bearing {
		if !s.Position.Valid() || math.IsNaN(s.AzDeg) || math.IsInf(s.AzDeg, 0) {
			return nil, fmt.Errorf("%w: %s has no place on Earth", ErrSensor, s.ID)
		}
		out.pos = pl.to(s.Position)
	}
	out.Pd = min(out.Pd, 0.98)
	if s.Holdoff > 0 {
		out.holdoff = s.Holdoff.Seconds()
	}
	def(&out.FAPerHour, 4)
	out.fa = out.FAPerHour / 3600
	out.clock = max(0, s.ClockSigma.Seconds())
	return out, nil
}

// reach is how far from its place a ground sensor notices something, at most.
func (s *sensor) reach() float64 {
	if s.Kind == Beam {
		_, length := s.along()
		return length / 2
	}
	return slices.Max(s.RangeM[:])
}

// faceOf is the direction of a PIR's middle as a vector.
func (s *sensor) face() vec2 {
	sn, cs := math.Sincos(s.AzDeg * math.Pi / 180)
	return vec2{sn, cs}
}

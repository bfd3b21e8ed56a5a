package alert

import (
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
)

// The kinds, details and classes that Trip and Track use.
const (
	kindSeismic = "seismic"
	kindPIR     = "pir"
	kindBeam    = "beam"
	kindVideo   = "video"

	detailWalk    = "WALK"
	detailVehicle = "VEHICLE"
	detailAnimal  = "ANIMAL"
	detailUnknown = "UNKNOWN"
	detailL2R     = "L2R"
	detailR2L     = "R2L"

	classPerson  = "person"
	classVehicle = "vehicle"
	classAnimal  = "animal"

	statusConfirmed = "confirmed"
	statusCoasting  = "coasting"
)

func (t Trip) place() geo.LatLon  { return geo.LatLon{Lat: t.Lat, Lon: t.Lon} }
func (t Track) place() geo.LatLon { return geo.LatLon{Lat: t.Lat, Lon: t.Lon} }

// onFoot tells whether the sensor heard steps.
func (t Trip) onFoot() bool { return t.Detail == detailWalk || t.Detail == detailAnimal }

// plausible tells whether one walker or driver can have caused both trips.
func (c *Config) plausible(a, b Trip) bool {
	dt := b.At.Sub(a.At).Abs()
	if dt > c.PairWindow {
		return false
	}
	speed, reach := c.WalkSpeed, c.PairReachM
	switch {
	case a.Detail == detailVehicle && b.onFoot() || b.Detail == detailVehicle && a.onFoot():
		return false
	case a.Detail == detailVehicle || b.Detail == detailVehicle:
		speed, reach = c.DriveSpeed, c.DriveReachM
	}
	driving := speed == c.DriveSpeed
	d := geo.Distance(a.place(), b.place())
	least := d - c.reachM(a, driving) - c.reachM(b, driving)
	return d <= reach && least <= speed*dt.Seconds()
}

// reachM is how far from a trip's place what caused it may have been: a vehicle shakes the ground farther than a walker.
func (c *Config) reachM(t Trip, driving bool) float64 {
	reach := c.rangeM(t) + t.HalfM
	if t.Kind == kindSeismic && driving {
		reach *= heavy
	}
	return reach
}

// DrivingM is how far from the middle of what sensed it somebody may have been who drives; RangeM is that of a walker.
func (t Trip) DrivingM() float64 {
	if t.Kind == kindSeismic {
		return heavy * t.RangeM
	}
	return t.RangeM
}

// human tells whether a track is more likely a person or vehicle than not, and no animal.
func (t Track) human() bool {
	return t.Class[classPerson]+t.Class[classVehicle] >= 0.5 && t.Class[classAnimal] < 0.5
}

// live tells whether fusion believes in a track now.
func (t Track) live() bool { return t.Status == statusConfirmed || t.Status == statusCoasting }

// at gives where the track was at an instant in the last minute, by its present velocity.
func (t Track) at(when, now time.Time) geo.LatLon {
	back := min(time.Minute, max(0, now.Sub(when))).Seconds()
	return moved(t.place(), -t.VE*back, -t.VN*back)
}

// sigmaM is the standard deviation of a track's place along its worst direction.
func (t Track) sigmaM() float64 {
	mean, half := (t.CovEE+t.CovNN)/2, math.Hypot((t.CovEE-t.CovNN)/2, t.CovEN)
	return math.Sqrt(max(0, mean+half))
}

// lastSeen is when something last sensed the track.
func (t Track) lastSeen(now time.Time) time.Time {
	if len(t.Sources) == 0 {
		return now
	}
	var last time.Time
	for _, s := range t.Sources {
		if s.LastSeen.After(last) {
			last = s.LastSeen
		}
	}
	return last
}

// restsOnMoreThan tells whether a track has evidence besides one sensor's: a trip cannot confirm itself.
func (t Track) restsOnMoreThan(sensor string) bool {
	return len(t.Sources) == 0 || slices.ContainsFunc(t.Sources, func(s Source) bool { return s.ID != sensor })
}

// notDriven and driven are the probabilities of a vehicle below and above which a track is none, and is one.
const notDriven, driven = 0.2, 0.6

// fits tells whether a track can be what a sensor is sure of.
func (t Track) fits(trip Trip) bool {
	switch {
	case !trip.surelyNamed():
		return true
	case trip.Detail == detailVehicle:
		return t.Class[classVehicle] >= notDriven
	default:
		return t.Class[classVehicle] <= driven
	}
}

// seen tells whether anything but ground sensors knows of the track.
func (t Track) seen() bool {
	return len(t.Sources) == 0 || slices.ContainsFunc(t.Sources, func(s Source) bool {
		return s.Kind != kindSeismic && s.Kind != kindPIR && s.Kind != kindBeam
	})
}

// looked tells whether a camera saw the track for a while.
func (t Track) looked() bool {
	return slices.ContainsFunc(t.Sources, func(s Source) bool { return s.Kind == kindVideo && s.Count >= lookedFrames })
}

// moved is the position east and north metres away.
func moved(p geo.LatLon, east, north float64) geo.LatLon {
	d := math.Hypot(east, north)
	if d == 0 {
		return p
	}
	return geo.Offset(p, math.Atan2(east, north)*180/math.Pi, d)
}

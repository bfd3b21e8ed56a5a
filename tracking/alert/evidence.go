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

// weight is what a trip is worth as evidence of a person or vehicle: the confidence of the sensor, less where it could
// not tell what it sensed, and little where it told of an animal.
func (t Trip) weight() float64 {
	factor := 0.8 // an infrared detector or beam: something warm, or something solid
	switch t.Detail {
	case detailWalk, detailVehicle, detailL2R, detailR2L:
		factor = 1
	case detailUnknown:
		factor = 0.6
	case detailAnimal:
		factor = 0.2
	}
	return factor * min(1, max(0, t.Confidence))
}

// votes says what something probably is.
type votes struct{ person, vehicle, animal float64 }

func (v *votes) addTrip(t Trip) {
	c := min(1, max(0, t.Confidence))
	switch t.Detail {
	case detailWalk:
		v.person += c
	case detailVehicle:
		v.vehicle += c
	case detailAnimal:
		v.animal += c
	}
}

// trackVotes is how many sensors a track's class is worth: a camera sees what a geophone guesses.
const trackVotes = 3

func (v *votes) addTrack(t Track) {
	v.person += trackVotes * t.Class[classPerson]
	v.vehicle += trackVotes * t.Class[classVehicle]
	v.animal += trackVotes * t.Class[classAnimal]
}

// animalShare is the part of the votes for an animal.
func (v votes) animalShare() float64 {
	all := v.person + v.vehicle + v.animal
	if all == 0 {
		return 0
	}
	return v.animal / all
}

// combine gives the confidence that at least one of independent pieces of evidence is right, less what speaks for an animal.
func combine(weights []float64, v votes) float64 {
	none := 1.0
	for _, w := range weights {
		none *= 1 - min(0.99, max(0, w))
	}
	return (1 - none) * (1 - animalDiscount*v.animalShare())
}

// animalDiscount is how much of the confidence is taken away when every vote is for an animal.
const animalDiscount = 0.6

// strength reckons the confidence of some trips: each sensor counts once, with its best.
func strength(trips []Trip) (confidence float64, sensors int, v votes) {
	best := map[string]Trip{}
	for _, t := range trips {
		if old, ok := best[t.Sensor]; !ok || t.weight() > old.weight() {
			best[t.Sensor] = t
		}
	}
	weights := make([]float64, 0, len(best))
	for _, t := range best {
		weights = append(weights, t.weight())
		v.addTrip(t)
	}
	slices.Sort(weights) // the product of floats depends on its order
	return combine(weights, v), len(best), v
}

// plausible tells whether one walker or driver can have caused both trips.
func (c *Config) plausible(a, b Trip) bool {
	dt := b.At.Sub(a.At).Abs()
	if dt > c.PairWindow {
		return false
	}
	speed, reach := c.WalkSpeed, c.PairReachM
	if a.Detail == detailVehicle || b.Detail == detailVehicle {
		speed, reach = c.DriveSpeed, c.DriveSpeed*c.PairWindow.Seconds()
	}
	d := geo.Distance(a.place(), b.place())
	least := d - c.rangeM(a) - c.rangeM(b)
	return d <= reach && least <= speed*dt.Seconds()
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

// moved is the position east and north metres away.
func moved(p geo.LatLon, east, north float64) geo.LatLon {
	d := math.Hypot(east, north)
	if d == 0 {
		return p
	}
	return geo.Offset(p, math.Atan2(east, north)*180/math.Pi, d)
}

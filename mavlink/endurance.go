package mavlink

import (
	"math"
	"time"

	"vedette/internal/geo"
)

const (
	// reservePercent of a battery is not for flying: cells sag and estimates err there.
	reservePercent = 10
	// drawTime smooths the current; a gust must not change the answer, a climb should.
	drawTime = 30 * time.Second
	// slopeTime is the window over which percents are compared where no current is measured, leastDrop the fall that counts:
	// percents are whole numbers.
	slopeTime = 5 * time.Minute
	leastDrop = 2
	// cruiseTime smooths the speed at which a vehicle flies, by which it is expected to return, and the wind: gusts and turns
	// must not change the answer.
	cruiseTime = time.Minute
	// placeAge is how old a position may be to reckon with.
	placeAge = 15 * time.Second
	// leastAdvance is the speed over ground below which a way home does not count as one, in metres a second.
	leastAdvance = 1
)

// drain follows one battery.
type drain struct {
	battery Battery
	// amperes is the smoothed current, 0 while none was measured.
	amperes float64
	slope   []charged
}

type charged struct {
	at      time.Time
	percent float64
}

// enduranceState follows the batteries that a vehicle flies on, and how fast it flies.
type enduranceState struct {
	drains map[int]*drain
	// cruise is the smoothed speed, over ground for what keeps that and else through the air; 0 while it has not flown.
	cruise    float64
	cruisedAt time.Time
	// air is where the air moves, smoothed; nil while the vehicle tells no wind.
	air   *airflow
	airAt time.Time
}

// airflow is the motion of the air in metres a second, towards north and east.
type airflow struct{ north, east float64 }

// draw notes the state of a battery of a vehicle that flies.
func (e *enduranceState) draw(b Battery, at time.Time) {
	if b.Function == "avionics" || b.Function == "payload" {
		return
	}
	if e.drains == nil {
		e.drains = make(map[int]*drain)
	}
	d, ok := e.drains[b.ID]
	if !ok {
		d = &drain{}
		e.drains[b.ID] = d
	}
	if b.Current != nil {
		share := 1.0
		if !d.battery.Time.IsZero() && d.amperes > 0 {
			share = 1 - math.Exp(-at.Sub(d.battery.Time).Seconds()/drawTime.Seconds())
		}
		d.amperes += (*b.Current - d.amperes) * share
	}
	d.battery = b
	if b.Percent == nil {
		return
	}
	n := len(d.slope)
	switch {
	case n > 0 && *b.Percent > d.slope[n-1].percent:
		d.slope = []charged{{at, *b.Percent}} // another battery
	case n == 0 || *b.Percent < d.slope[n-1].percent:
		d.slope = append(d.slope, charged{at, *b.Percent})
	}
	for len(d.slope) > 0 && at.Sub(d.slope[0].at) > slopeTime {
		d.slope = d.slope[1:]
	}
}

// fly notes the speed over ground and the wind of a vehicle that flies.
func (e *enduranceState) fly(airframe string, v *Velocity, wind *Wind, at time.Time) {
	e.blow(wind, at)
	if math.Hypot(v.North, v.East) < 3 {
		return // hovering says nothing about cruising
	}
	north, east := v.North, v.East
	if e.air != nil && !habits(airframe).keepsGroundSpeed {
		north, east = north-e.air.north, east-e.air.east
	}
	share := 1.0
	if e.cruise > 0 {
		share = 1 - math.Exp(-at.Sub(e.cruisedAt).Seconds()/cruiseTime.Seconds())
	}
	e.cruise += (math.Hypot(north, east) - e.cruise) * share
	e.cruisedAt = at
}

func (e *enduranceState) blow(wind *Wind, at time.Time) {
	if wind == nil {
		e.air = nil
		return
	}
	s, c := math.Sincos(wind.FromDeg * degToRad)
	now := airflow{-wind.Speed * c, -wind.Speed * s}
	if e.air == nil {
		e.air, e.airAt = &now, at
		return
	}
	share := 1 - math.Exp(-at.Sub(e.airAt).Seconds()/cruiseTime.Seconds())
	e.air.north += (now.north - e.air.north) * share
	e.air.east += (now.east - e.air.east) * share
	e.airAt = at
}

// left is the time until the reserve, and by what it is known.
func (d *drain) left() (time.Duration, string, bool) {
	b := d.battery
	if b.Percent == nil {
		return 0, "", false
	}
	usable := max(0, *b.Percent-reservePercent)
	seconds := func(s float64) time.Duration { return time.Duration(min(s, 1e6) * float64(time.Second)) }
	if b.TimeLeft != nil && *b.Percent > 0 {
		return seconds(b.TimeLeft.Seconds() * usable / *b.Percent), "vehicle", true
	}
	// Capacity by what has gone so far: exact enough once a twentieth has.
	if b.ConsumedAh != nil && *b.Percent <= 95 && d.amperes > 0.1 && *b.ConsumedAh > 0 {
		capacity := *b.ConsumedAh / (1 - *b.Percent/100)
		return seconds(capacity * usable / 100 / d.amperes * 3600), "current", true
	}
	if n := len(d.slope); n >= 2 {
		drop, span := d.slope[0].percent-d.slope[n-1].percent, d.slope[n-1].at.Sub(d.slope[0].at).Seconds()
		if drop >= leastDrop && span > 0 {
			return seconds(usable / drop * span), "percent", true
		}
	}
	return 0, "", false
}

// view gives the estimate for a vehicle that flies: by the battery that is empty first.
func (e *enduranceState) view(v *Vehicle, now time.Time) *Endurance {
	if !v.Armed || v.Landed == "onGround" {
		return nil
	}
	var out *Endurance
	for _, d := range e.drains {
		if now.Sub(d.battery.Time) > batteryAge {
			continue
		}
		if left, basis, ok := d.left(); ok && (out == nil || left < out.ToReserve) {
			out = &Endurance{ToReserve: left, ReservePercent: reservePercent, Basis: basis, Time: d.battery.Time}
		}
	}
	if out == nil || v.Home == nil || v.Position == nil || now.Sub(v.Position.Time) > placeAge {
		return out
	}
	from, to := geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, geo.LatLon{Lat: v.Home.Lat, Lon: v.Home.Lon}
	distance := geo.Distance(from, to)
	out.DistanceM = &distance
	if home, ok := e.wayHome(v, distance, geo.BearingDeg(from, to)); ok {
		spare := out.ToReserve - home
		out.ToHome, out.Spare = &home, &spare
	}
	return out
}

// wayHome is the time for the straight way at cruising speed in the wind, and for the landing.
func (e *enduranceState) wayHome(v *Vehicle, distance, bearingDeg float64) (time.Duration, bool) {
	habit := habits(v.Type)
	speed := habit.cruise
	if e.cruise > 0 {
		speed = min(max(e.cruise, habit.cruise/2), habit.cruise*2)
	}
	if e.air != nil {
		s, c := math.Sincos(bearingDeg * degToRad)
		along, across := e.air.north*c+e.air.east*s, e.air.east*c-e.air.north*s
		through := speed // the air
		if habit.keepsGroundSpeed {
			through = max(habit.mostAirspeed, speed)
		}
		if math.Abs(across) >= through {
			return 0, false
		}
		made := math.Sqrt(through*through-across*across) + along
		if habit.keepsGroundSpeed {
			made = min(made, speed)
		}
		speed = made
	}
	if speed < leastAdvance {
		return 0, false
	}
	seconds := distance/speed + habit.landing
	if habit.descent > 0 {
		seconds += max(0, v.Position.AltRelative) / habit.descent
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// habit is how a kind of vehicle moves when nothing better is known: metres a second, and seconds for the landing.
// A multirotor is flown at a speed over ground and leans into the wind as far as it can, which is mostAirspeed; a wing keeps its speed through the air.
type habit struct {
	cruise, descent, landing float64
	keepsGroundSpeed         bool
	mostAirspeed             float64
}

func habits(airframe string) habit {
	switch airframe {
	case "fixedWing", "vtol", "flappingWing":
		return habit{cruise: 16, landing: 60}
	case "balloon", "airship", "parafoil":
		return habit{cruise: 2}
	case "groundRover", "surfaceBoat", "quadruped", "submarine":
		return habit{cruise: 2, keepsGroundSpeed: true, mostAirspeed: math.Inf(1)}
	default:
		return habit{cruise: 8, descent: 1.5, keepsGroundSpeed: true, mostAirspeed: 15}
	}
}

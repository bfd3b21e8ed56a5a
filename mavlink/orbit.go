package mavlink

import (
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

const (
	orbitSpeed = 5.0 // m/s, where none is asked for
	// setpointEvery is how often the vehicle is told: ArduCopter stops three seconds after the last one.
	setpointEvery = 200 * time.Millisecond
	// orbitLead is how far ahead of the vehicle its place on the circle may be, in seconds of flight.
	orbitLead = 1.5
)

// positionAndVelocity is a type mask: no acceleration, no turn rate.
const positionAndVelocity = common.POSITION_TARGET_TYPEMASK_AX_IGNORE | common.POSITION_TARGET_TYPEMASK_AY_IGNORE |
	common.POSITION_TARGET_TYPEMASK_AZ_IGNORE | common.POSITION_TARGET_TYPEMASK_YAW_RATE_IGNORE

// entry is where a vehicle comes to the circle: the nearest point of it.
func (c Orbit) entry(v Vehicle) (geo.LatLon, error) {
	if v.Position == nil {
		return geo.LatLon{}, fmt.Errorf("%w: vehicle %d has not told its position", ErrInvalid, v.ID)
	}
	return geo.Offset(c.middle(), c.bearingOf(v), c.RadiusM), nil
}

func (c Orbit) middle() geo.LatLon { return geo.LatLon{Lat: c.Lat, Lon: c.Lon} }

// bearingOf is where the vehicle stands as seen from the middle.
func (c Orbit) bearingOf(v Vehicle) float64 {
	return geo.BearingDeg(c.middle(), geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon})
}

// orbiting leads an ArduCopter around a place by places and speeds (SET_POSITION_TARGET_GLOBAL_INT, 86). The place on the
// circle goes with the clock, but waits for a vehicle that cannot keep up.
type orbiting struct {
	course
	Orbit

	circling bool
	bearing  float64
	last     time.Time
	sent     time.Time
}

func newOrbiting(c Orbit, mode string) *orbiting {
	if c.SpeedMS == 0 {
		c.SpeedMS = orbitSpeed
	}
	return &orbiting{course: course{mode: mode}, Orbit: c}
}

func (*orbiting) kind() string { return "orbit" }

func (o *orbiting) step(now time.Time, v Vehicle) leadStep {
	ready, end := o.check(now, v)
	if !ready {
		o.last = now
		return end
	}
	if !o.circling {
		if !o.arrived(v) {
			return leadStep{}
		}
		o.circling, o.bearing, o.last = true, o.bearingOf(v), now
	}
	o.advance(now, v)
	if now.Sub(o.sent) < setpointEvery {
		return leadStep{}
	}
	o.sent = now
	return leadStep{send: []message.Message{o.target()}}
}

// arrived tells that the vehicle is near enough to the circle and its height to be led around it.
func (o *orbiting) arrived(v Vehicle) bool {
	near := max(3, o.SpeedMS)
	off := math.Abs(geo.Distance(o.middle(), geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}) - o.RadiusM)
	return off <= near && math.Abs(v.Position.AltAMSL-o.AltAMSL) <= near
}

func (o *orbiting) advance(now time.Time, v Vehicle) {
	turnRate := o.SpeedMS / o.RadiusM * radToDeg // degrees a second
	passed := min(now.Sub(o.last).Seconds(), 1)
	o.last = now
	side := 1.0
	if o.Left {
		side = -1
	}
	o.bearing = math.Mod(o.bearing+side*turnRate*passed+360, 360)
	ahead := side * math.Remainder(o.bearing-o.bearingOf(v), 360)
	if most := min(orbitLead*turnRate, 90); ahead > most || ahead < -most {
		o.bearing = math.Mod(o.bearingOf(v)+side*most+360, 360)
	}
}

func (o *orbiting) target() *common.MessageSetPositionTargetGlobalInt {
	at := geo.Offset(o.middle(), o.bearing, o.RadiusM)
	along := o.bearing + 90
	if o.Left {
		along = o.bearing - 90
	}
	sin, cos := math.Sincos(along / radToDeg)
	return &common.MessageSetPositionTargetGlobalInt{
		CoordinateFrame: common.MAV_FRAME_GLOBAL_INT, TypeMask: positionAndVelocity,
		LatInt: int32(math.Round(at.Lat * perDegree)), LonInt: int32(math.Round(at.Lon * perDegree)), Alt: float32(o.AltAMSL),
		Vx: float32(o.SpeedMS * cos), Vy: float32(o.SpeedMS * sin), Yaw: float32(radiansOf(o.bearing + 180)),
	}
}

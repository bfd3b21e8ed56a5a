package station

import (
	"fmt"
	"strings"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// told is a command for a vehicle, and in words what it will do.
type told struct {
	command mavlink.Command
	what    string
}

// translate turns an API command into one for the vehicle as it is now.
func (v *vehicles) translate(known mavlink.Vehicle, c api.Command) (told, error) {
	switch c.Command {
	case "arm":
		return told{mavlink.Arm{}, "arms the motors"}, nil
	case "disarm":
		return disarm(known, c)
	case "takeoff":
		if c.AltitudeAGL == nil {
			return told{}, api.BadRequest("takeoff needs altitudeAGL in metres")
		}
		return v.takeoff(known, *c.AltitudeAGL)
	case "goto":
		return v.goTo(known, c)
	case "orbit":
		return v.orbit(known, c)
	case "land":
		return v.land(known, c)
	case "return":
		return told{mavlink.Return{}, "returns to its home"}, nil
	case "hold":
		return told{mavlink.Hold{}, "stops and stays"}, nil
	case "pause":
		return told{mavlink.Pause{}, "interrupts what it flies"}, nil
	case "continue":
		return told{mavlink.Continue{}, "goes on with its mission"}, nil
	case "mode":
		return told{mavlink.SetMode{Name: c.Mode}, "changes to the mode " + strings.ToUpper(c.Mode)}, nil
	case "startMission":
		return told{mavlink.StartMission{}, "flies its stored mission"}, nil
	case "changeAltitude":
		return v.changeAltitude(known, c)
	case "setHome":
		return v.setHome(c)
	default:
		return simple(known, c)
	}
}

// simple translates what needs neither terrain nor zones. Package ui has checked that the members are there.
func simple(known mavlink.Vehicle, c api.Command) (told, error) {
	switch c.Command {
	case "changeSpeed":
		s := valueOr(c.Speed, 0)
		return told{mavlink.ChangeSpeed{SpeedMS: s}, fmt.Sprintf("flies at %g m/s", s)}, nil
	case "heading":
		h := mavlink.Heading{Deg: valueOr(c.HeadingDeg, 0), RateDegS: valueOr(c.RateDegS, 0)}
		return told{h, fmt.Sprintf("turns its nose to %g°", h.Deg)}, nil
	case "setMissionItem":
		if c.Item == nil {
			return told{}, api.BadRequest("setMissionItem needs item")
		}
		return told{mavlink.SetMissionItem{Item: *c.Item}, fmt.Sprintf("goes on with item %d of its mission", *c.Item)}, nil
	case "calibrate":
		return told{mavlink.Calibrate{Sensor: c.Sensor}, "calibrates " + c.Sensor + ": keep the vehicle still"}, nil
	case "setMessageInterval":
		m := mavlink.MessageInterval{Message: intOr(c.Message, -1), RateHz: valueOr(c.RateHz, 0)}
		return told{m, fmt.Sprintf("sends message %d at %g Hz on this link, until it starts anew or another asks otherwise", m.Message, m.RateHz)}, nil
	case "requestMessage":
		m := mavlink.RequestMessage{Message: intOr(c.Message, -1)}
		return told{m, fmt.Sprintf("sends message %d once", m.Message)}, nil
	case "preflightCheck":
		return told{mavlink.PreflightCheck{}, "checks whether it could be armed; what it finds are messages"}, nil
	case "follow":
		f := mavlink.Follow{RateHz: valueOr(c.RateHz, 0), MoveHome: c.MoveHome != nil && *c.MoveHome}
		return told{f, "follows the post at the distance and height that are set up in it, until something else is commanded"}, nil
	case "cancel":
		return told{mavlink.Cancel{}, "gives up the command that it is at"}, nil
	case "highLatency":
		if on := c.On != nil && *c.On; on {
			return told{mavlink.HighLatency{On: true}, "sends sparse reports alone over this link, a few seconds apart, until told otherwise"}, nil
		}
		return told{mavlink.HighLatency{}, "sends all of its telemetry again"}, nil
	case "reboot":
		if err := confirmed(known, c, "REBOOT", "its autopilot starts anew and is silent meanwhile"); err != nil {
			return told{}, err
		}
		return told{mavlink.Reboot{}, "starts its autopilot anew"}, nil
	case "terminate":
		if err := confirmed(known, c, "TERMINATE", "the motors stop at once and it falls"); err != nil {
			return told{}, err
		}
		return told{mavlink.Terminate{}, "ends its flight at once"}, nil
	default:
		return told{}, api.BadRequest("there is no command %q", c.Command)
	}
}

// confirmed demands that a person has typed what is to happen to which vehicle.
func confirmed(known mavlink.Vehicle, c api.Command, word, consequence string) error {
	typed := fmt.Sprintf("%s %d", word, known.ID)
	if c.Confirm != typed {
		return api.BadRequest("%s of vehicle %d: %s; to do it all the same give \"confirm\":%q", c.Command, known.ID, consequence, typed)
	}
	return nil
}

// disarm stops motors on the ground; in the air only by a typed confirmation.
func disarm(known mavlink.Vehicle, c api.Command) (told, error) {
	const clearlyUp = 2 // m above home
	flies := known.Armed && known.Landed != "onGround" &&
		(known.Landed != "" || known.Position != nil && known.Position.AltRelative > clearlyUp)
	if !flies {
		return told{mavlink.Disarm{}, "disarms the motors"}, nil
	}
	if err := confirmed(known, c, "DISARM", "it is in the air, its motors stop and it falls"); err != nil {
		return told{}, err
	}
	return told{mavlink.Disarm{Force: true}, "stops its motors in the air"}, nil
}

// takeoff turns a height above the ground below the vehicle into one above its home, which is what autopilots take.
func (v *vehicles) takeoff(known mavlink.Vehicle, height geo.AGL) (told, error) {
	relative := float64(height)
	if known.Position != nil && known.Home != nil {
		if below, ok := v.ground.elevation(geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}); ok {
			// The autopilot's own idea of where it stands outweighs the terrain model's, which is off by metres.
			if known.Landed != "onGround" {
				relative += float64(below) - known.Home.AltAMSL
			}
		}
	}
	if relative < 1 {
		return told{}, api.BadRequest("a takeoff to %.1f m above home leads nowhere", relative)
	}
	return told{mavlink.Takeoff{AltRelativeM: relative}, fmt.Sprintf("takes off to %.0f m above its home", relative)}, nil
}

// goTo flies the straight way to a place.
func (v *vehicles) goTo(known mavlink.Vehicle, c api.Command) (told, error) {
	to, err := placeOf(c)
	if err != nil {
		return told{}, err
	}
	height, err := v.wayTo(known, to, c.AltitudeAGL, c.AltitudeAMSL)
	if err != nil {
		return told{}, err
	}
	return told{
		mavlink.Goto{
			Lat: to.Lat, Lon: to.Lon, AltAMSL: float64(height), SpeedMS: valueOr(c.Speed, 0), HeadingDeg: c.HeadingDeg,
			RadiusM: valueOr(c.RadiusM, 0), Left: c.Clockwise != nil && !*c.Clockwise,
		},
		fmt.Sprintf("flies to %.6f, %.6f at %.0f m AMSL", to.Lat, to.Lon, float64(height)),
	}, nil
}

// orbit circles a place, whose whole circle must be free.
func (v *vehicles) orbit(known mavlink.Vehicle, c api.Command) (told, error) {
	middle, err := placeOf(c)
	if err != nil {
		return told{}, err
	}
	o := mavlink.Orbit{
		Lat: middle.Lat, Lon: middle.Lon, RadiusM: valueOr(c.RadiusM, 0), Left: c.Clockwise != nil && !*c.Clockwise, SpeedMS: valueOr(c.Speed, 0),
	}
	if known.Position == nil {
		return told{}, api.Unavailable("the position of vehicle %d is not known yet", known.ID)
	}
	from := geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}
	entry := geo.Offset(middle, geo.BearingDeg(middle, from), o.RadiusM)
	if c.AltitudeAGL != nil {
		below, ok := v.ground.elevation(middle)
		if !ok {
			return told{}, errGroundUnknown
		}
		c.AltitudeAGL, c.AltitudeAMSL = nil, new(below+geo.AMSL(*c.AltitudeAGL))
	}
	height, err := v.wayTo(known, entry, nil, c.AltitudeAMSL)
	if err != nil {
		return told{}, err
	}
	const sides = 24
	last := entry
	for i := 1; i <= sides; i++ {
		next := geo.Offset(middle, geo.BearingDeg(middle, entry)+float64(i)*360/sides, o.RadiusM)
		if err := v.clear(known, last, next, height); err != nil {
			return told{}, err
		}
		last = next
	}
	o.AltAMSL = float64(height)
	side := "clockwise"
	if o.Left {
		side = "anticlockwise"
	}
	return told{o, fmt.Sprintf("circles %.6f, %.6f %s, %g m from it, at %.0f m AMSL", o.Lat, o.Lon, side, o.RadiusM, o.AltAMSL)}, nil
}

// land lands where the vehicle is, or at a place, to which it flies at its present height or the given one.
func (v *vehicles) land(known mavlink.Vehicle, c api.Command) (told, error) {
	if c.Lat == nil {
		return told{mavlink.Land{}, "lands where it is"}, nil
	}
	to, err := placeOf(c)
	if err != nil {
		return told{}, err
	}
	height, err := v.wayTo(known, to, c.AltitudeAGL, c.AltitudeAMSL)
	if err != nil {
		return told{}, err
	}
	return told{
		mavlink.LandAt{Lat: to.Lat, Lon: to.Lon, AltAMSL: float64(height)},
		fmt.Sprintf("flies to %.6f, %.6f at %.0f m AMSL and lands there", to.Lat, to.Lon, float64(height)),
	}, nil
}

func (v *vehicles) changeAltitude(known mavlink.Vehicle, c api.Command) (told, error) {
	if known.Position == nil {
		return told{}, api.Unavailable("the position of vehicle %d is not known yet", known.ID)
	}
	at := geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}
	height, err := v.heightAt(known, at, c.AltitudeAGL, c.AltitudeAMSL)
	if err != nil {
		return told{}, err
	}
	if below, ok := v.ground.elevation(at); ok && height < below+leastClearanceM {
		return told{}, api.BadRequest("the ground below is at %.0f m AMSL: %.0f m AMSL or higher can be asked for", float64(below), float64(below)+leastClearanceM)
	}
	return told{mavlink.ChangeAltitude{AltAMSL: float64(height)}, fmt.Sprintf("changes its height to %.0f m AMSL", float64(height))}, nil
}

func (v *vehicles) setHome(c api.Command) (told, error) {
	if c.Lat == nil {
		return told{mavlink.SetHome{Here: true}, "takes the place where it is as its home"}, nil
	}
	to, err := placeOf(c)
	if err != nil {
		return told{}, err
	}
	height := c.AltitudeAMSL
	if height == nil {
		below, ok := v.ground.elevation(to)
		if !ok {
			return told{}, errGroundUnknown
		}
		height = &below
	}
	if z, inside := v.forbidden(to, to); inside {
		return told{}, api.BadRequest("the place lies in the no-fly zone %s", z)
	}
	return told{
		mavlink.SetHome{Lat: to.Lat, Lon: to.Lon, AltAMSL: float64(*height)},
		fmt.Sprintf("takes %.6f, %.6f at %.0f m AMSL as its home", to.Lat, to.Lon, float64(*height)),
	}, nil
}

var errGroundUnknown = api.BadRequest("the height of the ground there is not known: give altitudeAMSL, or load terrain")

func placeOf(c api.Command) (geo.LatLon, error) {
	if c.Lat == nil || c.Lon == nil {
		return geo.LatLon{}, api.BadRequest("%s needs lat and lon", c.Command)
	}
	return geo.LatLon{Lat: *c.Lat, Lon: *c.Lon}, nil
}

// heightAt is the height above sea level that a command asks for; neither keeps the present one.
func (v *vehicles) heightAt(known mavlink.Vehicle, at geo.LatLon, agl *geo.AGL, amsl *geo.AMSL) (geo.AMSL, error) {
	switch {
	case amsl != nil:
		return *amsl, nil
	case agl != nil:
		below, ok := v.ground.elevation(at)
		if !ok {
			return 0, errGroundUnknown
		}
		return below + geo.AMSL(*agl), nil
	default:
		return geo.AMSL(known.Position.AltAMSL), nil
	}
}

// wayTo finds the height for a straight way to a place, and refuses one that leads too near the terrain or into a no-fly
// zone.
func (v *vehicles) wayTo(known mavlink.Vehicle, to geo.LatLon, agl *geo.AGL, amsl *geo.AMSL) (geo.AMSL, error) {
	if known.Position == nil {
		return 0, api.Unavailable("the position of vehicle %d is not known yet", known.ID)
	}
	height, err := v.heightAt(known, to, agl, amsl)
	if err != nil {
		return 0, err
	}
	return height, v.clear(known, geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}, to, height)
}

// clear refuses a straight way that is not free.
func (v *vehicles) clear(known mavlink.Vehicle, from, to geo.LatLon, height geo.AMSL) error {
	if name, blocked := v.forbidden(from, to); blocked {
		return api.BadRequest("the straight way of vehicle %d there leads into the no-fly zone %s: choose another place, or fly around it", known.ID, name)
	}
	if onTheGround(known.Type) {
		return nil
	}
	if top, ok := v.ground.highestBetween(from, to); ok && height < top+leastClearanceM {
		return api.BadRequest("the straight way there crosses ground of %.0f m AMSL: fly at %.0f m AMSL or higher",
			float64(top), float64(top)+leastClearanceM)
	}
	return nil
}

// onTheGround tells the vehicles for which the ground is the way and no obstacle.
func onTheGround(kind string) bool {
	return kind == "groundRover" || kind == "surfaceBoat" || kind == "submarine" || kind == "quadruped"
}

// forbidden names the no-fly zone that a straight way enters. The way out of one is free.
func (v *vehicles) forbidden(from, to geo.LatLon) (name string, blocked bool) {
	for _, z := range v.zones.all() {
		if z.Kind == zone.NoFly && z.Blocks(from.Point(), to.Point()) {
			return z.Label(), true
		}
	}
	return "", false
}

func valueOr(v *float64, def float64) float64 {
	if v == nil {
		return def
	}
	return *v
}

func intOr(v *int, def int) int {
	if v == nil {
		return def
	}
	return *v
}

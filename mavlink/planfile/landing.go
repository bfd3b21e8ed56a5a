package planfile

import (
	"math"

	"vedette/mavlink/mission"
)

// The patterns of landings in QGroundControl's files: fwLandingPattern in versions 1 and 2, vtolLandingPattern in version 1.
const (
	wingLanding = "fwLandingPattern"
	vtolLanding = "vtolLandingPattern"
)

const (
	landStart        = 189  // DO_LAND_START
	changeSpeed      = 178  // DO_CHANGE_SPEED
	triggerDistance  = 206  // DO_SET_CAM_TRIGG_DIST
	stopPhotos       = 2001 // IMAGE_STOP_CAPTURE
	stopVideo        = 2501 // VIDEO_STOP_CAPTURE
	waypoint         = 16   // NAV_WAYPOINT
	loiterToAltitude = 31   // NAV_LOITER_TO_ALT
	land             = 21   // NAV_LAND
	vtolLand         = 85   // NAV_VTOL_LAND

	mostRadiusM = 100000
	mostSpeedMS = 1000
)

// landing is a pattern as the file has it.
type landing struct {
	vtol                      bool
	relative                  bool
	approach, ground          [3]float64
	radiusM                   float64 // negative: counter-clockwise
	loiter, noPhotos, noVideo bool
	speedMS                   float64 // of the approach, 0: as before
}

// landing takes a landing pattern by the items that QGroundControl makes of it: the mark by which an autopilot finds its landing,
// what ends the work of the camera, the approach, and the landing.
func (r *itemReader) landing(n node, vtol bool) error {
	l, err := readLanding(n, vtol)
	if err != nil {
		return err
	}
	for _, it := range l.items() {
		if len(r.items) == MaxItems {
			return n.fail("more than %d items", MaxItems)
		}
		it.Seq, it.AutoContinue = len(r.items), true
		if err := it.Validate(); err != nil {
			return n.fail("%s", err)
		}
		r.items, r.nodes = append(r.items, it), append(r.nodes, n)
	}
	return nil
}

func readLanding(n node, vtol bool) (l landing, err error) {
	l.vtol = vtol
	version, err := n.need("version")
	if err != nil {
		return l, err
	}
	newest := 2
	if vtol {
		newest = 1
	}
	number, err := version.whole(1, newest)
	if err != nil {
		return l, version.fail("only versions up to %d of this pattern are known", newest)
	}
	if l.relative, err = relativeHeights(n, !vtol && number == 1); err != nil {
		return l, err
	}
	approach, ok := n.get("landingApproachCoordinate")
	if !ok {
		if approach, ok = n.get("loiterCoordinate"); !ok { // its name in older files
			return l, approach.fail("is missing, and so is landingApproachCoordinate")
		}
	}
	if l.approach, err = placeWithHeight(approach); err != nil {
		return l, err
	}
	ground, err := n.need("landCoordinate")
	if err != nil {
		return l, err
	}
	if l.ground, err = placeWithHeight(ground); err != nil {
		return l, err
	}
	if l.loiter, err = flag(n, "useLoiterToAlt", true); err != nil {
		return l, err
	}
	if err := l.readTurn(n); err != nil {
		return l, err
	}
	if l.noPhotos, err = flag(n, "stopTakingPhotos", false); err != nil {
		return l, err
	}
	if l.noVideo, err = flag(n, "stopVideoPhotos", false); err != nil { // the planner's own name for it
		return l, err
	}
	return l, l.readSpeed(n)
}

// relativeHeights tells whether heights count from home. Version 1 says so for both ends; where they differ nobody can know what was
// meant.
func relativeHeights(n node, old bool) (bool, error) {
	if !old {
		return needFlag(n, "altitudesAreRelative")
	}
	approach, err := needFlag(n, "loiterAltitudeRelative")
	if err != nil {
		return false, err
	}
	ground, err := needFlag(n, "landAltitudeRelative")
	if err == nil && approach != ground {
		err = n.fail("loiterAltitudeRelative and landAltitudeRelative differ: give both heights alike")
	}
	return approach, err
}

func (l *landing) readTurn(n node) error {
	if !l.loiter {
		return nil
	}
	radius, err := n.need("loiterRadius")
	if err != nil {
		return err
	}
	if l.radiusM, err = radius.within(0, mostRadiusM); err != nil {
		return err
	}
	clockwise, err := needFlag(n, "loiterClockwise")
	if err == nil && !clockwise {
		l.radiusM = -l.radiusM
	}
	return err
}

func (l *landing) readSpeed(n node) error {
	slows, err := flag(n, "useDoChangeSpeed", false)
	if err != nil || !slows {
		return err
	}
	speed, err := n.need("finalApproachSpeed")
	if err != nil {
		return err
	}
	l.speedMS, err = speed.within(0, mostSpeedMS)
	return err
}

// items are those of the pattern, in their order.
func (l *landing) items() []mission.Item {
	frame := mission.HeightAMSL.Frame()
	if l.relative {
		frame = mission.HeightRelative.Frame()
	}
	none := mission.HeightNone.Frame()
	out := []mission.Item{{Command: landStart, Frame: none}}
	if l.speedMS > 0 {
		out = append(out, mission.Item{Command: changeSpeed, Frame: none, Params: [4]float64{0, l.speedMS, -1}}) // airspeed, throttle as it is
	}
	if l.noPhotos {
		out = append(out, mission.Item{Command: triggerDistance, Frame: none}, mission.Item{Command: stopPhotos, Frame: none, Params: onlyFirst()})
	}
	if l.noVideo {
		out = append(out, mission.Item{Command: stopVideo, Frame: none, Params: onlyFirst()})
	}
	approach := mission.Item{Command: waypoint, Frame: frame, Params: [4]float64{3: math.NaN()}}
	if l.loiter {
		// Leaves towards the landing, on the tangent of the circle.
		approach = mission.Item{Command: loiterToAltitude, Frame: frame, Params: [4]float64{1, l.radiusM, 0, 1}}
	}
	approach.Lat, approach.Lon, approach.Alt = l.approach[0], l.approach[1], l.approach[2]
	down := mission.Item{Command: land, Frame: frame}
	if l.vtol {
		down = mission.Item{Command: vtolLand, Frame: frame, Params: [4]float64{3: math.NaN()}}
	}
	down.Lat, down.Lon, down.Alt = l.ground[0], l.ground[1], l.ground[2]
	return append(out, approach, down)
}

// onlyFirst leaves the parameters after the first to the vehicle: MAVLink reserves them.
func onlyFirst() [4]float64 { return [4]float64{0, math.NaN(), math.NaN(), math.NaN()} }

// placeWithHeight reads three numbers, none of which may be missing.
func placeWithHeight(n node) ([3]float64, error) {
	at, err := n.place(3)
	if err != nil {
		return at, err
	}
	parts, err := n.list(3)
	if err == nil && parts[2].value == nil {
		err = parts[2].fail("is missing: a landing needs its heights")
	}
	return at, err
}

// flag reads true or false, and what else is no flag.
func flag(n node, name string, missing bool) (bool, error) {
	m, ok := n.get(name)
	if !ok {
		return missing, nil
	}
	b, ok := m.value.(bool)
	if !ok {
		return false, m.fail("must be true or false")
	}
	return b, nil
}

func needFlag(n node, name string) (bool, error) {
	if _, err := n.need(name); err != nil {
		return false, err
	}
	return flag(n, name, false)
}

//go:build !race

package station

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/tracking/cue"
	"vedette/tracking/georef"
	"vedette/video"
)

const (
	sceneHFOVDeg              = 24.6 // of the simulator's thermal camera
	sceneWidthPx              = 640
	sceneHeightPx             = 512
	sceneFlight               = 25 * time.Minute // on a full battery
	sceneGround               = 8 * time.Minute  // for another one
	sceneReserve              = 0.2
	sceneCruiseMS             = 10.0
	sceneSlewDegS             = 60.0
	sceneTiltDeg              = 35.0 // of the camera on patrol
	scenePoses                = 10   // kept
	sceneRocks                = 15
	sceneRockPd               = 0.15
	sceneClutter              = 0.03 // boxes on nothing in a picture
	sceneNoDrone, sceneDroneM = 400.0, 1.5
)

// sceneDrone flies by simple rules: along its patrol, where a cue sends it, home for another battery. What it tells of its pose
// has the errors of a small multirotor.
type sceneDrone struct {
	world   *world.World
	plan    scenario.Drone
	feed    string
	chance  *rand.Rand
	rocks   [][2]float64
	e, n, h float64 // metres; height above the ground
	heading float64
	yaw     float64 // of the camera
	pitch   float64
	next    int // point of the patrol
	battery float64
	until   time.Time // on the ground until then; zero: flying
	going   bool      // home
	last    time.Time

	cue    string
	lookAt *geo.LatLon
	goTo   *geo.LatLon

	drift [2]float64 // error of the position
	poses []mavlink.Pose
	truth georef.Pose
}

func newSceneDrone(w *world.World, d scenario.Drone, seed int64) *sceneDrone {
	out := &sceneDrone{
		world: w, plan: d, feed: fmt.Sprintf("%d-thermal", d.ID), chance: rand.New(rand.NewPCG(uint64(seed), uint64(d.ID))),
		h: d.AltitudeAGL, battery: d.BatteryPct / 100, pitch: -sceneTiltDeg, last: sceneStart,
	}
	out.e, out.n = d.Patrol[0][0], d.Patrol[0][1]
	for range sceneRocks {
		out.rocks = append(out.rocks, [2]float64{-900 + 1800*out.chance.Float64(), -200 + 400*out.chance.Float64()})
	}
	return out
}

func (d *sceneDrone) place() geo.LatLon { p, _ := d.world.Place(d.e, d.n); return p }

func (d *sceneDrone) flying() bool { return d.until.IsZero() }

func (d *sceneDrone) obey(i cue.Intent) {
	if !d.flying() {
		return
	}
	d.cue = i.Cue
	if i.LookAt != nil {
		d.lookAt = i.LookAt
	}
	if i.GoTo != nil && !d.going {
		d.goTo = &i.GoTo.Position
	}
}

// release sends it back on its patrol.
func (d *sceneDrone) release() { d.cue, d.lookAt, d.goTo = "", nil, nil }

// enu is a position in the world's metres.
func (d *sceneDrone) enu(p geo.LatLon) (e, n float64) {
	_, h := d.world.Frame().Origin()
	v := d.world.Frame().ToENU(p, h)
	return v[0], v[1]
}

// fly moves on to an instant.
func (d *sceneDrone) fly(now time.Time) {
	dt := now.Sub(d.last).Seconds()
	d.last = now
	if !d.flying() {
		if now.Before(d.until) {
			return
		}
		d.until, d.battery, d.going = time.Time{}, 1, false
	}
	d.battery -= dt / sceneFlight.Seconds()
	if d.battery < sceneReserve && !d.going {
		d.going, d.goTo = true, nil
	}
	speed, to := d.plan.SpeedMS, [2]float64(d.plan.Patrol[d.next])
	switch {
	case d.going:
		speed, to = sceneCruiseMS, [2]float64(d.plan.Home)
	case d.goTo != nil:
		e, n := d.enu(*d.goTo)
		speed, to = sceneCruiseMS, [2]float64{e, n}
	}
	de, dn := to[0]-d.e, to[1]-d.n
	left := math.Hypot(de, dn)
	if left <= speed*dt {
		d.e, d.n = to[0], to[1]
		if d.going {
			d.until = now.Add(sceneGround)
			return
		}
		if d.goTo == nil {
			d.next = (d.next + 1) % len(d.plan.Patrol)
		}
	} else {
		d.e, d.n = d.e+de/left*speed*dt, d.n+dn/left*speed*dt
		d.heading = geo.NormalizeDeg(math.Atan2(de, dn) * 180 / math.Pi)
	}
	d.turn(dt)
	for i := range d.drift { // an error that wanders within a metre and a half
		d.drift[i] += -d.drift[i]*dt/120 + sceneDroneM*math.Sqrt(2*dt/120)*d.chance.NormFloat64()
	}
	d.notePose(now)
}

// turn points the camera.
func (d *sceneDrone) turn(dt float64) {
	yaw, pitch := d.heading, -sceneTiltDeg
	if d.lookAt != nil {
		// What it is told in places it aims by its own idea of where it is and looks.
		e, n := d.enu(*d.lookAt)
		de, dn := e-d.e-d.drift[0], n-d.n-d.drift[1]
		down := d.world.GroundU(d.e, d.n) + d.h - d.world.GroundU(e, n)
		yaw = math.Atan2(de, dn)*180/math.Pi - d.plan.YawBiasDeg
		pitch = -math.Atan2(down, math.Hypot(de, dn)) * 180 / math.Pi
	}
	most := sceneSlewDegS * dt
	d.yaw = geo.NormalizeDeg(d.yaw + min(most, max(-most, geo.DiffDeg(d.yaw, yaw))))
	d.pitch += min(most, max(-most, pitch-d.pitch))
}

// notePose keeps the true pose, and tells the one that the autopilot believes in.
func (d *sceneDrone) notePose(now time.Time) {
	u := d.world.GroundU(d.e, d.n) + d.h
	p, hae := d.world.Frame().FromENU([3]float64{d.e, d.n, u})
	d.truth = georef.Pose{Position: p, HAE: hae, Attitude: georef.Attitude{YawDeg: d.yaw, PitchDeg: d.pitch}}
	told, toldHAE := d.world.Frame().FromENU([3]float64{d.e + d.drift[0], d.n + d.drift[1], u + 0.7*d.chance.NormFloat64()})
	if len(d.poses) == scenePoses {
		d.poses = d.poses[1:]
	}
	d.poses = append(d.poses, mavlink.Pose{
		Time: now, Lat: told.Lat, Lon: told.Lon, AltAMSL: float64(geo.ToAMSL(told, toldHAE)), AltRelative: d.h,
		YawDeg: d.heading, GimbalYawDeg: d.yaw + d.plan.YawBiasDeg + 0.3*d.chance.NormFloat64(), GimbalPitchDeg: d.pitch + 0.2*d.chance.NormFloat64(),
		GimbalValid: true,
	})
}

func (d *sceneDrone) poseAt(at time.Time) (mavlink.Pose, error) {
	for _, p := range d.poses {
		if p.Time.Equal(at) {
			return p, nil
		}
	}
	return mavlink.Pose{}, mavlink.ErrNoPose
}

// told is the vehicle as the mavlink room would know it.
func (d *sceneDrone) told() mavlink.Vehicle {
	p, amsl := d.world.Place(d.e, d.n)
	home, homeAMSL := d.world.Place(d.plan.Home[0], d.plan.Home[1])
	left := time.Duration(d.battery * float64(sceneFlight))
	v := mavlink.Vehicle{
		ID: d.plan.ID, State: mavlink.Live, Armed: d.flying(), Landed: "inAir",
		Position: &mavlink.Position{Lat: p.Lat, Lon: p.Lon, AltAMSL: float64(amsl) + d.h, AltRelative: d.h},
		Home:     &mavlink.Home{Lat: home.Lat, Lon: home.Lon, AltAMSL: float64(homeAMSL)},
		Battery:  &mavlink.Battery{TimeLeft: &left}, Gimbal: &mavlink.Gimbal{Valid: true}, Mode: "AUTO", PlacesMode: "GUIDED",
	}
	switch {
	case d.going:
		v.Mode = "RTL"
	case d.goTo != nil:
		v.Mode = v.PlacesMode
	}
	if !d.flying() {
		v.State, v.Landed = mavlink.Lost, "onGround" // without its battery nobody hears it
	}
	return v
}

var sceneCamera = georef.CameraFromHFOV(sceneWidthPx, sceneHeightPx, sceneHFOVDeg)

// pixel is where an object's feet show, and how many pixels a metre has there; false outside the picture.
func (d *sceneDrone) pixel(e, n float64) (u, v, perM float64, ok bool) {
	p, hae := d.world.Frame().FromENU([3]float64{e, n, d.world.GroundU(e, n)})
	u, v, ok = georef.Project(sceneCamera, d.truth, p, hae)
	slant := math.Hypot(math.Hypot(e-d.e, n-d.n), d.h)
	if !ok || u < 0 || v < 0 || u >= sceneWidthPx || v >= sceneHeightPx || slant > sceneNoDrone {
		return 0, 0, 0, false
	}
	return u, v, sceneCamera.FX / slant, true
}

func (d *sceneDrone) sees(o *world.Object) bool {
	if !d.flying() {
		return false
	}
	_, _, _, ok := d.pixel(o.E, o.N)
	return ok
}

// look gives what a detector finds in the picture of an instant.
func (d *sceneDrone) look(now time.Time, objects []world.Object) (video.Detections, bool) {
	if !d.flying() {
		return video.Detections{}, false
	}
	out := video.Detections{Feed: d.feed, FrameTime: now, TimeExact: true, Before: now, WidthPx: sceneWidthPx, HeightPx: sceneHeightPx}
	for i := range objects {
		o := &objects[i]
		if box, ok := d.find(o); ok {
			out.Boxes = append(out.Boxes, box)
		}
	}
	for _, r := range d.rocks {
		u, v, perM, ok := d.pixel(r[0], r[1])
		if ok && d.chance.Float64() < sceneRockPd {
			out.Boxes = append(out.Boxes, d.box(u, v, perM, 0.8, 0.8, 0.35+0.2*d.chance.Float64(), video.Classes{Person: 0.5, Vehicle: 0.1, Other: 0.4}))
		}
	}
	if d.chance.Float64() < sceneClutter {
		u, v := sceneWidthPx*d.chance.Float64(), sceneHeightPx*d.chance.Float64()
		out.Boxes = append(out.Boxes, d.box(u, v, 6, 0.8, 0.8, 0.35+0.3*d.chance.Float64(), video.Classes{Person: 0.6, Other: 0.4}))
	}
	return out, true
}

// find is a detector's chance at one object: better the more pixels it fills. Animals are not known to it; what it finds of them
// it takes for people or for something else.
func (d *sceneDrone) find(o *world.Object) (video.Box, bool) {
	u, v, perM, ok := d.pixel(o.E, o.N)
	if !ok {
		return video.Box{}, false
	}
	tilt := d.pitch * math.Pi / 180
	high := o.HeightM*math.Cos(tilt) + 0.6*o.LengthM*math.Abs(math.Sin(tilt))
	pd := 0.85 * min(1, max(0, (high*perM-3)/5))
	score := 0.45 + 0.45*d.chance.Float64()
	class := video.Classes{Person: 0.85, Vehicle: 0.05, Other: 0.1}
	wide := o.WidthM
	switch o.Class {
	case world.Vehicle:
		class, wide = video.Classes{Person: 0.03, Vehicle: 0.92, Other: 0.05}, (o.LengthM+o.WidthM)/2
	case world.Animal:
		class, wide = video.Classes{Person: 0.5, Vehicle: 0.1, Other: 0.4}, o.LengthM*0.8
		pd *= 0.6
		score -= 0.15
	}
	if d.chance.Float64() >= pd {
		return video.Box{}, false
	}
	return d.box(u, v, perM, wide, high, score, class), true
}

// box is a box whose object stands at a pixel, with the errors of a detector.
func (d *sceneDrone) box(u, v, perM, wideM, highM, score float64, class video.Classes) video.Box {
	w, h := wideM*perM+blurPx, highM*perM+blurPx
	w, h = w*(0.9+0.2*d.chance.Float64()), h*(0.9+0.2*d.chance.Float64())
	down := math.Cos(d.pitch * math.Pi / 180)
	return video.Box{
		X: u - w/2 + d.chance.NormFloat64(), Y: v - h/2*(1+down) + d.chance.NormFloat64(), W: w, H: h, Score: score, Class: class,
	}
}

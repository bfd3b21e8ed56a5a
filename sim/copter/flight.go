package copter

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// dt is the fixed step of the simulation in seconds.
const dt = 0.01

// readyAfter is how long after power-up the autopilot has a position.
const readyAfter = 20.0

// terrain is the part of the world that a flight touches.
type terrain interface {
	Frame() *geo.Frame
	GroundU(e, n float64) float64
	Wind(t time.Time, e, n, u float64) (ve, vn, vu float64)
}

var _ terrain = (*world.World)(nil)

// note is a line for the operator.
type note struct {
	severity mav.MAV_SEVERITY
	text     string
}

// flight is one multirotor with its autopilot, free of sockets and clocks: step advances it by dt. One goroutine owns it.
type flight struct {
	land   terrain
	params *parameters
	start  time.Time // of step zero
	steps  int64
	pace   float64 // simulated seconds in one of those in which stations live
	uptime float64 // s since power-up at step zero

	body   body
	senses *senses
	est    belief
	steer  steering
	batt   battery
	gimbal gimbal
	camera camera

	mode      Mode
	armed     bool
	armedAt   float64
	airborne  bool // has left the ground since arming
	landedFor float64
	origin    vec // of the local frame that the autopilot reports in: where it was switched on
	home      vec
	homePos   geo.LatLon
	homeAMSL  geo.AMSL

	guided  guided
	circle  circling
	sticks  sticks
	lifting *float64 // a take-off in a mode that is flown by sticks: to this height in the local frame
	rtl     rtl
	trail   trail
	smart   backtrack
	lead    lead
	hold    vec
	auto    auto
	mission []item // [0] is home; empty after it was cleared
	fence   fence
	rally   []item
	errands []item // of the mission for the camera, since the last look
	trigger trigger
	servos  [16]uint16 // outputs that were set by command, microseconds
	speedMS float64    // set by DO_CHANGE_SPEED; 0: parameter
	yawWish *float64

	heardStation float64 // when the station's last heartbeat came, s since power-up; negative: never
	badRadioFor  float64 // s
	failsafe     failsafes
	faults       faults
	gps          receiver
	ekf          estimate
	weakFor      float64 // s that thrust is missing
	crashFor     float64 // s that it lies on its side
	traffic      traffic
	remoteID     remoteID
	tiles        tiles
	events       []scenario.Event // that are still to come, in their order
	crew         crew

	homeMoved   bool // since the last look
	lastReached int
	overFloor   bool // has been higher than FENCE_ALT_MIN since arming

	notes   []note
	reached []int    // mission items reached since the last look
	changed []string // parameters that changed by themselves since the last look
}

func newFlight(land terrain, params *parameters, start time.Time, home vec, rng *rand.Rand, yawBiasDeg float64) *flight {
	f := &flight{land: land, params: params, start: start, senses: newSenses(rng, yawBiasDeg), camera: newCamera(), heardStation: -1, pace: 1}
	home[2] = land.GroundU(home[0], home[1])
	f.body = body{pos: home, onGround: true}
	f.faults = newFaults(rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))) // gusts and the like take nothing from the senses' errors
	f.readFaults()
	f.gps, f.ekf = newReceiver(home), newEstimate()
	f.origin = home
	f.setHome(home)
	f.changed, f.homeMoved = nil, false
	f.gimbal.release()
	f.gimbal.truePitch = gimbalNeutral
	f.batt.step(dt, 0, false)
	f.est = f.senses.step(dt, &f.body)
	return f
}

// boot is a restart of the autopilot: its clock begins at zero, and it forgets all but what it stores.
func (f *flight) boot() {
	f.uptime = -float64(f.steps) * dt
	f.mode, f.armed, f.airborne = Stabilize, false, false
	f.auto, f.guided, f.rtl, f.sticks, f.trigger, f.failsafe = auto{}, guided{}, rtl{}, sticks{}, trigger{}, failsafes{}
	f.fence.breached, f.fence.count, f.fence.last, f.fence.lastMs = 0, 0, mav.FENCE_BREACH_NONE, 0
	f.heardStation, f.badRadioFor, f.speedMS, f.lifting, f.yawWish = -1, 0, 0, nil, nil
	f.servos = [16]uint16{}
	f.gimbal = gimbal{truePitch: f.gimbal.truePitch, trueYaw: f.gimbal.trueYaw, relYaw: f.gimbal.relYaw}
	f.gimbal.release()
	f.ekf, f.remoteID = newEstimate(), remoteID{}
	f.trail, f.smart, f.lead = trail{}, backtrack{}, lead{}
	f.steer.reset()
	f.origin = f.body.pos
	f.setHome(f.body.pos)
}

// watchBoot tells what the autopilot finds after it was switched on.
func (f *flight) watchBoot() {
	at := func(seconds float64) bool {
		age := f.age()
		return age >= seconds && age < seconds+dt/2
	}
	switch {
	case at(2):
		f.say(mav.MAV_SEVERITY_INFO, firmwareText)
	case at(readyAfter/2 + 0.5):
		if !f.hasFix() {
			return
		}
		f.say(mav.MAV_SEVERITY_INFO, "EKF3 IMU0 origin set")
		f.say(mav.MAV_SEVERITY_INFO, "Field Elevation Set: %.0fm", float64(f.homeAMSL))
		f.say(mav.MAV_SEVERITY_INFO, "EKF3 IMU1 origin set")
	case at(readyAfter + 0.5):
		if !f.ready() {
			return
		}
		f.say(mav.MAV_SEVERITY_INFO, "EKF3 IMU0 is using GPS")
		f.say(mav.MAV_SEVERITY_INFO, "EKF3 IMU1 is using GPS")
		f.homeMoved = true
	case !f.armed && f.steps%3000 == 0: // every 30 s
		for _, reason := range f.reasons() {
			f.say(mav.MAV_SEVERITY_CRITICAL, "PreArm: %s", reason)
		}
	}
}

// age is the time since power-up in seconds.
func (f *flight) age() float64 { return f.uptime + float64(f.steps)*dt }

// now is the simulated instant.
func (f *flight) now() time.Time { return f.start.Add(time.Duration(f.steps) * 10 * time.Millisecond) }

func (f *flight) setHome(at vec) {
	f.home, f.homeMoved = at, true
	p, h := f.land.Frame().FromENU(at)
	f.homePos, f.homeAMSL = p, geo.ToAMSL(p, h)
	if len(f.mission) == 0 {
		f.mission = make([]item, 1)
		f.setCounter("MIS_TOTAL", 1)
	}
	f.mission[0] = f.homeItem()
}

func (f *flight) say(severity mav.MAV_SEVERITY, format string, args ...any) {
	f.notes = append(f.notes, note{severity, fmt.Sprintf(format, args...)})
}

// place is a position in the local frame.
func (f *flight) place(p geo.LatLon, h geo.AMSL) vec { return f.land.Frame().ToENU(p, geo.ToHAE(p, h)) }

// position is where a place in the local frame is.
func (f *flight) position(at vec) (geo.LatLon, geo.AMSL) {
	p, h := f.land.Frame().FromENU(at)
	return p, geo.ToAMSL(p, h)
}

// ready tells whether the position estimate can be used.
func (f *flight) ready() bool { return f.age() > readyAfter && f.ekf.aided }

// step advances the simulation by dt.
func (f *flight) step() {
	f.steps++
	f.stepEvents()
	if f.steps%faultSteps == 1 {
		f.readFaults()
	}
	ground := f.land.GroundU(f.body.pos[0], f.body.pos[1])
	f.faults.blow()
	wind := f.wind()

	g, fly := f.goal()
	want := thrust{lift: minLift}
	if fly {
		air := wind.sub(f.body.vel)
		drag := air.scale(dragPerM * air.length())
		want = f.steer.thrust(dt, g, f.est.pos, f.est.vel, f.est.yawDeg, drag)
	} else {
		f.steer.reset()
	}
	f.body.step(dt, f.limp(want), f.armed, wind, ground)
	f.est = f.senses.step(dt, &f.body)
	f.stepReceiver()
	f.stepEstimate()

	load := 0.0
	if f.armed && fly {
		load = math.Sqrt(square(gravity+f.body.lift)+square(f.body.lean[0])+square(f.body.lean[1])) / gravity
	}
	f.batt.step(dt, load, f.armed)
	f.stepCamera()
	f.gimbal.step(dt, f.est, &f.body, f.senses.gimbalPan.value, f.senses.gimbalUp.value)
	f.watchBoot()
	f.watchGround()
	f.watchCrash()
	f.watchFence()
	f.watchTrail()
	f.watchTrigger()
	f.watchFailsafes()
	f.crew.step(f)
}

func square(x float64) float64 { return x * x }

// watchGround notices take-off and landing, and disarms on the ground.
func (f *flight) watchGround() {
	if !f.body.onGround {
		f.airborne, f.landedFor = true, 0
		return
	}
	f.landedFor += dt
	if !f.armed {
		return
	}
	switch {
	case f.airborne && f.landedFor > 1.5 && f.landing():
		f.disarm()
	case f.params.get("DISARM_DELAY") <= 0:
	case f.landedFor > f.params.get("DISARM_DELAY") && f.age()-f.armedAt > f.params.get("DISARM_DELAY") && !f.leaving():
		f.disarm()
	}
}

// hasFix tells whether the satellites are there; the position estimate follows later.
func (f *flight) hasFix() bool { return f.age() > readyAfter/2 && f.gps.good() }

// height is the believed height above home.
func (f *flight) height() float64 { return f.est.pos[2] - f.home[2] }

// aboveGround is the true height above the terrain.
func (f *flight) aboveGround() float64 {
	return f.body.pos[2] - f.land.GroundU(f.body.pos[0], f.body.pos[1])
}

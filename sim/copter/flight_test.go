package copter

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// plain is flat country with a steady wind.
type plain struct {
	frame *geo.Frame
	wind  vec
}

func (p plain) Frame() *geo.Frame            { return p.frame }
func (p plain) GroundU(_, _ float64) float64 { return 0 }
func (p plain) Wind(time.Time, float64, float64, float64) (e, n, u float64) {
	return p.wind[0], p.wind[1], p.wind[2]
}

func newPlain(wind vec) plain {
	centre := geo.LatLon{Lat: -35.36, Lon: 149.163}
	return plain{geo.NewFrame(centre, geo.ToHAE(centre, 620)), wind}
}

// standing is a flight on the ground, ready to arm.
func standing(wind vec) *flight {
	f := newFlight(newPlain(wind), newParameters(1), time.Unix(1_800_000_000, 0), vec{}, rand.New(rand.NewPCG(1, 2)), 0)
	f.uptime = 60
	return f
}

// fly steps until done, at most some simulated seconds, and calls each after every step.
func fly(t *testing.T, f *flight, seconds float64, what string, done func() bool, each func()) float64 {
	t.Helper()
	for i := range int(seconds / dt) {
		f.step()
		if each != nil {
			each()
		}
		if done() {
			return float64(i) * dt
		}
	}
	p := f.est.pos
	t.Fatalf("%s: not within %.0f s; mode %s at %.1f %.1f %.1f, notes %v", what, seconds, f.mode, p[0], p[1], p[2], f.notes)
	return 0
}

func inTheAir(t *testing.T, wind vec, height float64) *flight {
	t.Helper()
	f := standing(wind)
	if !f.setMode(Guided) || !f.arm(false) || !f.takeoff(height) {
		t.Fatalf("no take-off: %v", f.notes)
	}
	fly(t, f, 60, "take-off", func() bool { return !f.guided.takingOff }, nil)
	return f
}

func TestTheBodyStaysWithinItsLimits(t *testing.T) {
	t.Parallel()
	for name, wind := range map[string]vec{"calm": {}, "wind": {5, -4, 0}} {
		f := inTheAir(t, wind, 40)
		var speed, up, down, lean, accel, jerk, yaw float64
		var last vec
		watch := func() {
			b := &f.body
			speed, up, down = max(speed, b.vel.horizontal()), max(up, b.vel[2]), max(down, -b.vel[2])
			lean = max(lean, math.Abs(b.rollDeg), math.Abs(b.pitchDeg))
			accel, yaw = max(accel, b.acc.horizontal()), max(yaw, math.Abs(b.yawRate))
			jerk = max(jerk, b.acc.sub(last).horizontal()/dt)
			last = b.acc
		}
		last = f.body.acc
		for _, to := range []vec{{300, 0, 40}, {300, 200, 90}, {-100, 200, 30}, {0, 0, 60}} {
			f.goTo(to)
			fly(t, f, 120, name, func() bool { return to.sub(f.est.pos).length() < 1 && f.est.vel.length() < 0.5 }, watch)
		}
		if speed > 10.8 || speed < 9 || up > 2.8 || down > 1.8 || lean > 31 || accel > 4.5 || jerk > 40 || yaw > 61 {
			t.Errorf("%s: speed %.1f, climb %.1f, sink %.1f, lean %.1f, accel %.1f, jerk %.1f, yaw rate %.1f", name, speed, up, down, lean, accel, jerk, yaw)
		}
		if name == "wind" && lean < 8 {
			t.Errorf("it hardly leans into the wind: %.1f degrees", lean)
		}
	}
}

func TestArrivesWithoutOvershootAndHoldsInWind(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{4, 3, 0}, 50)
	to := vec{0, 250, 50}
	f.goTo(to)
	farthest := 0.0
	took := fly(t, f, 60, "250 m", func() bool { return to.sub(f.est.pos).length() < 1 && f.est.vel.length() < 0.5 },
		func() { farthest = max(farthest, f.est.pos[1]) })
	if took < 25 || took > 45 || farthest > 252 {
		t.Errorf("took %.1f s, reached %.1f m", took, farthest)
	}
	worst := 0.0
	fly(t, f, 61, "hold", func() bool { return f.steps%6000 == 0 }, func() { worst = max(worst, to.sub(f.est.pos).length()) })
	if worst > 1.5 {
		t.Errorf("it strays %.1f m in a steady wind", worst)
	}
	if f.est.pos == f.body.pos || f.est.pos.sub(f.body.pos).length() > 4 {
		t.Errorf("the position error is %v", f.est.pos.sub(f.body.pos))
	}
}

func TestReturnLandsAtHomeSoftlyAndDisarms(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{3, 0, 0}, 30)
	f.goTo(vec{120, -80, 30})
	fly(t, f, 60, "away", func() bool { return f.est.pos.sub(vec{120, -80, 30}).length() < 1 }, nil)
	f.setMode(RTL)
	highest := 0.0
	fly(t, f, 200, "return", func() bool { return !f.armed }, func() { highest = max(highest, f.height()) })
	if !f.body.onGround || f.body.pos.sub(f.home).horizontal() > 3 || f.body.touchMS > 0.9 {
		t.Errorf("landed %v at %.1f m from home with %.1f m/s", f.body.onGround, f.body.pos.sub(f.home).horizontal(), f.body.touchMS)
	}
	if highest < 59 || highest > 62 {
		t.Errorf("returned at %.1f m", highest)
	}
}

func TestArmingNeedsAPositionAndEndsByItself(t *testing.T) {
	t.Parallel()
	f := standing(vec{})
	f.uptime = 0
	if f.setMode(Guided) || f.arm(false) {
		t.Error("armed, or guided, without a position")
	}
	if last := f.notes[len(f.notes)-1].text; last != "Arm: AHRS: not healthy" {
		t.Errorf("reason %q", last)
	}
	fly(t, f, 30, "start-up", f.ready, nil)
	if f.takeoff(20) {
		t.Error("took off disarmed")
	}
	if !f.setMode(RTL) || f.arm(false) {
		t.Error("armed in RTL")
	}
	if !f.setMode(Stabilize) || !f.arm(false) || f.takeoff(20) {
		t.Error("took off in STABILIZE, or was not armed")
	}
	took := fly(t, f, 20, "auto-disarm", func() bool { return !f.armed }, nil)
	if took < 9.5 || took > 11 {
		t.Errorf("disarmed after %.1f s", took)
	}
	f.batt.usedMAh = 0.95 * capacityMAh
	f.step()
	if f.arm(false) {
		t.Error("armed on an empty battery")
	}
}

func TestTheBatteryLastsAboutTwentyMinutesAndSendsItHome(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 30)
	f.goTo(vec{60, 0, 30})
	low := fly(t, f, 1500, "low battery", func() bool { return f.mode == RTL }, nil)
	fly(t, f, 120, "home", func() bool { return !f.armed }, nil)
	if low < 13*60 || low > 20*60 || f.batt.charge() < 0.08 {
		t.Errorf("low after %.1f min, landed with %.0f %%", low/60, 100*f.batt.charge())
	}
	fly(t, f, 70, "a new battery", func() bool { return f.batt.charge() > 0.9 }, nil)
	if f.armed {
		t.Error("the crew flew off although an operator had the vehicle")
	}
}

func TestStationLossReturnsOnlyFromGuided(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 20)
	f.stationBack()
	f.setMode(Loiter)
	fly(t, f, 12, "loiter", func() bool { return f.age()-f.heardStation > 10 }, nil)
	if f.mode != Loiter {
		t.Fatalf("left LOITER for %s", f.mode)
	}
	f.setMode(Guided)
	f.stationBack()
	took := fly(t, f, 10, "failsafe", func() bool { return f.mode == RTL }, nil)
	if math.Abs(took-5) > 0.5 {
		t.Errorf("after %.1f s", took)
	}
	f.params.set("FS_GCS_ENABLE", 0)
	f.setMode(Guided)
	f.failsafe.station = false
	fly(t, f, 12, "guided", func() bool { return f.age()-f.heardStation > 16 }, nil)
	if f.mode != Guided {
		t.Errorf("returned although FS_GCS_ENABLE is 0")
	}
}

func TestAMissionIsFlownInOrder(t *testing.T) {
	t.Parallel()
	f := standing(vec{2, 1, 0})
	at := func(e, n, height float64) item {
		p, _ := f.position(vec{e, n, height})
		return item{frame: 3, cmd: common.MAV_CMD_NAV_WAYPOINT, x: e7(p.Lat), y: e7(p.Lon), z: float32(height)}
	}
	f.mission = append(f.mission,
		item{frame: 3, cmd: common.MAV_CMD_NAV_TAKEOFF, z: 25},
		item{frame: 2, cmd: common.MAV_CMD_DO_CHANGE_SPEED, p: [4]float32{1, 6}},
		at(80, 0, 40), at(80, 60, 25),
		item{frame: 2, cmd: common.MAV_CMD_DO_JUMP, p: [4]float32{3, 1}},
		item{frame: 3, cmd: common.MAV_CMD_NAV_LOITER_TIME, p: [4]float32{3}, z: 25},
		item{frame: 3, cmd: common.MAV_CMD_NAV_RETURN_TO_LAUNCH})
	if !f.setMode(Guided) || !f.arm(false) || !f.setMode(Auto) {
		t.Fatal(f.notes)
	}
	fly(t, f, 5, "waiting for the start", func() bool { return f.steps > 400 }, func() {
		if !f.body.onGround {
			t.Fatal("left before the start")
		}
	})
	f.auto.started = true
	fastest := 0.0
	fly(t, f, 300, "mission", func() bool { return !f.armed }, func() {
		if f.auto.index > 2 && f.auto.index < 7 {
			fastest = max(fastest, f.body.vel.horizontal())
		}
	})
	want := []int{1, 2, 3, 4, 3, 4, 6}
	if len(f.reached) != len(want) {
		t.Fatalf("reached %v", f.reached)
	}
	for i := range want {
		if f.reached[i] != want[i] {
			t.Fatalf("reached %v", f.reached)
		}
	}
	if fastest > 6.8 {
		t.Errorf("%.1f m/s instead of 6", fastest)
	}
}

func TestTheGimbalTurnsAtItsRateAndKeepsLookingAtAPlace(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{3, 2, 0}, 60)
	place := vec{140, 90, 0}
	f.gimbal.mode, f.gimbal.roi = gimbalROI, place
	f.goTo(vec{-60, 150, 70})
	lastPitch, lastYaw, settled := f.gimbal.truePitch, f.gimbal.trueYaw, 0
	fly(t, f, 60, "flight", func() bool { return f.est.pos.sub(vec{-60, 150, 70}).length() < 1 }, func() {
		g := &f.gimbal
		if math.Abs(g.truePitch-lastPitch) > gimbalRate*dt+1e-9 || math.Abs(geo.DiffDeg(lastYaw, g.trueYaw)) > gimbalRate*dt+1e-9 {
			t.Fatal("the gimbal jumps")
		}
		lastPitch, lastYaw = g.truePitch, g.trueYaw
		settled++
		if settled < 400 {
			return
		}
		d := place.sub(f.body.pos)
		pitch := math.Atan2(d[2], d.horizontal()) / toRad
		if e := math.Hypot(g.truePitch-pitch, geo.DiffDeg(g.trueYaw, d.courseDeg())); e > 1.5 {
			t.Fatalf("%.1f degrees off the place", e)
		}
	})
	f.gimbal.point(-90, 0, true)
	fly(t, f, 5, "nadir and north", func() bool { return f.gimbal.truePitch < -89.7 && math.Abs(geo.DiffDeg(0, f.gimbal.trueYaw)) < 1 }, nil)
}

func TestAMotorStopInTheAirIsAFall(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 30)
	f.disarm()
	took := fly(t, f, 10, "fall", func() bool { return f.body.onGround }, nil)
	if took < 2 || took > 4 {
		t.Errorf("fell for %.1f s", took)
	}
}

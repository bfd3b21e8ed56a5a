package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/gimbal"
)

const (
	// gimbalSilence lets another source of a gimbal's attitudes take over.
	gimbalSilence = 3 * time.Second
	gimbalStale   = 2 * time.Second
	// sameClock is the difference up to which two components' times since boot are the same clock.
	sameClock = 200 * time.Millisecond
)

// gimbalState is what is known about a vehicle's gimbals.
type gimbalState struct {
	set       *gimbal.Set
	attitudes map[uint8]*gimbalAttitude // by device
}

// gimbalAttitude is where one gimbal looks.
type gimbalAttitude struct {
	// source is the component, and rank the kind of message, whose attitudes are used.
	source uint8
	rank   int
	last   gimbalSample
	made   time.Time
	heard  time.Time
}

// The kinds of message that tell where a gimbal looks, the better the higher.
const (
	rankMountStatus = iota
	rankMountOrientation
	rankAttitudeStatus
)

func newGimbalState(autopilot uint8) gimbalState {
	return gimbalState{set: gimbal.NewSet(autopilot), attitudes: make(map[uint8]*gimbalAttitude)}
}

// applyGimbal takes what gimbals and their managers say; false for everything else.
func (st *state) applyGimbal(component uint8, m message.Message, at time.Time) bool {
	g := &st.gimbal
	if !g.set.Apply(component, m, at) {
		return false
	}
	switch m := m.(type) {
	case *common.MessageGimbalDeviceAttitudeStatus:
		q := quaternion{float64(m.Q[0]), float64(m.Q[1]), float64(m.Q[2]), float64(m.Q[3])}
		sample := gimbalSample{q: q, earth: earthFrame(m.Flags)}
		if finite(m.AngularVelocityX, m.AngularVelocityY, m.AngularVelocityZ) {
			sample.rates = [3]float64{float64(m.AngularVelocityX), float64(m.AngularVelocityY), float64(m.AngularVelocityZ)}
		}
		st.gimbalTurned(component, g.set.Resolve(component, m.GimbalDeviceId), rankAttitudeStatus, m.TimeBootMs, sample, at)
	case *common.MessageMountOrientation:
		if finite(m.Roll, m.Pitch, m.Yaw) {
			q := fromEuler(float64(m.Roll)*degToRad, float64(m.Pitch)*degToRad, float64(m.Yaw)*degToRad)
			st.gimbalTurned(component, g.set.Resolve(component, 0), rankMountOrientation, m.TimeBootMs, gimbalSample{q: q}, at)
		}
	case *ardupilotmega.MessageMountStatus:
		// Hundredths of a degree; it has no time of its own.
		const centidegrees = degToRad / centi
		q := fromEuler(float64(m.PointingB)*centidegrees, float64(m.PointingA)*centidegrees, float64(m.PointingC)*centidegrees)
		st.gimbalTurned(component, g.set.Resolve(component, 0), rankMountStatus, st.boot.newest, gimbalSample{q: q}, at)
	}
	return true
}

// gimbalTurned notes an attitude of a device that was made at a time since boot.
func (st *state) gimbalTurned(component, device uint8, rank int, millis uint32, sample gimbalSample, at time.Time) {
	q, ok := sample.q.normalised()
	if !ok {
		return
	}
	sample.q = q
	a, ok := st.gimbal.attitudes[device]
	if !ok {
		if _, known := st.gimbal.set.Find(device); !known && len(st.gimbal.attitudes) >= maxGimbals {
			return
		}
		a = &gimbalAttitude{}
		st.gimbal.attitudes[device] = a
	}
	worse := rank < a.rank || rank == a.rank && a.source != component
	if worse && !a.heard.IsZero() && at.Sub(a.heard) < gimbalSilence {
		return // one gimbal seen twice
	}
	boot := int64(millis) * int64(time.Millisecond)
	own := st.clock(component)
	if component != st.v.Component {
		own.arrived(boot, at)
	}
	made := at
	if offset, ok := own.offset(at); ok {
		made = time.Unix(0, boot+offset)
		// The history runs on the autopilot's clock; a gimbal with a clock of its own is put there.
		if main, ok := st.clock(st.v.Component).offset(at); ok && time.Duration(max(offset-main, main-offset)) > sameClock {
			boot += offset - main
		}
	}
	a.source, a.rank, a.heard, a.last, a.made = component, rank, at, sample, made
	st.poses.gimbal(device).add(boot, sample)
}

const maxGimbals = 16

// earthFrame tells whether the yaw counts from north. Senders from before the two frame flags mean it by the lock.
func earthFrame(flags common.GIMBAL_DEVICE_FLAGS) bool {
	switch {
	case flags&common.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME != 0:
		return true
	case flags&common.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME != 0:
		return false
	default:
		return flags&common.GIMBAL_DEVICE_FLAGS_YAW_LOCK != 0
	}
}

// attitudeOf is where a gimbal looks, by the device whose attitudes are its own; false where nobody told. A manager that
// counts its gimbals otherwise than the devices call themselves is understood as long as there is but one of each.
func (g *gimbalState) attitudeOf(device uint8) (source uint8, a *gimbalAttitude, ok bool) {
	if a, ok := g.attitudes[device]; ok {
		return device, a, true
	}
	list := g.set.List()
	if len(list) != 1 || len(g.attitudes) != 1 {
		return 0, nil, false
	}
	for id, a := range g.attitudes {
		return id, a, true
	}
	return 0, nil, false
}

// firstGimbal is the device that PoseAt means: the first that tells where it looks.
func (st *state) firstGimbal() uint8 {
	for _, d := range st.gimbal.set.List() {
		if source, _, ok := st.gimbal.attitudeOf(d.ID); ok {
			return source
		}
	}
	return 0
}

// gimbalViews are all gimbals by id.
func (st *state) gimbalViews(ours gimbal.Controller, now time.Time) []Gimbal {
	var all []Gimbal
	for _, d := range st.gimbal.set.List() {
		g := Gimbal{
			ID: d.ID, Manager: d.Manager, Name: d.Name, Abilities: d.AbilityNames(), Failures: d.Failures,
			PitchRange: rangeOf(d.Pitch), YawRange: rangeOf(d.Yaw),
		}
		if _, _, told := st.gimbal.attitudeOf(d.ID); told || !d.ControlAt.IsZero() {
			g.Mode = d.Mode()
		}
		if c, known := d.Control(now); known {
			g.Control = &GimbalControl{
				System: int(c.System), Component: int(c.Component), Ours: c == ours,
				SecondarySystem: int(d.Secondary.System), SecondaryComponent: int(d.Secondary.Component),
			}
		}
		st.turnView(&g, now)
		all = append(all, g)
	}
	return all
}

func rangeOf(r *gimbal.Range) *[2]float64 {
	if r == nil {
		return nil
	}
	return &[2]float64{r.Min, r.Max}
}

// turnView fills in where a gimbal looks.
func (st *state) turnView(g *Gimbal, now time.Time) {
	_, a, ok := st.gimbal.attitudeOf(g.ID)
	if !ok {
		return
	}
	g.Time, g.Valid = a.made.UTC(), now.Sub(a.heard) <= gimbalStale
	q := a.last.q
	vehicle, known := st.vehicleYaw(now)
	if !a.last.earth {
		g.Valid = g.Valid && known
		q = fromEuler(0, 0, vehicle).then(q)
	}
	g.RollDeg, g.PitchDeg, g.YawDeg = q.eulerDeg()
	if known {
		g.VehicleYawDeg = number(math.Remainder(g.YawDeg-vehicle*radToDeg, 360))
	}
}

// vehicleYaw is where the nose points, in radians from north; false where that is not known well enough now.
func (st *state) vehicleYaw(now time.Time) (float64, bool) {
	n := len(st.poses.turns.values)
	if n == 0 {
		return 0, false
	}
	return st.poses.turns.values[n-1].q.yaw(), now.Sub(st.turned) <= gimbalStale
}

// firstView is the first gimbal that tells where it looks, nil while none does.
func firstView(all []Gimbal) *Gimbal {
	for i := range all {
		if !all[i].Time.IsZero() {
			return &all[i]
		}
	}
	return nil
}

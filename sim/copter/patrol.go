package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/sim/scenario"
)

// loadPatrol stores a scenario's patrol as the mission: take-off, speed, where to look, the points, and back to the first.
// It returns the index of the item for each patrol point.
func (f *flight) loadPatrol(d scenario.Drone) []int {
	if len(d.Patrol) == 0 {
		return nil
	}
	relative := func(p scenario.Point, agl float64) item {
		u := f.land.GroundU(p[0], p[1]) + agl
		ll, amsl := f.position(vec{p[0], p[1], u})
		return item{
			frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, autocontinue: 1,
			x: e7(ll.Lat), y: e7(ll.Lon), z: float32(amsl - f.homeAMSL),
		}
	}
	takeoff := item{cmd: common.MAV_CMD_NAV_TAKEOFF, frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, autocontinue: 1, z: float32(min(d.AltitudeAGL, 40))}
	speed := item{cmd: common.MAV_CMD_DO_CHANGE_SPEED, frame: mav.MAV_FRAME_MISSION, autocontinue: 1, p: [4]float32{1, float32(d.SpeedMS), -1}}
	look := item{cmd: common.MAV_CMD_DO_SET_ROI_NONE, frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, autocontinue: 1}
	if d.LookAt != nil {
		look = relative(*d.LookAt, 0)
		look.cmd = common.MAV_CMD_DO_SET_ROI_LOCATION
	}
	f.mission = append(f.mission[:1:1], takeoff, speed, look)
	first := len(f.mission)
	indices := make([]int, len(d.Patrol))
	for i, p := range d.Patrol {
		indices[i] = len(f.mission)
		way := relative(p, d.AltitudeAGL)
		way.cmd = common.MAV_CMD_NAV_WAYPOINT
		f.mission = append(f.mission, way)
	}
	f.mission = append(f.mission, item{
		cmd: common.MAV_CMD_DO_JUMP, frame: mav.MAV_FRAME_MISSION, autocontinue: 1, p: [4]float32{float32(first), -1},
	})
	f.params.set("MIS_TOTAL", float64(len(f.mission)))
	return indices
}

// launch puts the vehicle in the air on its patrol, as if it had been flying for a while.
func (f *flight) launch(d scenario.Drone, indices []int) {
	f.body.onGround = false
	f.armed, f.armedAt, f.airborne = true, f.age(), true
	at := f.target(f.mission[indices[d.StartAt]])
	next := f.target(f.mission[indices[(d.StartAt+1)%len(indices)]])
	f.body.pos = at
	f.body.yawDeg = next.sub(at).courseDeg()
	f.est = f.senses.step(dt, &f.body)
	f.gimbal.trueYaw = f.body.yawDeg
	f.hold = f.est.pos
	if d.LookAt != nil {
		f.gimbal.lookAt(vec{d.LookAt[0], d.LookAt[1], f.land.GroundU(d.LookAt[0], d.LookAt[1])})
	}
	f.mode = Auto
	f.auto.begin(f, indices[(d.StartAt+1)%len(indices)])
	f.auto.jumps = map[int]int{}
	f.speedMS = d.SpeedMS
	f.notes = nil
}

package mavlinktest

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Heard gives what has come from the station so far.
func (a *Autopilot) Heard() []message.Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]message.Message(nil), a.heard...)
}

// Mission gives the stored items.
func (a *Autopilot) Mission() []*common.MessageMissionItemInt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*common.MessageMissionItemInt(nil), a.lists[common.MAV_MISSION_TYPE_MISSION]...)
}

// Plan is one of the lists that it holds.
func (a *Autopilot) Plan(kind common.MAV_MISSION_TYPE) []*common.MessageMissionItemInt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*common.MessageMissionItemInt(nil), a.lists[kind]...)
}

// SetPlan replaces one of its lists, as somebody else's upload would.
func (a *Autopilot) SetPlan(kind common.MAV_MISSION_TYPE, items []*common.MessageMissionItemInt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lists[kind] = items
}

// WithFiles looks at, or changes, what MAVFTP serves.
func (a *Autopilot) WithFiles(do func(*Files)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do(a.cfg.Files)
}

// WithLogs looks at, or changes, the logs.
func (a *Autopilot) WithLogs(do func(*Logs)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do(a.cfg.Logs)
}

// Truth gives where the vehicle was at a time: the position in degrees and the yaw in [0, 360).
func (a *Autopilot) Truth(t time.Time) (lat, lon, yawDeg float64) {
	const metresPerDegree = 111195
	a.mu.Lock()
	defer a.mu.Unlock()
	s := t.Sub(a.born).Seconds()
	lat = a.cfg.Lat + a.cfg.North*s/metresPerDegree
	lon = a.cfg.Lon + a.cfg.East*s/(metresPerDegree*math.Cos(a.cfg.Lat*math.Pi/180))
	return lat, lon, math.Mod(a.cfg.YawRate*s, 360)
}

// Armed tells whether the motors may turn.
func (a *Autopilot) Armed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.armed
}

// SetRate changes how often a message is sent, as another station does; 0 is never.
func (a *Autopilot) SetRate(id uint32, hz float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.due, id)
	if hz > 0 {
		a.due[id] = &schedule{every: time.Duration(float64(time.Second) / hz)}
	}
}

// Rate is how often a message is sent, in hertz; 0 is never.
func (a *Autopilot) Rate(id uint32) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.due[id]
	if !ok || s.every <= 0 {
		return 0
	}
	return float64(time.Second) / float64(s.every)
}

package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

const (
	// remoteIDComponent is the Open Drone ID transmitter's, which is there while DID_ENABLE is set.
	remoteIDComponent = 236
	// operatorAge is how old the operator's place may be, in seconds; stations send it once a second.
	operatorAge = 5.0
)

// remoteID is what the Open Drone ID transmitter was told.
type remoteID struct {
	told  bool    // the operator's place, ever
	at    float64 // when, s since power-up
	lost  bool    // it was said
	place geo.LatLon
}

// missing is what the transmitter lacks, or nothing.
func (f *flight) missing() string {
	switch r := &f.remoteID; {
	case !r.told:
		return "operator location must be set"
	case f.age()-r.at > operatorAge*f.pace:
		return "operator location is too old"
	}
	return ""
}

// checkRemoteID is why arming is refused, where the law wants the transmitter.
func (f *flight) checkRemoteID() string {
	if f.params.get("DID_ENABLE") == 0 {
		return ""
	}
	if reason := f.missing(); reason != "" {
		return "OpenDroneID: " + reason
	}
	return ""
}

// handleRemoteID takes the operator's place from OPEN_DRONE_ID_SYSTEM and its short form.
func (c *Copter) handleRemoteID(k packet) bool {
	mine := func(system, component uint8) bool {
		return (system == 0 || system == c.link.system) && (component == 0 || component == autopilotComponent || component == remoteIDComponent)
	}
	var p geo.LatLon
	switch m := k.msg.(type) {
	case *mav.MessageOpenDroneIdSystem:
		if !mine(m.TargetSystem, m.TargetComponent) {
			return true
		}
		p = geo.LatLon{Lat: float64(m.OperatorLatitude) / 1e7, Lon: float64(m.OperatorLongitude) / 1e7}
	case *mav.MessageOpenDroneIdSystemUpdate:
		if !mine(m.TargetSystem, m.TargetComponent) || !c.flight.remoteID.told { // the short form only renews
			return true
		}
		p = geo.LatLon{Lat: float64(m.OperatorLatitude) / 1e7, Lon: float64(m.OperatorLongitude) / 1e7}
	default:
		return false
	}
	if p.Valid() && (p.Lat != 0 || p.Lon != 0) {
		c.flight.remoteID = remoteID{told: true, at: c.flight.age(), place: p}
	}
	return true
}

// tellRemoteID sends the transmitter's heartbeat and whether arming is allowed, once a second.
func (c *Copter) tellRemoteID() {
	f := c.flight
	if f.params.get("DID_ENABLE") == 0 {
		return
	}
	m := &mav.MessageOpenDroneIdArmStatus{Status: mav.MAV_ODID_ARM_STATUS_GOOD_TO_ARM}
	if reason := f.missing(); reason != "" {
		m.Status, m.Error = mav.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC, reason
		if f.remoteID.told && !f.remoteID.lost {
			f.remoteID.lost = true
			f.say(mav.MAV_SEVERITY_WARNING, "ODID: lost operator location")
		}
	}
	for _, p := range c.link.peers {
		p.tell(remoteIDComponent, &mav.MessageHeartbeat{
			Type: mav.MAV_TYPE_ODID, Autopilot: mav.MAV_AUTOPILOT_INVALID, SystemStatus: mav.MAV_STATE_ACTIVE, MavlinkVersion: 3,
		})
		p.tell(remoteIDComponent, m)
	}
}

package mavlink

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// member is one component of a system as it is heard.
type member struct {
	Component
	beats int
}

// meetMember notes the heartbeat of a component. It is shown from the second one on, as vehicles are.
func (st *state) meetMember(id uint8, hb *common.MessageHeartbeat, at time.Time) {
	p := st.member(id)
	p.beats++
	p.Kind = componentKind(id, hb)
	p.LastSeen = at.UTC()
}

func (st *state) member(id uint8) *member {
	p, ok := st.members[id]
	if !ok {
		p = &member{Component: Component{ID: int(id), Kind: "other"}}
		st.members[id] = p
	}
	return p
}

// describeMember takes what a component tells of itself, which others read too.
func (st *state) describeMember(id uint8, m message.Message) {
	switch m := m.(type) {
	case *common.MessageComponentInformationBasic:
		p := st.member(id)
		p.Vendor, p.Model, p.Version = clean(m.VendorName), clean(m.ModelName), clean(m.SoftwareVersion)
	case *common.MessageCameraInformation:
		p := st.member(id)
		p.Vendor, p.Model = clean(cString(m.VendorName[:])), clean(cString(m.ModelName[:]))
		p.Version = reversedVersion(m.FirmwareVersion)
	case *common.MessageGimbalDeviceInformation:
		if m.GimbalDeviceId != 0 {
			return // a gimbal behind the component that speaks for it
		}
		p := st.member(id)
		p.Vendor, p.Model = clean(m.VendorName), clean(m.ModelName)
		p.Version = reversedVersion(m.FirmwareVersion)
	case *common.MessageAutopilotVersion:
		st.member(id).Version = version(m.FlightSwVersion)
	}
}

// reversedVersion reads the versions of cameras and gimbals, whose major number stands in the lowest byte.
func reversedVersion(v uint32) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v&0xFF, v>>8&0xFF, v>>16&0xFF)
}

func (st *state) components() []Component {
	all := make([]Component, 0, len(st.members))
	for _, p := range st.members {
		if p.beats >= 2 {
			all = append(all, p.Component)
		}
	}
	slices.SortFunc(all, func(a, b Component) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

const firstCompanion, lastCompanion = 191, 194 // MAV_COMP_ID_ONBOARD_COMPUTER to ONBOARD_COMPUTER4

// componentKind goes by the type first and by the id where the type says nothing.
func componentKind(id uint8, hb *common.MessageHeartbeat) string {
	switch hb.Type {
	case common.MAV_TYPE_GIMBAL:
		return "gimbal"
	case common.MAV_TYPE_CAMERA:
		return "camera"
	case common.MAV_TYPE_ADSB, common.MAV_TYPE_FLARM:
		return "adsb"
	case common.MAV_TYPE_ODID:
		return "remoteId"
	case common.MAV_TYPE_BATTERY, common.MAV_TYPE_CHARGING_STATION:
		return "battery"
	case common.MAV_TYPE_PARACHUTE:
		return "parachute"
	case common.MAV_TYPE_WINCH, common.MAV_TYPE_GRIPPER:
		return "winch"
	case common.MAV_TYPE_GCS:
		return "station"
	case common.MAV_TYPE_RADIO:
		return "radio"
	}
	switch {
	case airframe(hb.Type) != "" && hb.Autopilot != common.MAV_AUTOPILOT_INVALID:
		return "autopilot"
	case id >= firstCamera && id <= lastCamera:
		return "camera"
	case id == gimbalComponent || id >= gimbal2 && id <= gimbal6:
		return "gimbal"
	case hb.Type == common.MAV_TYPE_ONBOARD_CONTROLLER || id >= firstCompanion && id <= lastCompanion:
		return "companion"
	case id == uint8(common.MAV_COMP_ID_ADSB):
		return "adsb"
	default:
		return "other"
	}
}

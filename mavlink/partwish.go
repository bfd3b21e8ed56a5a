package mavlink

import (
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// mountAfter is how long a gimbal manager may be silent before an ArduPilot is asked for a mount of before protocol v2.
const mountAfter = 15 * time.Second

// payloadWishes is what the gimbals and cameras of a vehicle are asked. A wish's name carries the life of its component, so
// that one that has restarted is asked again. The autopilot may be a camera too, and is asked in any case.
func (st *state) payloadWishes(autopilot uint8) []wish {
	var all []wish
	for component, p := range st.parts {
		name := func(what string) string { return fmt.Sprintf("%s %d in life %d", what, component, p.life) }
		if p.gimbal {
			hz := st.gimbalHz
			if hz == 0 {
				hz = streams[0].full
			}
			all = append(all,
				wish{name: name(fmt.Sprintf("%v attitudes of gimbal", hz)), order: interval(gimbalAttitudeID, hz).to(component)},
				requestWish(name("gimbal"), &common.MessageGimbalDeviceInformation{}, component),
			)
			if !st.gimbal.set.Managed() {
				// A gimbal may be its own manager, as on PX4; two managers are no use.
				all = append(all, requestWish(name("manager on gimbal"), &common.MessageGimbalManagerInformation{}, component))
			}
		}
		if p.camera {
			all = append(all, cameraWishes(component, name)...)
		}
		all = append(all, p.trackingWishes(component, st.scaled)...)
	}
	if p, ok := st.parts[autopilot]; !ok || !p.camera {
		all = append(all, cameraWishes(autopilot, func(what string) string { return what + " of the autopilot" })...)
	}
	all = append(all, st.cameraRateWishes()...)
	if !st.gimbal.set.Managed() && st.v.Autopilot == "ardupilot" && st.v.LastSeen.Sub(st.v.FirstSeen) > mountAfter {
		all = append(all, wish{name: "old mount", order: interval((&ardupilotmega.MessageMountStatus{}).GetID(), 5)})
	}
	slices.SortStableFunc(all, func(a, b wish) int { return int(a.component) - int(b.component) })
	return all
}

func cameraWishes(component uint8, name func(string) string) []wish {
	streams := requestWish(name("streams of camera"), &common.MessageVideoStreamInformation{}, component)
	streams.next = missingStream(component)
	return []wish{requestWish(name("camera"), &common.MessageCameraInformation{}, component), streams}
}

// cameraRates are the messages that a camera that has them streams, in hertz.
var cameraRates = []struct {
	flags common.CAMERA_CAP_FLAGS
	id    uint32
	hz    float64
}{
	{common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM, idView, 5},
	{common.CAMERA_CAP_FLAGS_HAS_THERMAL_RANGE, idHeat, 1},
	{common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO, idCapture, 0.5},
}

// scaled is a rate as the link in use has room for it: in proportion to the attitudes of gimbals, which are as often.
func (st *state) scaled(hz float64) float64 {
	const least = 0.1
	if st.gimbalHz == 0 {
		return hz
	}
	for _, s := range streams {
		if s.id == gimbalAttitudeID {
			return max(hz*min(1, st.gimbalHz/s.full), min(hz, least))
		}
	}
	return hz
}

// cameraRateWishes ask identified cameras for what changes while they are used.
func (st *state) cameraRateWishes() []wish {
	var all []wish
	asked := make(map[string]bool)
	for _, c := range st.cameras.List() {
		life := 0
		if p, ok := st.parts[c.Component]; ok {
			life = p.life
		}
		for _, r := range cameraRates {
			hz := st.scaled(r.hz)
			name := fmt.Sprintf("rate %.3g of %d by camera component %d in life %d", hz, r.id, c.Component, life)
			if c.Known && c.Flags&r.flags != 0 && !asked[name] {
				asked[name] = true
				all = append(all, wish{name: name, order: interval(r.id, hz).to(c.Component)})
			}
		}
	}
	return all
}

package mavlink

import (
	"fmt"
	"slices"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

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
	}
	if p, ok := st.parts[autopilot]; !ok || !p.camera {
		all = append(all, cameraWishes(autopilot, func(what string) string { return what + " of the autopilot" })...)
	}
	slices.SortStableFunc(all, func(a, b wish) int { return int(a.component) - int(b.component) })
	return all
}

func cameraWishes(component uint8, name func(string) string) []wish {
	streams := requestWish(name("streams of camera"), &common.MessageVideoStreamInformation{}, component)
	streams.next = missingStream(component)
	return []wish{requestWish(name("camera"), &common.MessageCameraInformation{}, component), streams}
}

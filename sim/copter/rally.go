package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// checkRally says whether the item can be stored as a rally point.
func (i item) checkRally() mav.MAV_MISSION_RESULT {
	if i.cmd != common.MAV_CMD_NAV_RALLY_POINT {
		return mav.MAV_MISSION_UNSUPPORTED
	}
	if i.frame == mav.MAV_FRAME_MISSION {
		return mav.MAV_MISSION_UNSUPPORTED_FRAME
	}
	if r := i.checkPlace(); r != mav.MAV_MISSION_ACCEPTED {
		return r
	}
	if math.Abs(float64(i.z)) > math.MaxInt16 { // stored in 16 bits
		return mav.MAV_MISSION_INVALID_PARAM7
	}
	return mav.MAV_MISSION_ACCEPTED
}

// returnPlace is where a return goes: the nearest rally point within RALLY_LIMIT_KM, or home where that is nearer and
// RALLY_INCL_HOME counts it. Its height is that of the rally point, or home's.
func (f *flight) returnPlace() vec {
	best, found := f.home, false
	nearest := math.Inf(1)
	for _, it := range f.rally {
		at := f.target(it)
		if d := at.sub(f.est.pos).horizontal(); d < nearest {
			best, nearest, found = at, d, true
		}
	}
	if !found {
		return f.home
	}
	limit := f.params.get("RALLY_LIMIT_KM") * 1000
	toHome := f.home.sub(f.est.pos).horizontal()
	if limit > 0 && nearest > limit || f.params.get("RALLY_INCL_HOME") != 0 && toHome < nearest {
		return f.home
	}
	return best
}

package api

import "vedette/internal/geo"

// GimbalCommand is the body of POST /vehicles/{id}/gimbal: exactly one of a place, a vehicle, angles, rates or a mode.
type GimbalCommand struct {
	Gimbal        int      `json:"gimbal,omitempty"` // which one, by its id; missing: the first
	LookAt        *Place   `json:"lookAt,omitempty"`
	LookAtVehicle int      `json:"lookAtVehicle,omitempty"` // MAVLink system id
	PitchDeg      *float64 `json:"pitchDeg,omitempty"`      // up from the horizon; pitch or yaw alone leaves the other
	YawDeg        *float64 `json:"yawDeg,omitempty"`        // from true north, or as frame says
	PitchRateDegS *float64 `json:"pitchRateDegS,omitempty"` // for the next 0.6 s: say it again to go on
	YawRateDegS   *float64 `json:"yawRateDegS,omitempty"`   // clockwise
	PitchStick    *float64 `json:"pitchStick,omitempty"`    // up, -1 to 1 of what the gimbal's manager is set up for; as rates
	YawStick      *float64 `json:"yawStick,omitempty"`      // clockwise
	Frame         string   `json:"frame,omitempty"`         // earth: yaw from true north, and it stays; vehicle: from the nose, and it turns along
	Mode          string   `json:"mode,omitempty"`          // lock, follow, neutral, retract, control, release, roiNone
}

// Place is where to look; without a height it is the ground there.
type Place struct {
	Lat     *float64  `json:"lat"`
	Lon     *float64  `json:"lon"`
	AltAMSL *geo.AMSL `json:"altAMSL,omitempty"`
}

// GimbalState is one gimbal of a vehicle.
type GimbalState struct {
	ID         int            `json:"id"` // the device's component id, or 1 to 6
	Name       string         `json:"name,omitempty"`
	PitchDeg   *float64       `json:"pitchDeg,omitempty"`
	YawDeg     *float64       `json:"yawDeg,omitempty"` // from true north
	RollDeg    *float64       `json:"rollDeg,omitempty"`
	VehicleYaw *float64       `json:"vehicleYawDeg,omitempty"` // from the nose, clockwise
	Mode       string         `json:"mode,omitempty"`          // lock, follow, neutral, retracted
	Abilities  []string       `json:"abilities,omitempty"`     // as it tells: pitch, yaw, roll, lock, follow, neutral, retract, endlessYaw, rc, lookAt
	PitchRange *[2]float64    `json:"pitchRangeDeg,omitempty"`
	YawRange   *[2]float64    `json:"yawRangeDeg,omitempty"` // from the nose
	Control    *GimbalControl `json:"control,omitempty"`
	Failures   []string       `json:"failures,omitempty"`
	Target     *geo.LatLon    `json:"target,omitempty"` // the place it is told to look at
}

// GimbalControl says who controls a gimbal.
type GimbalControl struct {
	Who                string `json:"who"` // us, vehicle, other, nobody
	System             int    `json:"system,omitempty"`
	Component          int    `json:"component,omitempty"`
	SecondarySystem    int    `json:"secondarySystem,omitempty"`
	SecondaryComponent int    `json:"secondaryComponent,omitempty"`
}

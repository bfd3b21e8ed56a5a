package api

import (
	"encoding/json"
	"fmt"
	"math"

	"vedette/internal/geo"
	"vedette/mavlink/mission"
)

// Mission is a vehicle's flight plan.
type Mission struct {
	Items []MissionItem `json:"items"` // never null
	// Findings and Estimate are in answers to an upload; in a request they are passed over.
	Findings []Finding `json:"findings,omitempty"`
	Estimate *Estimate `json:"estimate,omitempty"`
}

// MissionItem is one step of a mission. A command with a place has lat, lon and one of the altitudes; every other one has what it
// needs in params.
type MissionItem struct {
	Command          string   `json:"command,omitempty"`   // waypoint, takeoff, …, any MAV_CMD by its name or number
	CommandID        *int     `json:"commandId,omitempty"` // the MAV_CMD; may stand instead of command
	Lat              *float64 `json:"lat,omitempty"`
	Lon              *float64 `json:"lon,omitempty"`
	AltitudeRelative *float64 `json:"altitudeRelative,omitempty"` // metres above home
	AltitudeAMSL     *float64 `json:"altitudeAMSL,omitempty"`     // metres above mean sea level
	AltitudeAGL      *float64 `json:"altitudeAGL,omitempty"`      // metres above the terrain, which the vehicle must know
	HoldS            float64  `json:"holdS,omitempty"`            // seconds to stay at a waypoint: its first parameter
	// Params are parameters 1 to 4, or 1 to 7. Where the command has no place, 5 and 6 are the whole numbers that travel.
	Params       []Number `json:"params,omitempty"`
	Frame        *int     `json:"frame,omitempty"`        // MAV_FRAME, where it is not the usual one for the altitude
	AutoContinue *bool    `json:"autoContinue,omitempty"` // left out: true
}

// Number is a number that may be none: NaN travels as null, the infinities as "Infinity" and "-Infinity".
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	default:
		return json.Marshal(v)
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "null":
		*n = Number(math.NaN())
	case `"Infinity"`:
		*n = Number(math.Inf(1))
	case `"-Infinity"`:
		*n = Number(math.Inf(-1))
	default:
		var v float64
		if err := json.Unmarshal(text, &v); err != nil {
			return fmt.Errorf("params: %.40s is no number, null, \"Infinity\" or \"-Infinity\"", text)
		}
		*n = Number(v)
	}
	return nil
}

// Fence is where a vehicle must stay, and where it must stay out of.
type Fence struct {
	Polygons    []FencePolygon `json:"polygons"` // never null
	Circles     []FenceCircle  `json:"circles"`  // never null
	ReturnPoint *ReturnPoint   `json:"returnPoint,omitempty"`
}

// FencePolygon is an area; the ring closes by itself.
type FencePolygon struct {
	Inclusion bool         `json:"inclusion"`
	Points    []geo.LatLon `json:"points"`
}

// FenceCircle is a round area.
type FenceCircle struct {
	Inclusion bool       `json:"inclusion"`
	Center    geo.LatLon `json:"center"`
	RadiusM   float64    `json:"radiusM"`
}

// ReturnPoint is where a vehicle flies after a breach.
type ReturnPoint struct {
	Lat              float64 `json:"lat"`
	Lon              float64 `json:"lon"`
	AltitudeRelative float64 `json:"altitudeRelative"` // metres above home
}

// Rally are the places that a vehicle may return to instead of home.
type Rally struct {
	Points []RallyPoint `json:"points"` // never null
}

// RallyPoint is one of them.
type RallyPoint struct {
	Lat              float64 `json:"lat"`
	Lon              float64 `json:"lon"`
	AltitudeRelative float64 `json:"altitudeRelative"` // metres above home
}

// Finding is something about a plan that a person should know before it flies.
type Finding struct {
	Severity string `json:"severity"`       // error: it is not uploaded unless overridden; warning
	Item     int    `json:"item,omitempty"` // number of the item, the first is 1; left out: the plan as a whole
	Text     string `json:"text"`
}

// Estimate is how long a mission is, jumps left out.
type Estimate struct {
	LengthM   float64 `json:"lengthM"`
	DurationS float64 `json:"durationS"`
	SpeedMS   float64 `json:"speedMS"` // that it was reckoned with, where the plan sets none
}

// PlanCheck is what was found in a plan.
type PlanCheck struct {
	Items       int       `json:"items"`
	FenceItems  int       `json:"fenceItems"`
	RallyPoints int       `json:"rallyPoints"`
	Findings    []Finding `json:"findings"` // never null
	Estimate    *Estimate `json:"estimate,omitempty"`
	// Clearance is how the mission stands to the ground.
	Clearance *Clearance `json:"clearance,omitempty"`
}

// Clearance is how high a mission is above the ground, jumps left out and turns taken as corners.
type Clearance struct {
	StepM   float64  `json:"stepM"`            // how close the ground is looked at
	WantedM float64  `json:"wantedM"`          // less is low
	LeastM  *float64 `json:"leastM,omitempty"` // of what is known; left out: nothing is
	Item    int      `json:"item,omitempty"`   // that the leg with it leads to
	Unknown int      `json:"unknown"`          // legs that are not known, or not whole
	Legs    []Leg    `json:"legs"`             // never null
	// Profile is in answers to ?profile=true: the way and the ground below it, thinned out where the mission is long.
	Profile []ProfilePoint `json:"profile,omitempty"`
}

// Leg is the straight way to an item.
type Leg struct {
	Item    int     `json:"item"`  // that it leads to, the first is 1
	State   string  `json:"state"` // clear, low, below (the ground), partly (known, and that is clear), unknown
	LengthM float64 `json:"lengthM"`
	// LeastM is the least height above the ground, At a place and over ground of that height; left out where nothing is known.
	LeastM     *float64    `json:"leastM,omitempty"`
	At         *geo.LatLon `json:"at,omitempty"`
	GroundAMSL *geo.AMSL   `json:"groundAMSL,omitempty"`
	// FollowsTerrain tells that the vehicle keeps a height above the ground by what it knows of it itself.
	FollowsTerrain bool    `json:"followsTerrain,omitempty"`
	UnknownM       float64 `json:"unknownM"`      // of its length, over ground that is not known
	Why            string  `json:"why,omitempty"` // it is not known
}

// PlanUpload is what a vehicle holds after a plan file went to it. What the file does not speak of is left out.
type PlanUpload struct {
	Mission  Mission   `json:"mission"`
	Fence    *Fence    `json:"fence,omitempty"`
	Rally    *Rally    `json:"rally,omitempty"`
	Findings []Finding `json:"findings"` // never null
}

// MissionCurrent is the body of POST /vehicles/{id}/mission/current.
type MissionCurrent struct {
	Item int `json:"item"` // the first is 1
}

// PlanState is what is known about one of the lists that a vehicle holds.
type PlanState struct {
	Kind      string `json:"kind"`                // mission, fence, rally
	SyncedAt  Time   `json:"syncedAt,omitzero"`   // when the station last read or wrote it
	Count     *int   `json:"count,omitempty"`     // items at that time
	ChangedAt Time   `json:"changedAt,omitzero"`  // when somebody else changed it after that
	ChangedBy string `json:"changedBy,omitempty"` // who, where known
	Unknown   bool   `json:"unknown,omitempty"`   // an upload was cut, and what the vehicle holds has not been read yet
	Note      string `json:"note,omitempty"`      // what became of an upload that was cut
}

// MAVCommand is the MAV_CMD of an item, by its name, its number, or both.
func (i MissionItem) MAVCommand() (uint16, error) {
	if i.Command == "" && i.CommandID == nil {
		return 0, BadRequest("command is missing")
	}
	if i.CommandID != nil && (*i.CommandID < 0 || *i.CommandID > math.MaxUint16) {
		return 0, BadRequest("commandId must be a MAV_CMD, 0 to 65535")
	}
	if i.Command == "" {
		return uint16(*i.CommandID), nil
	}
	id, ok := mission.CommandID(i.Command)
	switch {
	case !ok:
		return 0, BadRequest("command %.40q: use waypoint, takeoff, return, land and so on, or the name or number of a MAV_CMD", i.Command)
	case i.CommandID != nil && int(id) != *i.CommandID:
		return 0, BadRequest("command %.40q is %d, commandId says %d", i.Command, id, *i.CommandID)
	}
	return id, nil
}

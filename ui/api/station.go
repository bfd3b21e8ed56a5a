package api

import "vedette/internal/geo"

// StationInfo names the station that answers.
type StationInfo struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Position *geo.LatLon `json:"position,omitempty"` // where the map opens
	Version  string      `json:"version"`
	Demo     bool        `json:"demo"` // everything on show is simulated
}

// PostFix is the body of PUT /station/position: where the station is, as its own receiver says.
type PostFix struct {
	Lat          *float64  `json:"lat"`
	Lon          *float64  `json:"lon"`
	AltitudeAMSL *geo.AMSL `json:"altitudeAMSL,omitempty"` // missing: the ground there
	Speed        *float64  `json:"speed,omitempty"`        // m/s
	CourseDeg    *float64  `json:"courseDeg,omitempty"`    // from true north
	T            *Time     `json:"t,omitempty"`            // of the measurement; missing: now
}

// PostPosition is where the station is.
type PostPosition struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
	// AltitudeAMSL is missing while nobody has told it and no terrain is known there.
	AltitudeAMSL *geo.AMSL `json:"altitudeAMSL,omitempty"`
	Speed        float64   `json:"speed"`
	CourseDeg    float64   `json:"courseDeg"`
	T            Time      `json:"t,omitzero"`     // of the measurement
	AgeS         *float64  `json:"ageS,omitempty"` // since then; missing for a post that does not move
	// Stale tells that a moving post has not told for so long that nobody goes by it.
	Stale    bool      `json:"stale,omitempty"`
	Source   string    `json:"source"` // config, feed, gnss
	Receiver *Receiver `json:"receiver,omitempty"`
}

// Receiver is the station's own satellite receiver.
type Receiver struct {
	Source     string   `json:"source"` // device or address
	State      string   `json:"state"`  // fixed, noFix, silent, down
	Problem    string   `json:"problem,omitempty"`
	LastHeard  Time     `json:"lastHeard,omitzero"`
	Quality    string   `json:"quality,omitempty"` // gnss, differential, pps, rtkFixed, rtkFloat, estimated, manual, simulated
	Satellites int      `json:"satellites"`        // used
	HDOP       *float64 `json:"hdop,omitempty"`
	Sentences  uint64   `json:"sentences"` // read
	Damaged    uint64   `json:"damaged"`   // lines with a wrong checksum, or unreadable
}

// Me is who asks, as the station sees them.
type Me struct {
	Name    string      `json:"name"`
	Role    string      `json:"role"` // viewer, operator, admin
	Via     string      `json:"via"`  // session, token
	Station StationInfo `json:"station"`
}

// SignIn is the body of POST /session: a ticket, or a name with its password, and a code where the account has a second factor.
type SignIn struct {
	Ticket   string `json:"ticket,omitempty"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
	Code     string `json:"code,omitempty"` // six digits, or a spare code
}

// TerrainInfo says what the terrain tiles cover.
type TerrainInfo struct {
	Bounds  [4]float64 `json:"bounds"` // west, south, east, north in degrees
	MinZoom int        `json:"minZoom"`
	MaxZoom int        `json:"maxZoom"`
	Note    string     `json:"note,omitempty"` // where the data comes from, for the map's corner
}

// MapFile is a map that users have put into the station's folder.
type MapFile struct {
	ID          string      `json:"id"` // the file's name
	Name        string      `json:"name"`
	Format      string      `json:"format,omitempty"` // png, jpg, webp, avif, vector
	MinZoom     int         `json:"minZoom"`
	MaxZoom     int         `json:"maxZoom"`
	Bounds      *[4]float64 `json:"bounds,omitempty"` // west, south, east, north in degrees
	Attribution string      `json:"attribution,omitempty"`
	Layers      []string    `json:"layers,omitempty"`  // of vector tiles
	Problem     string      `json:"problem,omitempty"` // why it cannot be shown
}

// Elevation is the height of the ground at a place.
type Elevation struct {
	ElevationAMSL geo.AMSL `json:"elevationAMSL"` // metres above mean sea level (EGM96)
}

// ZoneProperties describe a zone on the map.
type ZoneProperties struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"` // border, area, noFly, privacy, known
	// Nuisance is what people decided of alerts inside, of a border near it; nil: nothing yet.
	Nuisance *Nuisance `json:"nuisance,omitempty"`
}

// Zone is a line or polygon with a rule.
type Zone = Feature[ZoneProperties]

// ZoneCollection is every zone.
type ZoneCollection = FeatureCollection[ZoneProperties]

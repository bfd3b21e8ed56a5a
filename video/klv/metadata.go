package klv

import (
	"cmp"
	"math"
	"time"

	"vedette/internal/geo"
)

// maxTargets bounds the targets of one packet that are told.
const maxTargets = 64

// Metadata is what a packet says about its picture. What the packet does not say is nil, zero or "".
type Metadata struct {
	// Time is when the packet says that it was (tag 2), UTC.
	Time time.Time `json:"time,omitzero"`
	// Mission, TailNumber, Platform, CallSign and Sensor are names.
	Mission    string `json:"mission,omitempty"`
	TailNumber string `json:"tailNumber,omitempty"`
	Platform   string `json:"platform,omitempty"`
	CallSign   string `json:"callSign,omitempty"`
	Sensor     string `json:"sensor,omitempty"`
	// HeadingDeg, PitchDeg and RollDeg are the platform's attitude, heading from true north.
	HeadingDeg *float64 `json:"headingDeg,omitempty"`
	PitchDeg   *float64 `json:"pitchDeg,omitempty"`
	RollDeg    *float64 `json:"rollDeg,omitempty"`
	// VelocityNorth and VelocityEast are the sensor's, in m/s.
	VelocityNorth *float64 `json:"velocityNorth,omitempty"`
	VelocityEast  *float64 `json:"velocityEast,omitempty"`
	// Position is the sensor's, with its height above mean sea level and above the ellipsoid in metres.
	Position *geo.LatLon `json:"position,omitempty"`
	AltAMSL  *geo.AMSL   `json:"altAMSL,omitempty"`
	AltHAE   *geo.HAE    `json:"altHAE,omitempty"`
	// HFOVDeg and VFOVDeg are the full angles of view.
	HFOVDeg *float64 `json:"hfovDeg,omitempty"`
	VFOVDeg *float64 `json:"vfovDeg,omitempty"`
	// RelAzimuthDeg, RelElevationDeg and RelRollDeg turn the sensor against the platform.
	RelAzimuthDeg   *float64 `json:"relAzimuthDeg,omitempty"`
	RelElevationDeg *float64 `json:"relElevationDeg,omitempty"`
	RelRollDeg      *float64 `json:"relRollDeg,omitempty"`
	// SlantRangeM is from the sensor to the middle of the picture, TargetWidthM the picture's width on the ground there.
	SlantRangeM  *float64 `json:"slantRangeM,omitempty"`
	TargetWidthM *float64 `json:"targetWidthM,omitempty"`
	// Center is the middle of the picture on the ground.
	Center        *geo.LatLon `json:"center,omitempty"`
	CenterAltAMSL *geo.AMSL   `json:"centerAltAMSL,omitempty"`
	CenterAltHAE  *geo.HAE    `json:"centerAltHAE,omitempty"`
	// Corners are the picture's on the ground: upper left, upper right, lower right, lower left. All four, or none.
	Corners []geo.LatLon `json:"corners,omitempty"`
	// Security is what the nested ST 0102 set says; nil: there is none.
	Security *Security `json:"security,omitempty"`
	// Targets are those that the sender found (ST 0903), at most 64, of TargetsTotal.
	Targets      []Target `json:"targets,omitempty"`
	TargetsTotal int      `json:"targetsTotal,omitempty"`
}

// Security is what people must know before they pass a picture on (MISB ST 0102).
type Security struct {
	Classification string `json:"classification,omitempty"` // unclassified, restricted, confidential, secret, top secret
	Country        string `json:"country,omitempty"`
	ObjectCountry  string `json:"objectCountry,omitempty"`
	Caveats        string `json:"caveats,omitempty"`
	Releasing      string `json:"releasing,omitempty"`
}

// Target is one object that the sender found (MISB ST 0903, VTarget).
type Target struct {
	ID int `json:"id"`
	// Center is its middle in pixels, and Box its x, y, width and height.
	Center            *[2]float64 `json:"center,omitempty"`
	Box               *[4]float64 `json:"bbox,omitempty"`
	ConfidencePercent *float64    `json:"confidencePercent,omitempty"`
	Position          *geo.LatLon `json:"position,omitempty"`
	AltHAE            *geo.HAE    `json:"altHAE,omitempty"`
}

// Read takes what is known by name out of a packet's items. Where a value comes in a short form and a long one, the long one
// counts.
func Read(s Set) Metadata {
	m := Metadata{
		Mission: s.Text(TagMission), TailNumber: s.Text(TagTailNumber), Platform: s.Text(TagPlatform),
		CallSign: s.Text(TagCallSign), Sensor: s.Text(TagSensor),
		HeadingDeg: s.Number(TagPlatformHeading),
		PitchDeg:   cmp.Or(s.Number(TagPitchFull), s.Number(TagPlatformPitch)),
		RollDeg:    cmp.Or(s.Number(TagRollFull), s.Number(TagPlatformRoll)),
		HFOVDeg:    s.Number(TagHFOV), VFOVDeg: s.Number(TagVFOV),
		RelAzimuthDeg: s.Number(TagRelAzimuth), RelElevationDeg: s.Number(TagRelElevation), RelRollDeg: s.Number(TagRelRoll),
		SlantRangeM: s.Number(TagSlantRange), TargetWidthM: cmp.Or(s.Number(TagTargetWidthLong), s.Number(TagTargetWidth)),
		VelocityNorth: s.Number(TagVelocityNorth), VelocityEast: s.Number(TagVelocityEast),
		Position: s.place(TagSensorLat, TagSensorLon), Center: s.place(TagCenterLat, TagCenterLon),
		AltAMSL: (*geo.AMSL)(s.Number(TagSensorAltitude)), CenterAltAMSL: (*geo.AMSL)(s.Number(TagCenterElevation)),
		AltHAE: (*geo.HAE)(cmp.Or(s.Number(TagSensorHAELong), s.Number(TagSensorHAE))), CenterAltHAE: (*geo.HAE)(s.Number(TagCenterHAE)),
	}
	if us, ok := s.Integer(TagTime); ok && us <= math.MaxInt64/1000 {
		m.Time = time.UnixMicro(int64(us)).UTC() // later ones are beyond the year 2262
	}
	m.Corners = s.corners(m.Center)
	m.Security = readSecurity(s.Nested(TagSecurity))
	m.readTargets(s.Nested(TagVMTI))
	return m
}

func (s Set) place(latTag, lonTag uint32) *geo.LatLon {
	lat, lon := s.Number(latTag), s.Number(lonTag)
	if lat == nil || lon == nil {
		return nil
	}
	return &geo.LatLon{Lat: *lat, Lon: *lon}
}

// corners are the full ones, else those given as offsets from the middle.
func (s Set) corners(center *geo.LatLon) []geo.LatLon {
	var full, near []geo.LatLon
	for i := range uint32(4) {
		if p := s.place(TagCorners+2*i, TagCorners+2*i+1); p != nil {
			full = append(full, *p)
		}
		if p := s.place(TagCornerOffsets+2*i, TagCornerOffsets+2*i+1); p != nil && center != nil {
			near = append(near, besides(*center, p.Lat, p.Lon))
		}
	}
	switch {
	case len(full) == 4:
		return full
	case len(near) == 4:
		return near
	}
	return nil
}

// besides is a place some degrees from another one, which may lie on the other side of the antimeridian.
func besides(at geo.LatLon, dLat, dLon float64) geo.LatLon {
	return geo.LatLon{Lat: min(max(at.Lat+dLat, -90), 90), Lon: geo.DiffDeg(0, at.Lon+dLon)}
}

func readSecurity(s Set) *Security {
	if len(s) == 0 {
		return nil
	}
	out := &Security{Country: s.Text(3), ObjectCountry: s.Text(13), Caveats: s.Text(5), Releasing: s.Text(6)}
	if n, ok := s.Integer(1); ok && n >= 1 && n <= uint64(len(classifications)) {
		out.Classification = classifications[n-1]
	}
	return out
}

func (m *Metadata) readTargets(vmti Set) {
	all := vmti.Nested(vmtiTargets)
	if n, ok := vmti.Integer(vmtiTotal); ok {
		m.TargetsTotal = int(min(n, math.MaxInt32))
	}
	m.TargetsTotal = max(m.TargetsTotal, len(all))
	width, _ := vmti.Integer(vmtiWidth)
	for _, t := range all {
		if t.Kind == Nested && len(m.Targets) < maxTargets {
			m.Targets = append(m.Targets, readTarget(t, width, m.Center))
		}
	}
}

func readTarget(it Item, width uint64, center *geo.LatLon) Target {
	s := it.Items
	t := Target{ID: int(it.Tag), ConfidencePercent: s.Number(targetPercent), AltHAE: (*geo.HAE)(s.Number(targetHAE))}
	if row, column := s.Number(targetRow), s.Number(targetColumn); row != nil && column != nil {
		t.Center = &[2]float64{*column, *row}
	} else if x, y, ok := s.pixel(targetCentroid, width); ok {
		t.Center = &[2]float64{x, y}
	}
	left, top, okA := s.pixel(targetTopLeft, width)
	right, bottom, okB := s.pixel(targetBottom, width)
	if okA && okB && right >= left && bottom >= top {
		t.Box = &[4]float64{left, top, right - left + 1, bottom - top + 1}
	}
	place := s.Nested(targetPlace)
	t.Position = place.place(1, 2)
	if hae := place.Number(3); hae != nil {
		t.AltHAE = (*geo.HAE)(hae)
	}
	if off := s.place(targetDLat, targetDLon); t.Position == nil && off != nil && center != nil {
		p := besides(*center, off.Lat, off.Lon)
		t.Position = &p
	}
	return t
}

// pixel is the place of a numbered pixel; they count from 1, row by row.
func (s Set) pixel(tag uint32, width uint64) (x, y float64, ok bool) {
	n, ok := s.Integer(tag)
	if !ok || n == 0 || width == 0 {
		return 0, 0, false
	}
	return float64((n - 1) % width), float64((n - 1) / width), true
}

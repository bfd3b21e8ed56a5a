package station

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/ui/api"
	"vedette/video"
)

// Symbols of MIL-STD-2525C: unknown units on the ground; an animal is neutral.
const (
	symbolUnknown = "SUGP-----------"
	symbolPerson  = "SUGPUCI--------"
	symbolVehicle = "SUGPEV---------"
	symbolAnimal  = "SNGP-----------"
)

const confidence95 = 0.95

func lineOf(points []geo.LatLon) orb.LineString {
	line := make(orb.LineString, len(points))
	for i, p := range points {
		line[i] = p.Point()
	}
	return line
}

func ringOf(points []geo.LatLon) orb.Polygon {
	ring := orb.Ring(lineOf(points))
	if len(ring) > 0 && !ring.Closed() {
		ring = append(ring, ring[0])
	}
	if ring.Orientation() == orb.CW { // RFC 7946: exterior rings are counterclockwise
		ring.Reverse()
	}
	return orb.Polygon{ring}
}

// borderOf is the line of a border zone, nil for any other.
func borderOf(z zone.Zone) []geo.LatLon {
	line, ok := z.Geometry.(orb.LineString)
	if !ok {
		return nil
	}
	out := make([]geo.LatLon, len(line))
	for i, p := range line {
		out[i] = geo.FromPoint(p)
	}
	return out
}

func describeZones(zones []zone.Zone) api.ZoneCollection {
	features := make([]api.Zone, len(zones))
	for i, z := range zones {
		features[i] = api.NewFeature(z.ID, z.Geometry, api.ZoneProperties{ID: z.ID, Name: z.Label(), Kind: string(z.Kind)})
	}
	return api.NewFeatureCollection(features)
}

func describeTrack(id string, t fusion.Track, now time.Time, alertID string) api.Track {
	ellipse := ellipse95(t.EE, t.EN, t.NN)
	props := api.TrackProperties{
		Status: t.Status.String(), Class: "unknown", SIDC: symbolUnknown, Existence: api.Known(t.Existence),
		Speed:   api.Known(math.Hypot(t.VE, t.VN)),
		Ellipse: &ellipse,

		FirstSeen: api.At(t.FirstSeen), LastSeen: api.At(t.LastSeen), T: api.At(now), AlertID: alertID,
		ClassProbabilities: map[string]float64{
			"person": t.Class[fusion.Person], "vehicle": t.Class[fusion.Vehicle], "animal": t.Class[fusion.Animal],
		},
	}
	if *props.Speed > 0.2 { // below it the course is noise
		props.CourseDeg = api.Known(geo.NormalizeDeg(math.Atan2(t.VE, t.VN) * 180 / math.Pi))
	}
	if class, ok := t.Class.Best(); ok {
		props.Class = class.String()
		props.SIDC = map[fusion.Class]string{
			fusion.Person: symbolPerson, fusion.Vehicle: symbolVehicle, fusion.Animal: symbolAnimal,
		}[class]
	}
	for _, s := range t.Sources {
		props.Sources = append(props.Sources, api.TrackSource{ID: s.ID, Kind: s.Kind.String(), LastSeen: api.At(s.LastSeen), Count: s.Count})
	}
	return api.NewFeature(id, t.Position.Point(), props)
}

// alertTrip is a trip as the alert engine has it: that of a beam may be anywhere between its posts.
func alertTrip(e sensors.Event) alert.Trip {
	out := alert.Trip{
		Sensor: e.Sensor, Kind: string(e.Kind), Detail: e.Detail, Confidence: e.Confidence, At: e.ObservedAt,
		Lat: e.State.Position.Lat, Lon: e.State.Position.Lon, RangeM: e.State.RangeM,
	}
	if ends := e.State.Line; ends != nil {
		out.Lat, out.Lon = (ends[0].Lat+ends[1].Lat)/2, (ends[0].Lon+ends[1].Lon)/2
		out.HalfM, out.AxisDeg = geo.Distance(ends[0], ends[1])/2, geo.BearingDeg(ends[0], ends[1])
	}
	return out
}

// alertTrack is a track as the alert engine has it.
func (p *picture) alertTrack(t fusion.Track) alert.Track {
	out := alert.Track{
		ID: p.trackID(t.ID), Lat: t.Position.Lat, Lon: t.Position.Lon, VE: t.VE, VN: t.VN,
		CovEE: t.EE, CovEN: t.EN, CovNN: t.NN, Existence: t.Existence, Status: t.Status.String(), FirstSeen: t.FirstSeen,
		Class: map[string]float64{
			"person": t.Class[fusion.Person], "vehicle": t.Class[fusion.Vehicle], "animal": t.Class[fusion.Animal],
		},
	}
	if t.Seen != (fusion.ClassProbs{}) {
		out.Seen = map[string]float64{
			"person": t.Seen[fusion.Person], "vehicle": t.Seen[fusion.Vehicle], "animal": t.Seen[fusion.Animal],
		}
	}
	for _, s := range t.Sources {
		out.Sources = append(out.Sources, alert.Source{ID: s.ID, Kind: s.Kind.String(), LastSeen: s.LastSeen, Count: s.Count})
	}
	return out
}

func describeAlert(a alert.Alert) api.Alert {
	out := api.Alert{
		ID: a.ID, State: string(a.State), Severity: string(a.Severity), Title: a.Title, Probably: string(a.Probably),
		Reasons: a.Reasons, Confidence: api.Known(a.Confidence), TrackID: a.TrackID, Tracks: a.Tracks, CueID: a.CueID,
		Sources: a.Sources, RaisedAt: api.At(a.RaisedAt), UpdatedAt: api.At(a.UpdatedAt),
		DecidedBy: a.DecidedBy, DecidedAt: api.At(a.DecidedAt),
		AssignedTo: a.AssignedTo, AssignedBy: a.AssignedBy, AssignedAt: api.At(a.AssignedAt), Pictures: describePictures(a.Pictures),
	}
	if a.Position != (geo.LatLon{}) { // concealed
		out.Position = &a.Position
	}
	if e := a.Ellipse; e != nil {
		out.Ellipse = &api.Ellipse{SemiMajorM: e.SemiMajorM, SemiMinorM: e.SemiMinorM, BearingDeg: e.BearingDeg, Confidence: e.Confidence}
	}
	for _, h := range a.History {
		out.History = append(out.History, api.AlertEntry{T: api.At(h.At), Who: h.Who, What: h.What, Note: h.Note})
	}
	return out
}

func describeCue(c cue.Cue) api.Cue {
	height := geo.AGL(c.HeightAGL)
	out := api.Cue{
		ID: c.ID, State: string(c.State), AlertID: c.AlertID, TrackID: c.TrackID, Vehicle: c.Vehicle, Action: string(c.Action),
		Target: &c.Target, ETAS: api.Known(c.ETAS), Reasons: c.Reasons,
		CreatedAt: api.At(c.CreatedAt), ExpiresAt: api.At(c.ExpiresAt),
		DecidedBy: c.DecidedBy, DecidedAt: api.At(c.DecidedAt), Detail: c.Detail, Searching: c.Searching, Relieves: c.Relieves, Leaves: c.Leaves,
	}
	if c.Action == cue.LookAndApproach {
		out.StandoffM, out.HeightAGL = api.Known(c.StandoffM), &height
	}
	return out
}

func describeSensor(s sensors.State) api.Sensor {
	out := api.Sensor{
		ID: s.ID, Kind: string(s.Kind), Position: &s.Position, AzimuthDeg: s.AzimuthDeg, FOVDeg: s.FOVDeg,
		Gateway: s.Gateway, State: string(s.Health), LastSeen: api.At(s.LastSeen), LastTrip: api.At(s.LastTrip), Trips: s.Trips,
	}
	if s.Line != nil {
		out.Line = s.Line[:]
	}
	if s.RangeM > 0 {
		out.RangeM = &s.RangeM
	}
	if s.BatteryPercent != nil {
		out.BatteryPercent = api.Known(float64(*s.BatteryPercent))
	}
	return out
}

func describeTrip(e sensors.Event) api.Trip {
	return api.Trip{
		Sensor: e.Sensor, Kind: string(e.Kind), T: api.At(e.ObservedAt), Detail: e.Detail,
		Confidence: api.Known(math.Round(100 * e.Confidence)),
	}
}

// fusionTrip is a trip as fusion has it. Sequence numbers start at 0 on the wire, where 0 means none in fusion.
func fusionTrip(e sensors.Event) fusion.Trip {
	t := fusion.Trip{Sensor: e.Sensor, Time: e.ObservedAt, Arrival: e.ArrivedAt, Confidence: e.Confidence}
	switch e.Detail {
	case sensors.DetailWalk:
		t.Class = fusion.ClassProbs{0.8, 0.05, 0.15}
	case sensors.DetailVehicle:
		t.Class = fusion.ClassProbs{0.05, 0.9, 0.05}
	case sensors.DetailAnimal:
		t.Class = fusion.ClassProbs{0.2, 0.05, 0.75}
	case sensors.DetailL2R:
		t.Direction = fusion.LeftToRight
	case sensors.DetailR2L:
		t.Direction = fusion.RightToLeft
	}
	return t
}

func describeDetections(d video.Detections) api.Detections {
	out := api.Detections{Feed: d.Feed, T: api.At(d.FrameTime), Width: d.WidthPx, Height: d.HeightPx, Boxes: make([]api.Box, 0, len(d.Boxes))}
	for _, b := range d.Boxes {
		class, p := b.Class.Best()
		if p < 0.5 || class == "other" {
			class = "unknown"
		}
		out.Boxes = append(out.Boxes, api.Box{X: b.X, Y: b.Y, W: b.W, H: b.H, Score: b.Score, Class: class, Object: b.ID})
	}
	return out
}

// placedDetections are the detections of one frame on the ground, as the event log has them.
type placedDetections struct {
	Feed       string            `json:"feed"`
	Detections []placedDetection `json:"detections"`
}

type placedDetection struct {
	geo.LatLon
	Score   float64     `json:"score"`
	Ellipse api.Ellipse `json:"ellipse"`
}

func describeScan(s fusion.Scan) placedDetections {
	out := placedDetections{Feed: s.Sensor}
	for _, d := range s.Detections {
		out.Detections = append(out.Detections, placedDetection{LatLon: d.Position, Score: d.Score, Ellipse: ellipse95(d.EE, d.EN, d.NN)})
	}
	return out
}

// ellipse95 is the region that holds the truth 95 times in 100, from a covariance.
func ellipse95(ee, en, nn float64) api.Ellipse {
	e := georef.EllipseOf(ee, en, nn).Scaled(georef.Scale95)
	return api.Ellipse{SemiMajorM: e.SemiMajorM, SemiMinorM: e.SemiMinorM, BearingDeg: e.BearingDeg, Confidence: confidence95}
}

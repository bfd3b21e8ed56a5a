package batch

import (
	"encoding/json"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/fusion"
)

// The functions below write what RunTrack reads: a line each, with its end. Times are kept to the millisecond, all else as it is.

const format = "trackbench/1"

// Header begins a file, and names the lines that the fusion watches.
func Header(lines []fusion.Line) ([]byte, error) {
	return line(headLine{Type: "header", Format: format, Lines: lineParts(lines)})
}

// Lines tells that other lines are watched from now on.
func Lines(lines []fusion.Line) ([]byte, error) {
	return line(struct {
		Type  string     `json:"type"`
		Lines []linePart `json:"lines"`
	}{"lines", lineParts(lines)})
}

// Sensor makes a sensor known, or tells what has changed about it.
func Sensor(s fusion.Sensor) ([]byte, error) {
	l := sensorLine{
		ID: s.ID, Kind: s.Kind.String(), Pd: s.Pd, Clutter: s.ClutterPerScan,
		Bias: biasPart{Pos: s.Bias.PosSigmaM, Yaw: s.Bias.YawSigmaDeg, Pitch: s.Bias.PitchSigmaDeg, Tau: s.Bias.PosTau.Seconds(), Clock: s.Bias.ClockSigma.Seconds()},
		Lat:  s.Position.Lat, Lon: s.Position.Lon, Az: s.AzDeg, Fov: s.FovDeg,
		Holdoff: s.Holdoff.Seconds(), FAPerHour: s.FAPerHour, ClockSigma: s.ClockSigma.Seconds(),
	}
	var reach any
	switch s.Kind {
	case fusion.Camera:
		l.Kind = "camera" // "video" elsewhere
	case fusion.Seismic:
		if s.RangeM != [len(s.RangeM)]float64{} {
			reach = classPart(fusion.ClassProbs(s.RangeM))
		}
	case fusion.PIR, fusion.Bearing:
		if s.RangeM[0] != 0 {
			reach = s.RangeM[0]
		}
	case fusion.Beam:
		l.A, l.B = point(s.A), point(s.B)
	case fusion.System:
	}
	if reach != nil {
		var err error
		if l.Range, err = json.Marshal(reach); err != nil {
			return nil, err
		}
	}
	return line(struct {
		Type string `json:"type"`
		sensorLine
	}{"sensor", l})
}

// Remove tells that a sensor is no more.
func Remove(id string, at time.Time) ([]byte, error) { return change("remove", id, at) }

// Reset tells that what was learned of a camera's error was forgotten.
func Reset(id string, at time.Time) ([]byte, error) { return change("reset", id, at) }

func change(what, id string, at time.Time) ([]byte, error) {
	return line(struct {
		Type string `json:"type"`
		changeLine
	}{what, changeLine{Sensor: id, Tr: ms(at)}})
}

// Scan is one frame of a camera.
func Scan(s fusion.Scan) ([]byte, error) {
	l := scanLine{
		Seq: seq(s.Seq), Sensor: s.Sensor, T: ms(s.Time), Tr: ms(s.Arrival), Pos: point(s.Position), Height: &s.HeightM, View: points(s.Footprint),
		Dets: make([]detLine, 0, len(s.Detections)),
	}
	if m := s.Motion; m != (fusion.Motion{}) {
		l.Vel, l.Turn = []float64{m.VE, m.VN, m.VUp}, []float64{m.TurnEDegS, m.TurnNDegS, m.TurnUpDegS}
	}
	if s.Sector != (fusion.Sector{}) {
		l.Fov = &fovPart{Az: s.Sector.AzDeg, HFov: s.Sector.HFovDeg, RMin: s.Sector.RMinM, RMax: s.Sector.RMaxM}
	}
	if s.Before != nil {
		before := append([][]float64{}, points(s.Before)...)
		l.Before = &before
	}
	for i := range s.Detections {
		d := &s.Detections[i]
		l.Dets = append(l.Dets, detLine{
			Lat: &d.Position.Lat, Lon: &d.Position.Lon, Cov: []float64{d.EE, d.EN, d.NN}, Score: d.Score, Cls: classPart(d.Class),
		})
	}
	return line(struct {
		Type string `json:"type"`
		scanLine
	}{"scan", l})
}

// Trip is one message of a ground sensor of a kind.
func Trip(t fusion.Trip, kind fusion.SensorKind) ([]byte, error) {
	l := tripLine{
		Seq: seq(t.Seq), Sensor: t.Sensor, T: ms(t.Time), Tr: ms(t.Arrival), Conf: t.Confidence, SNR: t.SNRdB, Cls: classPart(t.Class),
	}
	switch t.Direction {
	case fusion.LeftToRight:
		l.Dir = new("L2R")
	case fusion.RightToLeft:
		l.Dir = new("R2L")
	case fusion.DirectionUnknown:
	}
	if kind == fusion.Bearing {
		l.Az, l.AzSigma = &t.BearingDeg, t.BearingSigmaDeg
	}
	return line(struct {
		Type string `json:"type"`
		tripLine
	}{"trip", l})
}

// ForeignTrack is what another system says of one of its tracks.
func ForeignTrack(f fusion.ForeignTrack) ([]byte, error) {
	return line(struct {
		Type string `json:"type"`
		trackLine
	}{"track", trackLine{
		Seq: seq(f.Seq), Sensor: f.Sensor, T: ms(f.Time), Tr: ms(f.Arrival), Lat: &f.Position.Lat, Lon: &f.Position.Lon,
		Cov: []float64{f.EE, f.EN, f.NN}, Existence: f.Existence, Cls: classPart(f.Class),
	}})
}

// Report asks for the tracks at an instant.
func Report(at time.Time) ([]byte, error) {
	return line(struct {
		Type string `json:"type"`
		reportLine
	}{"report", reportLine{T: ms(at), Tr: ms(at)}})
}

// End is the last line.
func End() []byte { return []byte(`{"type":"end"}` + "\n") }

func line(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	return append(raw, '\n'), err
}

func ms(t time.Time) *int64 { return new(t.UnixMilli()) }

// seq is the opposite of number.
func seq(n uint64) *uint64 {
	if n == 0 {
		return nil
	}
	return new(n - 1)
}

func point(p geo.LatLon) []float64 { return []float64{p.Lat, p.Lon} }

func points(all []geo.LatLon) (out [][]float64) {
	for _, p := range all {
		out = append(out, point(p))
	}
	return out
}

func lineParts(lines []fusion.Line) []linePart {
	out := make([]linePart, len(lines))
	for i, l := range lines {
		out[i] = linePart{ID: l.ID, Points: points(l.Points)}
	}
	return out
}

func classPart(p fusion.ClassProbs) map[string]float64 {
	if p == (fusion.ClassProbs{}) {
		return nil
	}
	out := make(map[string]float64, len(p))
	for c, v := range p {
		out[fusion.Class(c).String()] = v
	}
	return out
}

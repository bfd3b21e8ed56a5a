package batch

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/fusion"
)

var (
	errPair = errors.New("a position must be [lat, lon]")
	errTime = errors.New("t is missing")
	errTurn = errors.New("turn must be the rates about axes east, north and up")
	errVel  = errors.New("vel must be [east, north, up] in m/s")
	errSpot = errors.New("a track needs lat, lon and cov [ee,en,nn]")
)

// border is the name of a line that has none of its own.
const border = "border"

type headLine struct {
	Type   string      `json:"type"`
	Format string      `json:"format,omitempty"`
	Border [][]float64 `json:"border,omitempty"`
	Lines  []linePart  `json:"lines,omitempty"` // an addition of ours: more lines than one, by name, in place of the border
}

type linePart struct {
	ID     string      `json:"id"`
	Points [][]float64 `json:"points"`
}

type sensorLine struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Pd      float64  `json:"pd,omitzero"`
	Clutter float64  `json:"clutter_per_scan,omitzero"`
	Bias    biasPart `json:"bias,omitzero"`

	Lat        float64         `json:"lat,omitzero"`
	Lon        float64         `json:"lon,omitzero"`
	Range      json.RawMessage `json:"range_m,omitempty"`
	Holdoff    float64         `json:"holdoff_s,omitzero"`
	FAPerHour  float64         `json:"fa_per_hour,omitzero"`
	ClockSigma float64         `json:"clock_sigma_s,omitzero"`
	A          []float64       `json:"a,omitempty"`
	B          []float64       `json:"b,omitempty"`
	Az         float64         `json:"az,omitzero"`
	Fov        float64         `json:"fov,omitzero"`
}

type biasPart struct {
	Pos   float64 `json:"pos_sigma_m,omitzero"`
	Yaw   float64 `json:"yaw_sigma_deg,omitzero"`
	Pitch float64 `json:"pitch_sigma_deg,omitzero"`
	Tau   float64 `json:"pos_tau_s,omitzero"`
	Clock float64 `json:"clock_sigma_s,omitzero"` // an addition of ours
}

type scanLine struct {
	Seq    *uint64   `json:"seq,omitempty"`
	Sensor string    `json:"sensor"`
	T      *int64    `json:"t"`
	Tr     *int64    `json:"tr"`
	Pos    []float64 `json:"pos"`
	Fov    *fovPart  `json:"fov,omitempty"`
	Dets   []detLine `json:"dets"`

	// Additions of ours: the height of the camera above the ground, the polygon that the frame looked at, in place of fov, and what must
	// have shown an object before as well.
	Height *float64     `json:"height_m,omitempty"`
	View   [][]float64  `json:"view,omitempty"`
	Before *[][]float64 `json:"before,omitempty"`

	// How the camera moves, which tells what a wrong time does; an addition of ours.
	Vel       []float64 `json:"vel,omitempty"`       // m/s east, north, up
	AzRate    float64   `json:"az_rate,omitzero"`    // degrees a second, clockwise
	PitchRate float64   `json:"pitch_rate,omitzero"` // degrees a second, up
	Turn      []float64 `json:"turn,omitempty"`      // degrees a second about axes east, north and up, right-handed; in place of both rates
}

type fovPart struct {
	Az   float64 `json:"az"`
	HFov float64 `json:"hfov"`
	RMin float64 `json:"rmin"`
	RMax float64 `json:"rmax"`
}

type detLine struct {
	Lat   *float64           `json:"lat"`
	Lon   *float64           `json:"lon"`
	Alt   *float64           `json:"alt,omitempty"`
	Cov   []float64          `json:"cov"`
	Score float64            `json:"score,omitzero"`
	Cls   map[string]float64 `json:"cls,omitempty"`
}

type tripLine struct {
	Seq    *uint64            `json:"seq,omitempty"`
	Sensor string             `json:"sensor"`
	T      *int64             `json:"t"`
	Tr     *int64             `json:"tr"`
	Conf   float64            `json:"conf,omitzero"`
	SNR    float64            `json:"snr_db,omitzero"`
	Cls    map[string]float64 `json:"cls,omitempty"`
	Dir    *string            `json:"dir,omitempty"`

	// Of a sensor of kind bearing, which is an addition to the format of ours.
	Az      *float64 `json:"az,omitempty"`
	AzSigma float64  `json:"az_sigma_deg,omitzero"`
}

// trackLine is what another system says of one of its tracks; an addition of ours.
type trackLine struct {
	Seq       *uint64            `json:"seq,omitempty"`
	Sensor    string             `json:"sensor"`
	T         *int64             `json:"t"`
	Tr        *int64             `json:"tr"`
	Lat       *float64           `json:"lat"`
	Lon       *float64           `json:"lon"`
	Cov       []float64          `json:"cov"`
	Existence float64            `json:"existence,omitzero"`
	Cls       map[string]float64 `json:"cls,omitempty"`
}

// changeLine is what people did meanwhile to a sensor: it was removed, or what was learned of a camera's error was forgotten. Both are
// additions of ours.
type changeLine struct {
	Sensor string `json:"sensor"`
	Tr     *int64 `json:"tr,omitempty"`
}

type reportLine struct {
	T  *int64 `json:"t"`
	Tr *int64 `json:"tr,omitempty"`
}

func pair(v []float64) (geo.LatLon, error) {
	if len(v) < 2 {
		return geo.LatLon{}, errPair
	}
	return geo.LatLon{Lat: v[0], Lon: v[1]}, nil
}

func instant(ms *int64) (time.Time, error) {
	if ms == nil {
		return time.Time{}, errTime
	}
	return time.UnixMilli(*ms).UTC(), nil
}

// number is the fusion's sequence number, where zero means none.
func number(seq *uint64) uint64 {
	if seq == nil {
		return 0
	}
	return *seq + 1
}

func classes(m map[string]float64) (out fusion.ClassProbs) {
	for c := range out {
		out[c] = m[fusion.Class(c).String()]
	}
	return out
}

func seconds(s float64) time.Duration {
	if !(s > 0 && s < 1e6) {
		return 0
	}
	return time.Duration(math.Round(s * float64(time.Second)))
}

func pairs(all [][]float64) (line []geo.LatLon, err error) {
	for _, v := range all {
		p, err := pair(v)
		if err != nil {
			return nil, err
		}
		line = append(line, p)
	}
	return line, nil
}

// lines are those that the fusion watches: those with names, or else the border.
func (h *headLine) lines() (out []fusion.Line, err error) {
	all := h.Lines
	if len(all) == 0 {
		all = []linePart{{ID: border, Points: h.Border}}
	}
	for _, l := range all {
		points, err := pairs(l.Points)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.ID, err)
		}
		if len(points) > 1 {
			out = append(out, fusion.Line{ID: l.ID, Points: points})
		}
	}
	return out, nil
}

func (l *sensorLine) sensor() (s fusion.Sensor, err error) {
	s = fusion.Sensor{
		ID: l.ID, Pd: l.Pd, ClutterPerScan: l.Clutter,
		Bias:     fusion.Bias{PosSigmaM: l.Bias.Pos, YawSigmaDeg: l.Bias.Yaw, PitchSigmaDeg: l.Bias.Pitch, PosTau: seconds(l.Bias.Tau), ClockSigma: seconds(l.Bias.Clock)},
		Position: geo.LatLon{Lat: l.Lat, Lon: l.Lon}, AzDeg: l.Az, FovDeg: l.Fov,
		Holdoff: seconds(l.Holdoff), FAPerHour: l.FAPerHour, ClockSigma: seconds(l.ClockSigma),
	}
	switch l.Kind {
	case "camera":
		s.Kind = fusion.Camera
	case "seismic":
		s.Kind = fusion.Seismic
		if l.Range != nil {
			var m map[string]float64
			if err := json.Unmarshal(l.Range, &m); err != nil {
				return s, fmt.Errorf("range_m: %w", err)
			}
			s.RangeM = classes(m)
		}
	case "pir":
		s.Kind = fusion.PIR
		if l.Range != nil {
			if err := json.Unmarshal(l.Range, &s.RangeM[0]); err != nil {
				return s, fmt.Errorf("range_m: %w", err)
			}
		}
	case "beam":
		s.Kind = fusion.Beam
		if s.A, err = pair(l.A); err != nil {
			return s, fmt.Errorf("a: %w", err)
		}
		if s.B, err = pair(l.B); err != nil {
			return s, fmt.Errorf("b: %w", err)
		}
	case "bearing":
		s.Kind = fusion.Bearing
		if l.Range != nil {
			if err := json.Unmarshal(l.Range, &s.RangeM[0]); err != nil {
				return s, fmt.Errorf("range_m: %w", err)
			}
		}
	case "system":
		s.Kind = fusion.System
	default:
		return s, fmt.Errorf("sensor kind %q is not known", l.Kind)
	}
	return s, nil
}

func (l *scanLine) scan() (s fusion.Scan, err error) {
	s = fusion.Scan{Sensor: l.Sensor, Seq: number(l.Seq)}
	if s.Time, err = instant(l.T); err != nil {
		return s, err
	}
	if s.Arrival, err = instant(l.Tr); err != nil {
		s.Arrival = s.Time
	}
	if s.Position, err = pair(l.Pos); err != nil {
		return s, fmt.Errorf("pos: %w", err)
	}
	if l.Fov != nil {
		s.Sector = fusion.Sector{AzDeg: l.Fov.Az, HFovDeg: l.Fov.HFov, RMinM: l.Fov.RMin, RMaxM: l.Fov.RMax}
	}
	if s.Motion, err = l.motion(); err != nil {
		return s, err
	}
	if s.Footprint, err = pairs(l.View); err != nil {
		return s, fmt.Errorf("view: %w", err)
	}
	if l.Before != nil {
		if s.Before, err = pairs(*l.Before); err != nil {
			return s, fmt.Errorf("before: %w", err)
		}
		if s.Before == nil { // no place was looked at twice
			s.Before = []geo.LatLon{}
		}
	}
	ground, n := 0.0, 0.0
	for i := range l.Dets {
		d := &l.Dets[i]
		if d.Lat == nil || d.Lon == nil || len(d.Cov) != 3 {
			// The fusion refuses and counts it; an incomplete detection must not cost the others of its frame.
			s.Detections = append(s.Detections, fusion.Detection{EE: math.NaN()})
			continue
		}
		if d.Alt != nil {
			ground, n = ground+*d.Alt, n+1
		}
		s.Detections = append(s.Detections, fusion.Detection{
			Position: geo.LatLon{Lat: *d.Lat, Lon: *d.Lon}, EE: d.Cov[0], EN: d.Cov[1], NN: d.Cov[2],
			Score: d.Score, Class: classes(d.Cls),
		})
	}
	switch {
	case l.Height != nil:
		s.HeightM = *l.Height
	case n > 0 && len(l.Pos) > 2:
		s.HeightM = l.Pos[2] - ground/n
	}
	return s, nil
}

// motion is how the camera moves, zero where the line does not tell it.
func (l *scanLine) motion() (m fusion.Motion, err error) {
	switch len(l.Vel) {
	case 0:
	case 3:
		m.VE, m.VN, m.VUp = l.Vel[0], l.Vel[1], l.Vel[2]
	default:
		return m, errVel
	}
	switch len(l.Turn) {
	case 0:
	case 3:
		m.TurnEDegS, m.TurnNDegS, m.TurnUpDegS = l.Turn[0], l.Turn[1], l.Turn[2]
		return m, nil
	default:
		return m, errTurn
	}
	m.TurnUpDegS = -l.AzRate
	if l.Fov != nil {
		sn, cs := math.Sincos(l.Fov.Az * math.Pi / 180)
		m.TurnEDegS, m.TurnNDegS = cs*l.PitchRate, -sn*l.PitchRate
	}
	return m, nil
}

func (l *tripLine) trip() (t fusion.Trip, err error) {
	t = fusion.Trip{Sensor: l.Sensor, Seq: number(l.Seq), Confidence: l.Conf, SNRdB: l.SNR, Class: classes(l.Cls)}
	if t.Time, err = instant(l.T); err != nil {
		return t, err
	}
	if t.Arrival, err = instant(l.Tr); err != nil {
		t.Arrival = t.Time
	}
	if l.Az != nil {
		t.BearingDeg, t.BearingSigmaDeg = *l.Az, l.AzSigma
	}
	if l.Dir != nil {
		switch *l.Dir {
		case "L2R":
			t.Direction = fusion.LeftToRight
		case "R2L":
			t.Direction = fusion.RightToLeft
		}
	}
	return t, nil
}

func (l *trackLine) track() (f fusion.ForeignTrack, err error) {
	f = fusion.ForeignTrack{Sensor: l.Sensor, Seq: number(l.Seq), Existence: l.Existence, Class: classes(l.Cls)}
	if f.Time, err = instant(l.T); err != nil {
		return f, err
	}
	if f.Arrival, err = instant(l.Tr); err != nil {
		f.Arrival = f.Time
	}
	if l.Lat == nil || l.Lon == nil || len(l.Cov) != 3 {
		return f, errSpot
	}
	f.Position = geo.LatLon{Lat: *l.Lat, Lon: *l.Lon}
	f.EE, f.EN, f.NN = l.Cov[0], l.Cov[1], l.Cov[2]
	return f, nil
}

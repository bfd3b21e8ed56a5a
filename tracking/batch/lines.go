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
	errVel  = errors.New("vel must be [east, north, up] in m/s")
	errSpot = errors.New("a track needs lat, lon and cov [ee,en,nn]")
)

type headLine struct {
	Type   string      `json:"type"`
	Border [][]float64 `json:"border"`
}

type sensorLine struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Pd      float64  `json:"pd"`
	Clutter float64  `json:"clutter_per_scan"`
	Bias    biasPart `json:"bias"`

	Lat        float64         `json:"lat"`
	Lon        float64         `json:"lon"`
	Range      json.RawMessage `json:"range_m"`
	Holdoff    float64         `json:"holdoff_s"`
	FAPerHour  float64         `json:"fa_per_hour"`
	ClockSigma float64         `json:"clock_sigma_s"`
	A          []float64       `json:"a"`
	B          []float64       `json:"b"`
	Az         float64         `json:"az"`
	Fov        float64         `json:"fov"`
}

type biasPart struct {
	Pos   float64 `json:"pos_sigma_m"`
	Yaw   float64 `json:"yaw_sigma_deg"`
	Pitch float64 `json:"pitch_sigma_deg"`
	Tau   float64 `json:"pos_tau_s"`
	Clock float64 `json:"clock_sigma_s"` // an addition of ours
}

type scanLine struct {
	Seq    *uint64   `json:"seq"`
	Sensor string    `json:"sensor"`
	T      *int64    `json:"t"`
	Tr     *int64    `json:"tr"`
	Pos    []float64 `json:"pos"`
	Fov    *struct {
		Az   float64 `json:"az"`
		HFov float64 `json:"hfov"`
		RMin float64 `json:"rmin"`
		RMax float64 `json:"rmax"`
	} `json:"fov"`
	Dets []detLine `json:"dets"`

	// How the camera moves, which tells what a wrong time does; an addition of ours.
	Vel       []float64 `json:"vel"`        // m/s east, north, up
	AzRate    float64   `json:"az_rate"`    // degrees a second, clockwise
	PitchRate float64   `json:"pitch_rate"` // degrees a second, up
}

type detLine struct {
	Lat   *float64           `json:"lat"`
	Lon   *float64           `json:"lon"`
	Alt   *float64           `json:"alt"`
	Cov   []float64          `json:"cov"`
	Score float64            `json:"score"`
	Cls   map[string]float64 `json:"cls"`
}

type tripLine struct {
	Seq    *uint64            `json:"seq"`
	Sensor string             `json:"sensor"`
	T      *int64             `json:"t"`
	Tr     *int64             `json:"tr"`
	Conf   float64            `json:"conf"`
	SNR    float64            `json:"snr_db"`
	Cls    map[string]float64 `json:"cls"`
	Dir    *string            `json:"dir"`

	// Of a sensor of kind bearing, which is an addition to the format of ours.
	Az      *float64 `json:"az"`
	AzSigma float64  `json:"az_sigma_deg"`
}

// trackLine is what another system says of one of its tracks; an addition of ours.
type trackLine struct {
	Seq       *uint64            `json:"seq"`
	Sensor    string             `json:"sensor"`
	T         *int64             `json:"t"`
	Tr        *int64             `json:"tr"`
	Lat       *float64           `json:"lat"`
	Lon       *float64           `json:"lon"`
	Cov       []float64          `json:"cov"`
	Existence float64            `json:"existence"`
	Cls       map[string]float64 `json:"cls"`
}

type reportLine struct {
	T *int64 `json:"t"`
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
	return time.Duration(s * float64(time.Second))
}

func (h *headLine) border() (line []geo.LatLon, err error) {
	for _, v := range h.Border {
		p, err := pair(v)
		if err != nil {
			return nil, fmt.Errorf("border: %w", err)
		}
		line = append(line, p)
	}
	return line, nil
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
	if n > 0 && len(l.Pos) > 2 {
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

package georef

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"vedette/internal/geo"
)

// maxLine is the longest line that RunLocate takes, in bytes.
const maxLine = 1 << 20

type locateRequest struct {
	Name   string `json:"name"`
	Camera *struct {
		Lat float64 `json:"lat"`
		Lon float64 `json:"lon"`
		HAE float64 `json:"hae"`
	} `json:"camera"`
	Attitude *angles `json:"attitude"`
	Platform *angles `json:"platform"`
	Gimbal   *struct {
		Azimuth   float64 `json:"azimuthDeg"`
		Elevation float64 `json:"elevationDeg"`
		Roll      float64 `json:"rollDeg"`
	} `json:"gimbal"`
	Motion struct {
		VE        float64 `json:"ve"`
		VN        float64 `json:"vn"`
		VU        float64 `json:"vu"`
		YawRate   float64 `json:"yawRateDegS"`
		PitchRate float64 `json:"pitchRateDegS"`
	} `json:"motion"`
	Lens *struct {
		Width      float64   `json:"width"`
		Height     float64   `json:"height"`
		FX         float64   `json:"fx"`
		FY         float64   `json:"fy"`
		CX         float64   `json:"cx"`
		CY         float64   `json:"cy"`
		Distortion []float64 `json:"distortion"`
	} `json:"lens"`
	Pixel  []float64 `json:"pixel"`
	Ground *struct {
		HAE     *float64 `json:"hae"`
		Terrain bool     `json:"terrain"`
		GeoidM  *float64 `json:"geoidM"`
	} `json:"ground"`
	Sigma *struct {
		Yaw        float64 `json:"yawDeg"`
		Pitch      float64 `json:"pitchDeg"`
		Roll       float64 `json:"rollDeg"`
		Horizontal float64 `json:"horizontalM"`
		Vertical   float64 `json:"verticalM"`
		Time       float64 `json:"timeS"`
		Terrain    float64 `json:"terrainM"`
		Pixel      float64 `json:"pixel"`
	} `json:"sigma"`
}

type angles struct {
	Yaw   float64 `json:"yawDeg"`
	Pitch float64 `json:"pitchDeg"`
	Roll  float64 `json:"rollDeg"`
}

type locateFix struct {
	Name    string  `json:"name"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	HAE     float64 `json:"hae"`
	SlantM  float64 `json:"slantM"`
	Ellipse Ellipse `json:"ellipse"`
}

type locateNone struct {
	Name string `json:"name"`
	None string `json:"none"`
}

// RunLocate is `vedette locate`: it reads one request a line and answers each with one line, in order (DESIGN.md, section 5).
// The ellipse is one sigma. "sigma" left out means DefaultSigma; a member left out of a given "sigma" is zero. The optional
// "motion" ({"ve","vn","vu","yawRateDegS","pitchRateDegS"}) is what "timeS" acts through. A line that cannot be used is answered
// with its "none" and told on stderr. terrain may be nil where no line asks for it.
func RunLocate(r io.Reader, w io.Writer, terrain geo.Terrain, stderr io.Writer) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; in.Scan(); n++ {
		if len(in.Bytes()) == 0 {
			continue
		}
		answer, err := locateLine(in.Bytes(), terrain)
		if err != nil {
			// stderr is the only place left to tell of a failure, so a failure to write there cannot be told.
			_, _ = fmt.Fprintf(stderr, "line %d: %v\n", n, err)
		}
		if err := enc.Encode(answer); err != nil {
			return fmt.Errorf("write answer %d: %w", n, err)
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write answer %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read requests: %w", err)
	}
	return nil
}

func locateLine(line []byte, terrain geo.Terrain) (any, error) {
	var q locateRequest
	if err := json.Unmarshal(line, &q); err != nil {
		return locateNone{q.Name, "the line is not valid JSON of a request"}, fmt.Errorf("parse request: %w", err)
	}
	l, cam, pose, err := q.setup(terrain)
	if err != nil {
		return locateNone{q.Name, err.Error()}, err
	}
	sigma := DefaultSigma()
	if s := q.Sigma; s != nil {
		sigma = Sigma{s.Yaw, s.Pitch, s.Roll, s.Horizontal, s.Vertical, s.Time, s.Terrain, s.Pixel}
	}
	fix, err := l.Locate(cam, pose, q.Pixel[0], q.Pixel[1], sigma)
	if reason, none := IsNoGround(err); none {
		return locateNone{q.Name, string(reason)}, nil
	}
	if err != nil {
		return locateNone{q.Name, err.Error()}, err
	}
	e := fix.Ellipse()
	if v := fix.SlantM + float64(fix.HAE) + e.SemiMajorM + e.SemiMinorM + e.BearingDeg; math.IsNaN(v) || math.IsInf(v, 0) {
		return locateNone{q.Name, "a number is out of range"}, nil
	}
	return locateFix{
		Name: q.Name, Lat: round(fix.Position.Lat, 1e9), Lon: round(fix.Position.Lon, 1e9),
		HAE: round(float64(fix.HAE), 1e3), SlantM: round(fix.SlantM, 1e3), Ellipse: e,
	}, nil
}

func (q *locateRequest) setup(terrain geo.Terrain) (l Locator, cam Camera, pose Pose, err error) {
	switch {
	case q.Camera == nil:
		err = errors.New("camera is missing")
	case q.Lens == nil:
		err = errors.New("lens is missing")
	case len(q.Pixel) != 2:
		err = errors.New("pixel must be [u, v]")
	case len(q.Lens.Distortion) > 4:
		err = errors.New("distortion has more than k1, k2, p1, p2")
	case q.Ground == nil || (q.Ground.HAE == nil && !q.Ground.Terrain):
		err = errors.New("ground must have hae or terrain")
	case (q.Attitude == nil) == (q.Platform == nil):
		err = errors.New("exactly one of attitude and platform is needed")
	}
	if err != nil {
		return l, cam, pose, err
	}
	cam = Camera{
		WidthPx: int(q.Lens.Width), HeightPx: int(q.Lens.Height),
		FX: q.Lens.FX, FY: q.Lens.FY, CX: q.Lens.CX, CY: q.Lens.CY,
	}
	copy(cam.Distortion[:], q.Lens.Distortion)
	pose = Pose{
		Position: geo.LatLon{Lat: q.Camera.Lat, Lon: q.Camera.Lon}, HAE: geo.HAE(q.Camera.HAE),
		Velocity:    [3]float64{q.Motion.VE, q.Motion.VN, q.Motion.VU},
		YawRateDegS: q.Motion.YawRate, PitchRateDegS: q.Motion.PitchRate,
	}
	att := q.Attitude
	if q.Platform != nil {
		att = q.Platform
		pose.Gimbal = &Gimbal{}
	}
	pose.Attitude = Attitude{YawDeg: att.Yaw, PitchDeg: att.Pitch, RollDeg: att.Roll}
	if q.Gimbal != nil {
		pose.Gimbal = &Gimbal{AzimuthDeg: q.Gimbal.Azimuth, ElevationDeg: q.Gimbal.Elevation, RollDeg: q.Gimbal.Roll}
	}
	if q.Ground.HAE != nil {
		l.Ground = Flat(*q.Ground.HAE)
	} else {
		l.Ground = Terrain{Model: terrain, GeoidM: q.Ground.GeoidM}
	}
	return l, cam, pose, nil
}

func round(v, per float64) float64 { return math.Round(v*per) / per }

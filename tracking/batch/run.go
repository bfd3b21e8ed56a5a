package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"vedette/tracking/fusion"
)

// maxLine is the longest line that is read, in bytes; a longer one is skipped.
const maxLine = 16 << 20

type tracksLine struct {
	Type   string      `json:"type"`
	T      int64       `json:"t"`
	Tracks []trackPart `json:"tracks"`
	Alarms []alarmPart `json:"alarms"`
}

type trackPart struct {
	ID     uint64     `json:"id"`
	Lat    float64    `json:"lat"`
	Lon    float64    `json:"lon"`
	Status string     `json:"status"`
	VE     float64    `json:"ve"`
	VN     float64    `json:"vn"`
	Cov    [3]float64 `json:"cov"`
	Class  string     `json:"class,omitempty"`
}

type alarmPart struct {
	T     int64   `json:"t"`
	Lat   float64 `json:"lat"`
	Lon   float64 `json:"lon"`
	Dir   int     `json:"dir"`
	Track uint64  `json:"track"`
	Line  string  `json:"line,omitempty"` // where lines have names
}

// RunTrack reads measurements from r until its end or a line of type "end", and answers each report line on w before it reads
// on. What cannot be used is skipped with a message on stderr. The error is one of reading or writing.
func RunTrack(r io.Reader, w io.Writer, stderr io.Writer) error {
	run := runner{out: bufio.NewWriter(w), stderr: stderr}
	in := bufio.NewReaderSize(r, 256<<10)
	for n := 1; ; n++ {
		line, err := readLine(in)
		if len(line) > 0 || errors.Is(err, errLongLine) {
			last, problem := false, err
			if !errors.Is(err, errLongLine) {
				last, problem = run.line(line)
			}
			if run.failed != nil {
				return run.failed
			}
			if problem != nil {
				// stderr is the only place left to tell of a failure, so a failure to write there cannot be told.
				_, _ = fmt.Fprintf(stderr, "line %d skipped: %v\n", n, problem)
			}
			if last {
				return nil
			}
		}
		switch {
		case errors.Is(err, errLongLine):
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read measurements: %w", err)
		}
	}
}

var errAz = errors.New("trip: az is missing, the direction that the sensor tells")

var errLongLine = errors.New("the line is too long")

// readLine reads one line without its end. With io.EOF the line may hold the last, unfinished one.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if !long {
			line = append(line, part...)
			long = len(line) > maxLine
		}
		if long {
			line = line[:0]
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return line, err
		case long:
			return nil, errLongLine
		default:
			return line[:len(line)-1], nil
		}
	}
}

type runner struct {
	tracker *fusion.Tracker
	out     *bufio.Writer
	stderr  io.Writer
	failed  error

	bearings map[string]bool // sensors of that kind
}

// line handles one line; last is true for the end line.
func (r *runner) line(raw []byte) (last bool, err error) {
	var head headLine
	if head.Type = plainType(raw); head.Type == "" {
		if err := json.Unmarshal(raw, &head); err != nil {
			return false, fmt.Errorf("parse: %w", err)
		}
	}
	if head.Type == "header" {
		return false, r.header(&head)
	}
	if r.tracker == nil {
		r.tracker = fusion.New(fusion.Config{})
	}
	switch head.Type {
	case "sensor":
		var l sensorLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse sensor: %w", err)
		}
		s, err := l.sensor()
		if err != nil {
			return false, err
		}
		if r.bearings == nil {
			r.bearings = map[string]bool{}
		}
		r.bearings[s.ID] = s.Kind == fusion.Bearing
		return false, r.tracker.AddSensor(s)
	case "scan":
		var l scanLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse scan: %w", err)
		}
		s, err := l.scan()
		if err != nil {
			return false, fmt.Errorf("scan: %w", err)
		}
		return false, r.taken(func() { r.tracker.AddScan(s) })
	case "trip":
		var l tripLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse trip: %w", err)
		}
		t, err := l.trip()
		if err != nil {
			return false, fmt.Errorf("trip: %w", err)
		}
		if l.Az == nil && r.bearings[l.Sensor] {
			return false, errAz
		}
		return false, r.taken(func() { r.tracker.AddTrip(t) })
	case "track":
		var l trackLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse track: %w", err)
		}
		f, err := l.track()
		if err != nil {
			return false, fmt.Errorf("track: %w", err)
		}
		return false, r.taken(func() { r.tracker.AddTrack(f) })
	case "lines":
		lines, err := head.lines()
		if err != nil {
			return false, err
		}
		r.tracker.SetLines(lines)
		return false, nil
	case "remove", "reset":
		var l changeLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse %s: %w", head.Type, err)
		}
		if head.Type == "remove" {
			r.tracker.RemoveSensor(l.Sensor)
		} else if !r.tracker.ForgetCameraError(l.Sensor) {
			return false, fmt.Errorf("reset: no camera %q has sent anything yet", l.Sensor)
		}
		return false, nil
	case "report":
		var l reportLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return false, fmt.Errorf("parse report: %w", err)
		}
		if l.T == nil {
			return false, fmt.Errorf("report: %w", errTime)
		}
		r.failed = r.report(*l.T)
		return false, nil
	case "end":
		return true, nil
	default:
		return false, nil
	}
}

// plainType is the type of a scan or trip that is written in the usual way, with its type first, so that the many lines of that
// kind are parsed once only; empty: the line has to be parsed to tell.
func plainType(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte(`{"type":"scan",`)) && bytes.Count(raw, []byte(`"type"`)) == 1:
		return "scan"
	case bytes.HasPrefix(raw, []byte(`{"type":"trip",`)) && bytes.Count(raw, []byte(`"type"`)) == 1:
		return "trip"
	default:
		return ""
	}
}

func (r *runner) header(h *headLine) error {
	if r.tracker != nil {
		return errors.New("a header must come before everything else")
	}
	lines, err := h.lines()
	r.tracker = fusion.New(fusion.Config{Lines: lines})
	return err
}

// taken adds a measurement and tells why the fusion refused it, where it did.
func (r *runner) taken(add func()) error {
	before := r.tracker.Stats()
	add()
	after := r.tracker.Stats()
	switch {
	case after.UnknownSensor > before.UnknownSensor:
		return errors.New("the sensor is not known")
	case after.WrongTime > before.WrongTime:
		return errors.New("the time cannot be right")
	case after.TooOld > before.TooOld:
		return errors.New("the measurement is too old")
	case after.Refused > before.Refused:
		return errors.New("the measurement cannot be used")
	case after.DetectionsRefused > before.DetectionsRefused:
		return fmt.Errorf("%d detections cannot be used", after.DetectionsRefused-before.DetectionsRefused)
	}
	return nil
}

func (r *runner) report(ms int64) error {
	at, err := instant(&ms)
	if err != nil {
		return err
	}
	out := tracksLine{Type: "tracks", T: ms, Tracks: []trackPart{}, Alarms: []alarmPart{}}
	for _, t := range r.tracker.Tracks(at) {
		p := trackPart{
			ID: t.ID, Lat: round(t.Position.Lat, 1e7), Lon: round(t.Position.Lon, 1e7), Status: t.Status.String(),
			VE: round(t.VE, 1e3), VN: round(t.VN, 1e3), Cov: [3]float64{round(t.EE, 1e3), round(t.EN, 1e3), round(t.NN, 1e3)},
		}
		if c, ok := t.Class.Best(); ok {
			p.Class = c.String()
		}
		out.Tracks = append(out.Tracks, p)
	}
	for _, c := range r.tracker.Crossings() {
		out.Alarms = append(out.Alarms, alarmPart{
			T: c.Time.UnixMilli(), Lat: round(c.Position.Lat, 1e7), Lon: round(c.Position.Lon, 1e7), Dir: c.Direction, Track: c.Track,
			Line: named(c.Line),
		})
	}
	// The numbers of vanished tracks are of use only to a station.
	_ = r.tracker.Gone()
	line, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	if _, err := r.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// named is the name of a line, where the input names its lines.
func named(id string) string {
	if id == border {
		return ""
	}
	return id
}

func round(v, per float64) float64 { return math.Round(v*per) / per }

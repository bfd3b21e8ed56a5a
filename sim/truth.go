package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"vedette/sim/copter"
	"vedette/sim/world"
)

// How often the truth log looks for crossings, and how often it lists everything.
const (
	lookEvery  = 200 * time.Millisecond
	listEvery  = time.Second
	timeFormat = "2006-01-02T15:04:05.000Z"
)

// truth writes JSON lines. It is safe for concurrent use; its first error ends the run.
type truth struct {
	mu  sync.Mutex
	out io.Writer // nil: nothing is written
	err error
}

func newTruth(out io.Writer) *truth { return &truth{out: out} }

func (t *truth) write(line any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil || t.err != nil {
		return
	}
	raw, err := json.Marshal(line)
	if err == nil {
		_, err = t.out.Write(append(raw, '\n'))
	}
	if err != nil {
		t.err = fmt.Errorf("write truth log: %w", err)
	}
}

func (t *truth) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

type truthObject struct {
	ID         string  `json:"id"`
	Class      string  `json:"class"`
	Lat        float64 `json:"lat"`
	Lon        float64 `json:"lon"`
	GroundAMSL float64 `json:"groundAMSL"`
	SpeedMS    float64 `json:"speed"`
	HeadingDeg float64 `json:"headingDeg"`
}

type truthCamera struct {
	YawDeg   float64 `json:"yaw"`
	PitchDeg float64 `json:"pitch"`
}

type truthDrone struct {
	ID         int         `json:"id"`
	Lat        float64     `json:"lat"`
	Lon        float64     `json:"lon"`
	AltAMSL    float64     `json:"altAMSL"`
	AltAGL     float64     `json:"altAGL"`
	HeadingDeg float64     `json:"headingDeg"`
	Mode       string      `json:"mode"`
	Armed      bool        `json:"armed"`
	Battery    float64     `json:"batteryPercent"`
	Camera     truthCamera `json:"camera"`
}

type truthState struct {
	T       string        `json:"t"`
	Objects []truthObject `json:"objects"`
	Drones  []truthDrone  `json:"drones"`
}

type truthCrossing struct {
	T      string  `json:"t"`
	Event  string  `json:"event"` // "crossing"
	Object string  `json:"object"`
	Class  string  `json:"class"`
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
	Dir    string  `json:"dir"` // "in": northward, "out"
}

type truthTrip struct {
	T      string `json:"t"`
	Event  string `json:"event"` // "trip"
	Sensor string `json:"sensor"`
	Detail string `json:"detail,omitempty"`
	Cause  string `json:"cause"` // an object's id, or "false"
}

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// trip is what the ground sensors call.
func (t *truth) trip(at time.Time, sensor, detail, cause string) {
	t.write(truthTrip{T: stamp(at), Event: "trip", Sensor: sensor, Detail: detail, Cause: cause})
}

// borderSides remembers on which side of the border each object was.
type borderSides map[string]world.Object

// crossings compares with the last look and gives what crossed between, with its place on the line.
func (b borderSides) crossings(w *world.World, now []world.Object) []truthCrossing {
	present := make(map[string]bool, len(now))
	var out []truthCrossing
	for _, o := range now {
		present[o.ID] = true
		was, seen := b[o.ID]
		b[o.ID] = o
		if !seen {
			continue
		}
		before, after := was.N-w.BorderN(was.E), o.N-w.BorderN(o.E)
		if (before > 0) == (after > 0) {
			continue
		}
		f := before / (before - after)
		p, _ := w.Place(was.E+f*(o.E-was.E), was.N+f*(o.N-was.N))
		dir := "out"
		if after > 0 {
			dir = "in"
		}
		out = append(out, truthCrossing{
			Event: "crossing", Object: o.ID, Class: string(o.Class), Lat: round(p.Lat, 7), Lon: round(p.Lon, 7), Dir: dir,
		})
	}
	for id := range b {
		if !present[id] {
			delete(b, id)
		}
	}
	return out
}

// writeTruth lists objects and drones once a second and crossings as they happen.
func (s *Sim) writeTruth(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	sides := borderSides{}
	var listed time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			objects := s.world.ObjectsAt(now)
			for _, c := range sides.crossings(s.world, objects) {
				c.T = stamp(now)
				s.truth.write(c)
			}
			if now.Sub(listed) >= listEvery {
				listed = now.Truncate(lookEvery)
				s.truth.write(truthState{T: stamp(now), Objects: truthObjects(objects), Drones: s.truthDrones()})
			}
			if err := s.truth.failed(); err != nil {
				return err
			}
		}
	}
}

func truthObjects(objects []world.Object) []truthObject {
	out := make([]truthObject, len(objects))
	for i, o := range objects {
		out[i] = truthObject{
			ID: o.ID, Class: string(o.Class), Lat: round(o.LatLon.Lat, 7), Lon: round(o.LatLon.Lon, 7),
			GroundAMSL: round(float64(o.GroundAMSL), 2), HeadingDeg: round(o.HeadingDeg, 1), SpeedMS: round(speed(o), 2),
		}
	}
	return out
}

func (s *Sim) truthDrones() []truthDrone {
	out := make([]truthDrone, len(s.copters))
	for i, c := range s.copters {
		out[i] = truthOf(c.ID(), c.State())
	}
	return out
}

func truthOf(id int, st copter.State) truthDrone {
	return truthDrone{
		ID: id, Lat: round(st.LatLon.Lat, 7), Lon: round(st.LatLon.Lon, 7), AltAMSL: round(float64(st.AltAMSL), 2),
		AltAGL: round(float64(st.AltAGL), 2), HeadingDeg: round(st.HeadingDeg, 1), Mode: st.Mode, Armed: st.Armed,
		Battery: round(st.BatteryPct, 1), Camera: truthCamera{YawDeg: round(st.Camera.YawDeg, 2), PitchDeg: round(st.Camera.PitchDeg, 2)},
	}
}

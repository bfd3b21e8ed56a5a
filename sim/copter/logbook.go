package copter

import (
	"fmt"
	"slices"
	"time"

	"vedette/sim/dataflash"
)

const (
	largestLog = 1 << 20 // a log grows no further
	mostLogs   = 20      // the oldest is dropped
	logEvery   = 20      // steps between two records of the motion while armed: five a second
)

// onboardLog is one log of the autopilot.
type onboardLog struct {
	id    int
	began time.Time
	w     *dataflash.Writer
}

func (l *onboardLog) name() string { return fmt.Sprintf("%08d.BIN", l.id) }

// logbook keeps the autopilot's logs in memory: one for every power-up, the newest growing.
type logbook struct {
	logs  []*onboardLog
	next  int // id of the latest
	mode  Mode
	armed bool

	recalled bool // the logs of former flights are there, or were erased
}

// current is the log that grows; nil: none since the last erase.
func (b *logbook) current() *onboardLog {
	if len(b.logs) == 0 {
		return nil
	}
	return b.logs[len(b.logs)-1]
}

func (b *logbook) find(id int) *onboardLog {
	i := slices.IndexFunc(b.logs, func(l *onboardLog) bool { return l.id == id })
	if i < 0 {
		return nil
	}
	return b.logs[i]
}

func (b *logbook) erase() { b.logs, b.recalled = nil, true }

// remove deletes one log that does not grow.
func (b *logbook) remove(id int) bool {
	l := b.find(id)
	if l == nil || l == b.current() {
		return false
	}
	b.logs = slices.DeleteFunc(b.logs, func(x *onboardLog) bool { return x == l })
	return true
}

// begin opens a new log with what every log begins with.
func (b *logbook) begin(f *flight) {
	w, err := dataflash.NewWriter(largestLog, logFormats)
	if err != nil {
		return // cannot be: the formats are constants, which a test checks
	}
	b.next++
	b.logs = append(b.logs, &onboardLog{id: b.next, began: f.now(), w: w})
	if len(b.logs) > mostLogs {
		b.logs = slices.Delete(b.logs, 0, 1)
	}
	us := f.age() * 1e6
	w.Record("VER", []float64{us, 3, 0, 4, 7, 0, 0, 0, 0}, firmwareText)
	for _, p := range f.params.list {
		w.Record("PARM", []float64{us, p.value, p.value}, p.name)
	}
	w.Record("MSG", []float64{us}, firmwareText)
	w.Record("MODE", []float64{us, float64(f.mode), float64(f.mode), 1})
	b.mode, b.armed = f.mode, f.armed
}

// firmwareText is the name under which the vehicle reports its firmware.
const firmwareText = "ArduCopter V4.7.0-dev (vedette)"

// say notes a text.
func (b *logbook) say(f *flight, text string) {
	if l := b.current(); l != nil {
		l.w.Record("MSG", []float64{f.age() * 1e6}, text)
	}
}

// step adds what is due at this step of the simulation.
func (b *logbook) step(f *flight) {
	if b.armed != f.armed && f.armed && b.current() == nil {
		b.begin(f)
	}
	l := b.current()
	if l == nil {
		return
	}
	us := f.age() * 1e6
	if b.armed != f.armed {
		b.armed = f.armed
		l.w.Record("ARM", []float64{us, number(f.armed), f.params.get("ARMING_CHECK"), 0, 0})
		l.w.Record("EV", []float64{us, 11 - number(f.armed)}) // 10 armed, 11 disarmed
	}
	if b.mode != f.mode {
		b.mode = f.mode
		l.w.Record("MODE", []float64{us, float64(f.mode), float64(f.mode), 1})
	}
	every := int64(logEvery)
	if !f.armed {
		every *= 25
	}
	if f.steps%every == 0 {
		b.motion(f, l.w, us)
	}
	if f.steps%(5*every) == 0 {
		l.w.Record("BAT", []float64{us, 0, f.batt.volts, f.batt.volts, f.batt.amps, f.batt.usedMAh, f.batt.wattH, 25, resistanceOhm, 100 * f.batt.charge()})
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// gpsEpoch is the beginning of GPS time; leapSeconds have gone by since.
var gpsEpoch = time.Date(1980, 1, 6, 0, 0, 0, 0, time.UTC)

const leapSeconds = 18

func (b *logbook) motion(f *flight, w *dataflash.Writer, us float64) {
	e := &f.est
	w.Record("ATT", []float64{us, f.body.rollDeg, e.rollDeg, f.body.pitchDeg, e.pitchDeg, wrap180(f.body.yawDeg), e.yawDeg})
	if !f.ready() {
		return
	}
	p, amsl := f.position(e.pos)
	w.Record("POS", []float64{us, p.Lat * 1e7, p.Lon * 1e7, float64(amsl), f.height(), f.height()})
	since := f.now().Sub(gpsEpoch) + leapSeconds*time.Second
	const week = 7 * 24 * time.Hour
	w.Record("GPS", []float64{
		us, 0, 3, float64((since % week).Milliseconds()), float64(since / week), 16, 0.78, p.Lat * 1e7, p.Lon * 1e7, float64(amsl),
		e.vel.horizontal(), e.vel.courseDeg(), -e.vel[2],
	})
}

func wrap180(deg float64) float64 {
	if deg = wrap360(deg); deg > 180 {
		deg -= 360
	}
	return deg
}

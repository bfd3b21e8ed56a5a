package fleet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"

	"vedette/internal/geo"
)

const (
	autopilotComponent = 1
	orbitRadiusM       = 150.0
	orbitSeconds       = 90.0
	heightM            = 60.0
	homeAMSL           = 580.0
	largestDatagram    = 64 << 10
)

// vehicle is one source of telemetry. Its sending side belongs to the fleet's goroutine, its reader answers in between; out and
// the writer are shared and locked.
type vehicle struct {
	id      uint8
	cfg     Config
	conn    *net.UDPConn
	dialect *dialect.ReadWriter
	counts  *counters
	born    time.Time
	// told is how many messages the rate has brought so far, next the place in the mix, beats the heartbeats sent.
	told, next uint64
	beats      uint64

	mu     sync.Mutex
	writer *streamwriter.Writer
	out    bytes.Buffer
	held   int
}

func newVehicle(id uint8, conn *net.UDPConn, d *dialect.ReadWriter, counts *counters, cfg Config) (*vehicle, error) {
	v := &vehicle{id: id, cfg: cfg, conn: conn, dialect: d, counts: counts, born: time.Now().Add(-time.Minute)}
	v.writer = &streamwriter.Writer{
		FrameWriter: &frame.Writer{ByteWriter: &v.out, DialectRW: d},
		Version:     streamwriter.V2, SystemID: id, ComponentID: autopilotComponent,
	}
	if err := errors.Join(v.writer.FrameWriter.Initialize(), v.writer.Initialize()); err != nil {
		return nil, fmt.Errorf("vehicle %d: %w", id, err)
	}
	return v, nil
}

// advance sends what is due. One message in each second is the heartbeat.
func (v *vehicle) advance(since time.Duration) error {
	due := v.cfg.due(since)
	if most := v.cfg.due(mostBehind) + 1; due > v.told+most {
		v.counts.late.Add(due - v.told - most)
		v.told = due - most
	}
	for ; v.told < due; v.told++ {
		var m message.Message
		if seconds := uint64(float64(v.told) / v.cfg.RateHz); v.beats <= seconds {
			v.beats = seconds + 1
			m = heartbeat()
		} else {
			m = v.telemetry(time.Now())
		}
		if err := v.send(m, false); err != nil {
			return err
		}
	}
	return nil
}

// send puts a message into the datagram, which leaves when it is full, or at once.
func (v *vehicle) send(m message.Message, atOnce bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.writer.Write(m); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	v.held++
	if v.held < v.cfg.FramesPerDatagram && !atOnce {
		return nil
	}
	_, err := v.conn.Write(v.out.Bytes())
	switch {
	case errors.Is(err, net.ErrClosed):
		return errClosed
	case err != nil:
		v.counts.sendErrors.Add(uint64(v.held)) // the station is not there yet, or the buffer is full
	default:
		v.counts.datagrams.Add(1)
		v.counts.frames.Add(uint64(v.held))
	}
	v.out.Reset()
	v.held = 0
	return nil
}

// read answers commands and clock exchanges until the socket closes.
func (v *vehicle) read() {
	buf := make([]byte, largestDatagram)
	for {
		n, err := v.conn.Read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // nobody listens yet
		}
		v.handle(buf[:n])
	}
}

func (v *vehicle) handle(datagram []byte) {
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(datagram)), DialectRW: v.dialect}
	if r.Initialize() != nil {
		return // cannot be: all fields are set
	}
	for {
		f, err := r.Read()
		if err != nil {
			if _, bad := errors.AsType[frame.ReadError](err); bad {
				v.counts.badFrames.Add(1)
				continue
			}
			return // the end of the datagram
		}
		if answer := v.answer(f); answer != nil && v.send(answer, true) != nil {
			return // closed
		}
	}
}

// answer accepts every command to this vehicle, except requests for messages that it does not have, and tells its time; nil
// for everything else.
func (v *vehicle) answer(f frame.Frame) message.Message {
	acknowledge := func(system, component uint8, command common.MAV_CMD) message.Message {
		if system != v.id || component > autopilotComponent {
			return nil
		}
		v.counts.commands.Add(1)
		result := mav.MAV_RESULT_ACCEPTED
		if command == common.MAV_CMD_REQUEST_MESSAGE {
			result = mav.MAV_RESULT_FAILED
		}
		return &mav.MessageCommandAck{Command: command, Result: result, TargetSystem: f.GetSystemID(), TargetComponent: f.GetComponentID()}
	}
	switch m := f.GetMessage().(type) {
	case *mav.MessageCommandLong:
		return acknowledge(m.TargetSystem, m.TargetComponent, m.Command)
	case *mav.MessageCommandInt:
		return acknowledge(m.TargetSystem, m.TargetComponent, m.Command)
	case *mav.MessageTimesync:
		if m.Tc1 == 0 {
			return &mav.MessageTimesync{
				Tc1: time.Since(v.born).Nanoseconds(), Ts1: m.Ts1, TargetSystem: f.GetSystemID(), TargetComponent: f.GetComponentID(),
			}
		}
	}
	return nil
}

func heartbeat() message.Message {
	const guided = 4
	return &mav.MessageHeartbeat{
		Type: mav.MAV_TYPE_QUADROTOR, Autopilot: mav.MAV_AUTOPILOT_ARDUPILOTMEGA, CustomMode: guided, MavlinkVersion: 3,
		BaseMode:     mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED | mav.MAV_MODE_FLAG_SAFETY_ARMED,
		SystemStatus: mav.MAV_STATE_ACTIVE,
	}
}

// state is where a vehicle is on its circle.
type state struct {
	place                   geo.LatLon
	headingDeg, north, east float64
}

func (v *vehicle) state(now time.Time) state {
	angle := 360 * math.Mod(now.Sub(v.born).Seconds()/orbitSeconds+float64(v.id)/50, 1)
	const speed = 2 * math.Pi * orbitRadiusM / orbitSeconds
	heading := math.Mod(angle+90, 360)
	rad := heading * math.Pi / 180
	return state{
		place: geo.Offset(v.cfg.Around, angle, orbitRadiusM+10*float64(v.id)), headingDeg: heading,
		north: speed * math.Cos(rad), east: speed * math.Sin(rad),
	}
}

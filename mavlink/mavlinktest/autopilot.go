// Package mavlinktest is a small autopilot for tests. It speaks real MAVLink over a real socket, with gomavlib's own
// reader and writer and not with the code under test, and fails in the ways that real ones were measured to fail.
package mavlinktest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
)

const (
	autopilotComponent = 1
	cameraComponent    = 100
	gimbalComponent    = 154
	step               = 10 * time.Millisecond
)

// Config says what the autopilot is like.
type Config struct {
	// SystemID is its id, 0 is 1.
	SystemID uint8
	// Network is "udp" or "tcp", Address where the station listens.
	Network, Address string
	// Local is the address to send from; empty is any. Conn replaces both.
	Local string
	Conn  net.Conn
	// PX4 makes it a PX4 and not an ArduCopter.
	PX4 bool
	// Uptime is the time since boot at the start.
	Uptime time.Duration
	// Lat, Lon and GroundAMSL are where it stands.
	Lat, Lon, GroundAMSL float64
	// North and East are its speed in metres a second, YawRate its turn in degrees a second: it moves so all the time.
	North, East, YawRate float64
	// GimbalPitch and GimbalYaw are where the camera looks in degrees, yaw against the vehicle's.
	GimbalPitch, GimbalYaw float64
	// Gimbals are what its gimbal manager says of its devices; empty is device 1, which tells neither abilities nor limits.
	Gimbals []common.MessageGimbalManagerInformation
	// Mount makes the gimbal one of before gimbal protocol v2: MOUNT_ORIENTATION, and MAV_CMD_DO_MOUNT_CONTROL.
	Mount bool
	// Streams are offered by a camera component, Lens says what that tells of itself.
	Streams []common.MessageVideoStreamInformation
	Lens    common.MessageCameraInformation
	// Parameters are its settings, as the float of PARAM_VALUE; Kinds are their types where these are not REAL32.
	Parameters map[string]float32
	Kinds      map[string]common.MAV_PARAM_TYPE
	// Files makes it announce and serve MAVFTP, Logs hand out logs, never while it is armed and no PX4.
	Files *Files
	Logs  *Logs
	// Guard checks what comes and signs what goes; nil does neither.
	Guard *Guard
}

// Autopilot is a vehicle for tests.
type Autopilot struct {
	cfg      Config
	conn     net.Conn
	dialect  *dialect.ReadWriter
	writers  map[uint8]*streamwriter.Writer
	outgoing bytes.Buffer
	born     time.Time // the instant of boot

	mu       sync.Mutex
	faults   Faults
	heard    []message.Message
	asker    [2]uint8 // who sent the last message: system and component
	due      map[uint32]*schedule
	armed    bool
	mode     uint32
	height   float64
	landed   common.MAV_LANDED_STATE
	control  map[uint8][2]uint8 // who controls each gimbal
	camera   cameraState
	lists    map[common.MAV_MISSION_TYPE][]*common.MessageMissionItemInt
	transfer *transfer
	params   []string
	values   map[string]float32
	answers  int // of MAVFTP
}

// Faults are switched on and off by tests.
type Faults struct {
	// Silent sends nothing at all; Deaf hears nothing.
	Silent, Deaf bool
	// LoseAcks loses that many command acknowledgements.
	LoseAcks int
	// PreArm refuses arming with this text, which comes after the refusal as on ArduPilot.
	PreArm string
	// RefusePlaces refuses repositions.
	RefusePlaces bool
	// Progress reports that many times 'in progress' before a takeoff is accepted.
	Progress int
	// DuplicateItems answers each mission item twice, as a link that duplicates makes ArduPilot do.
	DuplicateItems bool
	// LoseParameters leaves out every n-th parameter of a list.
	LoseParameters int
	// CameraDeaf makes the camera hear nothing, CameraFails answer every request with FAILED.
	CameraDeaf, CameraFails bool
	// LoseMissionAck loses the acknowledgement of an upload; ForgetMission stores nothing.
	LoseMissionAck, ForgetMission bool
	// LoseFiles loses every n-th answer of MAVFTP, LoseLogs every n-th message of a log.
	LoseFiles, LoseLogs int
	// ForgetLists acknowledges that many uploads and holds nothing afterwards; BusyUploads denies that many.
	ForgetLists, BusyUploads int
	// OldAutopilot knows MISSION_SET_CURRENT only.
	OldAutopilot bool
}

type schedule struct {
	every time.Duration
	next  time.Time
}

// New connects an autopilot to a station.
func New(cfg Config) (*Autopilot, error) {
	if cfg.SystemID == 0 {
		cfg.SystemID = 1
	}
	if len(cfg.Gimbals) == 0 {
		cfg.Gimbals = []common.MessageGimbalManagerInformation{{GimbalDeviceId: 1}}
	}
	conn, err := connect(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect the autopilot: %w", err)
	}
	a := &Autopilot{
		cfg: cfg, conn: conn, dialect: &dialect.ReadWriter{Dialect: all.Dialect}, born: time.Now().Add(-cfg.Uptime),
		writers: make(map[uint8]*streamwriter.Writer), due: make(map[uint32]*schedule),
		landed: common.MAV_LANDED_STATE_ON_GROUND, values: make(map[string]float32), control: make(map[uint8][2]uint8),
		lists: make(map[common.MAV_MISSION_TYPE][]*common.MessageMissionItemInt),
	}
	for name, v := range cfg.Parameters {
		a.params = append(a.params, name)
		a.values[name] = v
	}
	if err := a.dialect.Initialize(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	for _, component := range []uint8{autopilotComponent, cameraComponent, gimbalComponent} {
		fw := &frame.Writer{ByteWriter: &a.outgoing, DialectRW: a.dialect}
		sw := &streamwriter.Writer{FrameWriter: fw, Version: streamwriter.V2, SystemID: cfg.SystemID, ComponentID: component}
		if err := errors.Join(fw.Initialize(), sw.Initialize()); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		a.writers[component] = sw
	}
	return a, nil
}

func connect(cfg Config) (net.Conn, error) {
	if cfg.Conn != nil {
		return cfg.Conn, nil
	}
	var dialer net.Dialer
	if cfg.Local != "" {
		local, err := net.ResolveUDPAddr(cfg.Network, cfg.Local)
		if err != nil {
			return nil, err
		}
		dialer.LocalAddr = local
	}
	return dialer.Dial(cfg.Network, cfg.Address)
}

// Close ends an autopilot that does not Run.
func (a *Autopilot) Close() { _ = a.conn.Close() }

// Run flies until ctx ends.
func (a *Autopilot) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = a.conn.Close() }) // wakes the reader
	defer stop()
	var reader sync.WaitGroup
	reader.Go(func() { a.listen(ctx) })
	defer reader.Wait()
	// Quicker than real ones, so that tests find it soon.
	a.every(&common.MessageHeartbeat{}, 100*time.Millisecond)
	if a.cfg.PX4 {
		a.every(&common.MessageAttitude{}, 50*time.Millisecond)
	}
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			a.tick(now)
		}
	}
}

// Change switches faults.
func (a *Autopilot) Change(change func(*Faults)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.faults)
}

// Reboot starts the clock anew and forgets the message rates.
func (a *Autopilot) Reboot() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.born = time.Now()
	heartbeat := a.due[(&common.MessageHeartbeat{}).GetID()]
	a.due = map[uint32]*schedule{(&common.MessageHeartbeat{}).GetID(): heartbeat}
	a.camera.due = nil
}

// Say sends texts in one go.
func (a *Autopilot) Say(texts ...common.MessageStatustext) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range texts {
		a.send(autopilotComponent, &texts[i])
	}
	a.flush()
}

// Send sends any messages, all in one datagram.
func (a *Autopilot) Send(component uint8, messages ...message.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range messages {
		a.send(component, m)
	}
	a.flush()
}

// Heard gives what has come from the station so far.
func (a *Autopilot) Heard() []message.Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]message.Message(nil), a.heard...)
}

// Mission gives the stored items.
func (a *Autopilot) Mission() []*common.MessageMissionItemInt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*common.MessageMissionItemInt(nil), a.lists[common.MAV_MISSION_TYPE_MISSION]...)
}

// Plan is one of the lists that it holds.
func (a *Autopilot) Plan(kind common.MAV_MISSION_TYPE) []*common.MessageMissionItemInt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*common.MessageMissionItemInt(nil), a.lists[kind]...)
}

// SetPlan replaces one of its lists, as somebody else's upload would.
func (a *Autopilot) SetPlan(kind common.MAV_MISSION_TYPE, items []*common.MessageMissionItemInt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lists[kind] = items
}

// SendAs sends messages of any system on the vehicle's link, as a router does that brings another station's frames.
func (a *Autopilot) SendAs(system, component uint8, messages ...message.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	fw := &frame.Writer{ByteWriter: &a.outgoing, DialectRW: a.dialect}
	sw := &streamwriter.Writer{FrameWriter: fw, Version: streamwriter.V2, SystemID: system, ComponentID: component}
	if err := errors.Join(fw.Initialize(), sw.Initialize()); err != nil {
		panic(err) // cannot be: all fields are set
	}
	for _, m := range messages {
		if err := sw.Write(m); err != nil {
			panic(err) // a test that sends what cannot be sent
		}
	}
	a.flush()
}

// WithFiles looks at, or changes, what MAVFTP serves.
func (a *Autopilot) WithFiles(do func(*Files)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do(a.cfg.Files)
}

// WithLogs looks at, or changes, the logs.
func (a *Autopilot) WithLogs(do func(*Logs)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do(a.cfg.Logs)
}

// Truth gives where the vehicle was at a time: the position in degrees and the yaw in [0, 360).
func (a *Autopilot) Truth(t time.Time) (lat, lon, yawDeg float64) {
	const metresPerDegree = 111195
	a.mu.Lock()
	defer a.mu.Unlock()
	s := t.Sub(a.born).Seconds()
	lat = a.cfg.Lat + a.cfg.North*s/metresPerDegree
	lon = a.cfg.Lon + a.cfg.East*s/(metresPerDegree*math.Cos(a.cfg.Lat*math.Pi/180))
	return lat, lon, math.Mod(a.cfg.YawRate*s, 360)
}

func (a *Autopilot) every(m message.Message, d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.due[m.GetID()] = &schedule{every: d}
}

func (a *Autopilot) tick(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sendLogs()
	for id, s := range a.due {
		if now.Before(s.next) {
			continue
		}
		s.next = now.Add(s.every)
		a.report(id)
	}
	a.cameraTick(now)
	a.flush()
}

// send appends a frame to the datagram; mu must be held.
func (a *Autopilot) send(component uint8, m message.Message) {
	before := a.outgoing.Len()
	if err := a.writers[component].Write(m); err != nil {
		panic(err) // a test that sends what cannot be sent
	}
	if a.cfg.Guard == nil {
		return
	}
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(bytes.Clone(a.outgoing.Bytes()[before:])))}
	w := &frame.Writer{ByteWriter: &a.outgoing}
	if err := errors.Join(r.Initialize(), w.Initialize()); err != nil {
		panic(err)
	}
	f, err := r.Read()
	if err != nil {
		panic(err)
	}
	v2, _ := f.(*frame.V2Frame)
	a.cfg.Guard.sign(a.dialect, v2)
	a.outgoing.Truncate(before)
	if err := w.Write(v2); err != nil {
		panic(err)
	}
}

// flush sends the datagram; mu must be held.
func (a *Autopilot) flush() {
	if a.outgoing.Len() > 0 && !a.faults.Silent {
		_, _ = a.conn.Write(a.outgoing.Bytes()) // the station may not listen yet
	}
	a.outgoing.Reset()
}

func (a *Autopilot) listen(ctx context.Context) {
	buf := make([]byte, 64<<10)
	for ctx.Err() == nil {
		_ = a.conn.SetReadDeadline(time.Now().Add(time.Second)) // a closed connection says so in Read
		n, err := a.conn.Read(buf)
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				// The station may not listen yet.
				select {
				case <-ctx.Done():
				case <-time.After(step):
				}
			}
			continue
		}
		a.read(buf[:n])
	}
}

// read takes what came in one go. The reader knows no dialect, so that frames are seen as they are signed.
func (a *Autopilot) read(b []byte) {
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(b))}
	if err := r.Initialize(); err != nil {
		panic(err)
	}
	for {
		f, err := r.Read()
		if err != nil {
			return
		}
		raw, _ := f.GetMessage().(*message.MessageRaw)
		rw := a.dialect.GetMessage(raw.ID)
		if rw == nil || f.GetChecksum() != f.GenerateChecksum(rw.CRCExtra()) || !a.cfg.Guard.check(f) {
			continue
		}
		_, v2 := f.(*frame.V2Frame)
		if m, err := rw.Read(raw, v2); err == nil {
			a.receive(m, [2]uint8{f.GetSystemID(), f.GetComponentID()})
		}
	}
}

func (a *Autopilot) receive(m message.Message, asker [2]uint8) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asker = asker
	if a.faults.Deaf {
		return
	}
	a.heard = append(a.heard, m)
	switch m := m.(type) {
	case *common.MessageTimesync:
		if m.Tc1 == 0 {
			a.send(autopilotComponent, &common.MessageTimesync{Tc1: time.Since(a.born).Nanoseconds(), Ts1: m.Ts1})
		}
	case *common.MessageCommandLong:
		a.command(m)
	case *common.MessageCommandInt:
		a.commandInt(m)
	case *common.MessageCommandCancel:
		a.cancel(m)
	case *common.MessageSetupSigning:
		if m.TargetSystem == a.cfg.SystemID && !a.armed {
			a.cfg.Guard.setUp(m)
		}
	default:
		a.transferMessage(m)
	}
	a.flush()
}

// Armed tells whether the motors may turn.
func (a *Autopilot) Armed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.armed
}

// SetRate changes how often a message is sent, as another station does; 0 is never.
func (a *Autopilot) SetRate(id uint32, hz float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.due, id)
	if hz > 0 {
		a.due[id] = &schedule{every: time.Duration(float64(time.Second) / hz)}
	}
}

// Rate is how often a message is sent, in hertz; 0 is never.
func (a *Autopilot) Rate(id uint32) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.due[id]
	if !ok || s.every <= 0 {
		return 0
	}
	return float64(time.Second) / float64(s.every)
}

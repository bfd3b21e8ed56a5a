package mavlink

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/camera"
	"vedette/mavlink/ftp"
	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

// lostAfter is the silence of the autopilot's heartbeat, sent once a second, after which a vehicle is lost.
const lostAfter = 4 * time.Second

// system is one vehicle with everything that belongs to it.
type system struct {
	id        uint8
	component uint8
	pilot     pilot
	log       *slog.Logger
	// ours is this station, as gimbal managers call it.
	ours gimbal.Controller
	// wake tells the attendant that there is something to ask for.
	wake chan struct{}
	// orders lets one command of a kind wait for its answer at a time, transfer one mission or parameter list.
	orders  lanes
	running running
	leads   leads
	// copies is when the links were last seen to deliver something twice, in nanoseconds of UTC.
	copies   atomic.Int64
	transfer gate
	inbox    inbox
	pending  pendingNews
	// files is the state of MAVFTP at each component; who is in transfer may use it.
	files map[uint8]*ftp.Conn
	// table is what is known of its parameters; verifying tells that they are read in the background.
	table     parameterTable
	verifying atomic.Bool
	logs      *logDesk
	// turns are wishes to the steersman, who keeps gimbals turning.
	turns chan wantedTurn
	// photos counts the single photos that were asked for.
	photos atomic.Uint32

	mu    sync.Mutex
	state state
	// cancelTransfer ends the transfer that goes on, nil when none can be ended.
	cancelTransfer context.CancelCauseFunc
}

// state is what a system has told. Everything that v points to is replaced, never changed, so that a copy of v
// stays as it is.
type state struct {
	v          Vehicle
	customMode uint32
	modes      modeTable
	paths      paths
	way        *link.Peer // the one in use at the last tick
	repeats    repeats
	// gimbalHz is how often a gimbal's attitude is wanted on the way in use; 0 while nothing was asked for.
	gimbalHz float64
	clocks   map[uint8]*clock
	boot     bootTime
	sync     timesync
	poses    poseHistory
	gimbal   gimbalState
	plans    plans
	cameras  *camera.Set
	polls    map[pollKey]*poll
	parts    map[uint8]*part // the components that carry gimbals and cameras
	texts    textJoiner
	// session changes when everything must be asked for again: after a reboot and after a loss.
	session int
	// turned and batteryHeard are when the last ATTITUDE and BATTERY_STATUS came; the zero time means none in this session.
	turned, batteryHeard time.Time
	members              map[uint8]*member
	arming               armingState
	failsafes            failsafes
	endurance            enduranceState
	// refused counts values that cannot be and were left out.
	refused  uint64
	identity identity
	events   eventState
	sparse   sparse
	remoteID remoteID
}

func newSystem(id, component uint8, hb *common.MessageHeartbeat, first time.Time, log *slog.Logger) *system {
	kind := airframe(hb.Type)
	p := pilotOf(hb.Autopilot, kind)
	s := &system{
		id: id, component: component, pilot: p, log: log.With("vehicle", id), wake: make(chan struct{}, 1),
		orders: newLanes(), transfer: newGate(), files: make(map[uint8]*ftp.Conn), logs: newLogDesk(), turns: make(chan wantedTurn),
	}
	s.state = state{
		v: Vehicle{
			ID: int(id), Component: component, Autopilot: p.name(), Type: kind,
			State: Live, FirstSeen: first.UTC(), LastSeen: first.UTC(),
		},
		modes: newModeTable(p.modes()), paths: newPaths(component), clocks: make(map[uint8]*clock), cameras: camera.NewSet(component), polls: make(map[pollKey]*poll),
		gimbal: newGimbalState(component), parts: make(map[uint8]*part),
		members: make(map[uint8]*member),
	}
	// The first heartbeat of the two that made the vehicle.
	s.state.meetMember(component, hb, first)
	s.state.v.Modes = s.state.modes.selectable()
	return s
}

// judge says whether a frame is the vehicle's own, and what its coming means.
func (s *system) judge(p *link.Peer, f link.Frame, at time.Time) (own bool, events []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	verdict := s.state.identity.judge(p, f, f.ComponentID == s.component, at)
	if verdict == mine {
		return true, nil
	}
	return verdict.usable(), s.alarm(s.follow(verdict))
}

// news counts a frame on its way, and says whether it is news: not a copy that came on another way before, and not an
// older state than the way in use has told.
func (s *system) news(p *link.Peer, f link.Frame, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	st.paths.heardFrame(p, p.Priority(), f, at)
	if f.MessageID == timesyncID {
		st.roundTrip(p, f, at)
	}
	if len(st.paths.all) < 2 || !st.paths.several(at) {
		return true
	}
	if st.repeats.again(p, f, at) {
		return false
	}
	return f.ComponentID != s.component || !streamed(f.MessageID) || !st.repeats.behind(p, st.paths.best(at), f.MessageID, at)
}

// receive takes a message and answers the events that it makes, and the texts that it completes.
func (s *system) receive(p *link.Peer, f link.Frame, m message.Message, at time.Time) (events []string, texts []Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := m.(*common.MessageAutopilotVersion); ok && f.ComponentID == s.component {
		verdict := s.state.identity.board(p, f, v, at)
		events = s.alarm(s.follow(verdict))
		if verdict == theirs {
			s.state.paths.forget(p)
			return events, nil
		}
	}
	told, texts := s.hear(f.ComponentID, m, at)
	return append(events, told...), texts
}

// follow does what a change of the vehicle's life asks for.
func (s *system) follow(verdict judgement) []string {
	st := &s.state
	switch verdict {
	case anew:
		s.restart()
		st.identity.unsettle()
		s.log.Info("vehicle has booted")
		return []string{EventRebooted}
	case jumped, wrapped:
		// Everything that runs on the vehicle's clock begins anew. After a jump it may be another vehicle, too.
		st.poses, st.clocks, st.sync, st.boot = poseHistory{}, make(map[uint8]*clock), timesync{}, bootTime{}
		if verdict == jumped {
			st.session++
			st.turned = time.Time{}
			st.identity.unsettle()
			s.poke()
		}
		s.log.Info("the vehicle's clock has jumped")
	case swapped:
		s.log.Warn("another vehicle has taken over the system id", "hardware", st.identity.uid.String())
		st.forgetVehicle()
		s.restart()
		return []string{EventSwapped}
	}
	return nil
}

// mustAsk says whether the vehicle must tell over this way what hardware it is.
func (s *system) mustAsk(p *link.Peer, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.identity.doubtful(p, at)
}

// shiftClocks takes account of a step of the station's own clock.
func (s *system) shiftClocks(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.state.clocks {
		c.shift(by)
	}
	s.state.sync.forget()
}

// alarm adds the news that a clash of ids has begun or ended.
func (s *system) alarm(events []string) []string {
	clash := !s.state.identity.clash.IsZero()
	if clash == s.state.v.Clash {
		return events
	}
	s.state.v.Clash = clash
	if clash {
		s.log.Warn("two vehicles use one system id")
	}
	return append(events, EventClash, EventState)
}

// forgetVehicle drops what belonged to the vehicle that had the id before.
func (st *state) forgetVehicle() {
	v := &st.v
	v.Home, v.Mission, v.Position, v.Velocity, v.Attitude, v.HeadingDeg = nil, nil, nil, nil, nil, nil
	v.Battery, v.Batteries, v.GPS, v.GPS2, v.EKF, v.Wind, v.Vibration, v.Sensors, v.Fence = nil, nil, nil, nil, nil, nil, nil, nil, nil
	v.Altitudes, v.Terrain, v.Rangefinder, v.RC, v.Messages = nil, nil, nil, nil, nil
	v.GroundSpeed, v.Airspeed, v.ClimbRate, v.ThrottlePercent = nil, nil, nil, nil
	v.Version, v.UID, v.Capabilities = "", "", 0
}

// hear takes a message of a component; mu must be held.
func (s *system) hear(component uint8, m message.Message, at time.Time) (events []string, texts []Text) {
	st := &s.state
	switch m := m.(type) {
	case *common.MessageHeartbeat:
		events = s.heartbeat(component, m, at)
	case *common.MessageTimesync:
		st.sync.answer(st.clock(component), m, st.boot, at)
	case *common.MessageHighLatency2:
		if component == s.component {
			events = s.applySparse(m, at)
		}
	case *common.MessageStatustext:
		if texts = st.texts.add(component, m, at); len(texts) > 0 {
			st.heed(texts)
			events = []string{EventText}
		}
	default:
		events = s.apply(component, m, at)
	}
	return events, texts
}

func (s *system) apply(component uint8, m message.Message, at time.Time) []string {
	st := &s.state
	if component != s.component && st.restarted(component, m, at) {
		s.poke()
	}
	st.describeMember(component, m)
	if st.applyRemoteID(component, m, at) {
		return []string{EventState}
	}
	if events, ok := st.applyCamera(component, m, at); ok {
		if slices.Contains(events, EventStreams) {
			s.poke()
		}
		return events
	}
	if st.applyGimbal(component, m, at) {
		return []string{EventState}
	}
	if component != s.component {
		return nil
	}
	if ms, ok := bootMillis(m); ok {
		st.boot.newest = ms
		st.clock(component).arrived(int64(ms)*int64(time.Millisecond), at)
	}
	if told, ok := st.applyEvents(component, m, at); ok {
		return told
	}
	if st.applyMotion(component, m, at) || st.applyHealth(m, at) || st.applyIdentity(m, s.pilot, at) {
		return []string{EventState}
	}
	return nil
}

// restart forgets what a reboot made void.
func (s *system) restart() {
	st := &s.state
	st.poses = poseHistory{}
	st.gimbal.set.Forget(s.component)
	st.cameras.Forget(s.component)
	st.forgetPolls(s.component)
	st.arming, st.failsafes, st.endurance, st.events = armingState{}, failsafes{}, enduranceState{}, eventState{}
	st.clocks = make(map[uint8]*clock)
	st.sync = timesync{}
	st.session++
	st.turned = time.Time{}
	s.poke()
}

func (s *system) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *system) heartbeat(component uint8, hb *common.MessageHeartbeat, at time.Time) []string {
	st := &s.state
	st.meetMember(component, hb, at)
	if component != s.component {
		if st.meet(component, hb, at) {
			s.poke()
		}
		return nil
	}
	events := []string{EventState}
	if st.v.State == Lost {
		st.v.State = Live
		st.session++
		st.identity.unsettle()
		events = []string{EventBack, EventState}
		s.poke()
		s.log.Info("vehicle is back", "silent", at.Sub(st.v.LastSeen).Round(time.Second))
	}
	st.v.LastSeen = at.UTC()
	st.v.Armed = hb.BaseMode&common.MAV_MODE_FLAG_SAFETY_ARMED != 0
	st.customMode = hb.CustomMode
	st.v.Mode = st.modes.name(hb.CustomMode)
	if st.v.Armed {
		st.arming.drop(fromText)
	}
	st.v.SystemStatus = systemStatus(hb.SystemStatus)
	st.failsafes.status(hb.SystemStatus, at)
	return events
}

// heed keeps texts, and takes from them what they say of arming and failsafes.
func (st *state) heed(texts []Text) {
	st.addTexts(texts)
	for _, t := range texts {
		if !st.arming.text(t) {
			st.failsafes.text(t)
		}
	}
}

// tick notices a loss, a change of the way in use, texts whose rest will not come, and what has not been said again.
func (s *system) tick(now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchPaths(now)
	verdict, changed := s.state.identity.tick(now)
	events := s.alarm(s.follow(verdict))
	if cut := s.state.texts.expire(now); len(cut) > 0 {
		s.state.heed(cut)
		events = append(events, EventText)
	}
	if past := s.state.arming.expire(now); s.state.failsafes.expire(now) || past || changed {
		events = append(events, EventState)
	}
	st := &s.state
	if silent := now.Sub(st.v.LastSeen); st.v.State == Live && silent > lostAfter && !st.sparse.in(st.v.LastSeen, now) {
		st.v.State = Lost
		s.log.Warn("vehicle lost", "after", silent.Round(time.Second))
		events = append(events, EventLost, EventState)
	}
	return events
}

func (s *system) forget(p *link.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.paths.forget(p)
	s.state.identity.forget(p)
}

// live gives the way to the vehicle, or ErrLost.
func (s *system) live() (*link.Peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.state.paths.best(time.Now())
	if s.state.v.State == Lost || p == nil {
		return nil, ErrLost
	}
	return p, nil
}

// way gives the way that an order goes, or ErrLost.
func (s *system) way(o order) (*link.Peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := o.via
	switch {
	case p != nil:
	case o.component == 0 || o.component == s.component:
		p = s.state.paths.best(time.Now())
	default:
		p = s.state.paths.to(o.component, time.Now())
	}
	if s.state.v.State == Lost || p == nil {
		return nil, ErrLost
	}
	return p, nil
}

func (s *system) traffic() (live bool, received, lost, changes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	received, lost = s.state.paths.totals()
	return s.state.v.State == Live, received, lost, s.state.paths.changes
}

func (s *system) refusals() (refused, rivals, jumps uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.refused, s.state.identity.strangers, s.state.identity.jumps
}

func (s *system) snapshot(now time.Time) Vehicle {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	v := st.v
	v.Components = st.components()
	v.Warnings = st.identity.warnings(v.ID)
	if v.HighLatency = st.sparse.in(v.LastSeen, now); v.HighLatency {
		v.LastSeen = st.sparse.last.UTC()
	}
	v.Arming, v.Failsafe = st.arming.view(), st.failsafes.view()
	v.Endurance = st.endurance.view(&st.v, now)
	v.Links = st.paths.states(now)
	if len(v.Links) > 0 {
		v.Link = v.Links[0]
	}
	v.Gimbals = st.gimbalViews(s.ours, now)
	v.Gimbal = firstView(v.Gimbals)
	v.Cameras = st.cameras.List()
	v.Clock = st.clockView(s.component, now)
	return v
}

func (s *system) poseAt(t time.Time, gimbal uint8) (Pose, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if source, _, ok := s.state.gimbal.attitudeOf(gimbal); ok {
		gimbal = source
	} else {
		gimbal = s.state.firstGimbal()
	}
	offset, ok := s.state.clock(s.component).offset(time.Now())
	if !ok {
		return Pose{}, ErrNoPose
	}
	pose, err := s.state.poses.at(t.UnixNano()-offset, gimbal)
	pose.Time = t.UTC()
	return pose, err
}

// measured gives the UTC at which a message of the component was made.
func (st *state) measured(component uint8, millis uint32, at time.Time) time.Time {
	offset, ok := st.clock(component).offset(at)
	if !ok {
		return at.UTC()
	}
	return time.Unix(0, int64(millis)*int64(time.Millisecond)+offset).UTC()
}

func (st *state) clock(component uint8) *clock {
	c, ok := st.clocks[component]
	if !ok {
		c = &clock{}
		st.clocks[component] = c
	}
	return c
}

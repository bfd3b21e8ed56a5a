package mavlink

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/camera"
	"vedette/mavlink/ftp"
	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

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
	about     parameterAbout
	verifying atomic.Bool
	logs      *logDesk
	// turns moves its gimbals, lenses the zoom and focus of its cameras.
	turns  *mover[uint8, gimbal.Rates]
	lenses *mover[lensKey, float64]
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
		orders: newLanes(), transfer: newGate(), files: make(map[uint8]*ftp.Conn), logs: newLogDesk(),
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
	s.state.v.PlacesMode = p.takesPlaces()
	return s
}

func (s *system) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
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

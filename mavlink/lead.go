package mavlink

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
	"vedette/mavlink/link"
)

// Leading is what the station does with a vehicle step by step: an orbit of an ArduCopter, the flight to a place to land
// at, the following of the post. The vehicle holds when it ends.
type Leading struct {
	// Kind is "orbit", "landAt" or "follow".
	Kind string
	// By is who ordered it.
	By    string
	Began time.Time
}

// leader leads a vehicle. It knows no clock and no network: it is told ten times a second how the vehicle is, and
// answers what to send.
type leader interface {
	kind() string
	step(now time.Time, v Vehicle) leadStep
}

// leadStep is what to send now; then is commanded. Done ends the leading, and why is said to people.
type leadStep struct {
	send []message.Message
	done bool
	why  string
	then Command
}

const (
	// modeGrace is how long after the start the mode may still show as it was before.
	modeGrace = 4 * time.Second
	// stalePosition is the age of a position from which on nobody is led by it; goneLong ends the leading.
	stalePosition = 1500 * time.Millisecond
	goneLong      = 10 * time.Second
)

// course is what all leaders watch: that the vehicle flies in the mode in which it can be led, and where it is.
type course struct {
	mode  string
	began time.Time
	seen  time.Time
}

// check answers whether the vehicle can be led now; done ends the leading.
func (c *course) check(now time.Time, v Vehicle) (ready bool, end leadStep) {
	if c.began.IsZero() {
		c.began, c.seen = now, now
	}
	switch {
	case v.State == Lost:
		return false, leadStep{done: true, why: "the vehicle was lost"}
	case !v.Armed && now.Sub(c.began) > modeGrace:
		return false, leadStep{done: true, why: "the vehicle is disarmed"}
	case c.mode != "" && v.Mode != c.mode && now.Sub(c.began) > modeGrace:
		return false, leadStep{done: true, why: "its mode is now " + v.Mode}
	case v.Position == nil || now.Sub(v.Position.Time) > stalePosition:
		if now.Sub(c.seen) > goneLong {
			return false, leadStep{done: true, why: "its position is not known any more"}
		}
		return false, leadStep{}
	}
	c.seen = now
	return true, leadStep{}
}

// landing flies to a place, which has been commanded, and then lands.
type landing struct {
	course
	to     geo.LatLon
	steady time.Time
}

func (*landing) kind() string { return "landAt" }

func (l *landing) step(now time.Time, v Vehicle) leadStep {
	ready, end := l.check(now, v)
	if !ready {
		return end
	}
	const near, slow, settle = 2.0, 0.7, time.Second // m, m/s
	at := geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}
	if geo.Distance(at, l.to) > near || v.Velocity == nil || math.Hypot(v.Velocity.North, v.Velocity.East) > slow {
		l.steady = time.Time{}
		return leadStep{}
	}
	if l.steady.IsZero() {
		l.steady = now
	}
	if now.Sub(l.steady) < settle {
		return leadStep{}
	}
	return leadStep{done: true, then: Land{}}
}

// leads is who leads a vehicle now.
type leads struct {
	mu      sync.Mutex
	current *lead
}

type lead struct {
	leader
	Leading
}

func (l *leads) get() *lead {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

// swap puts another leader, or nil, in the place of one; nil for whoever it is. It answers the one that was replaced.
func (l *leads) swap(was, is *lead) *lead {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was != nil && l.current != was {
		return nil
	}
	was, l.current = l.current, is
	return was
}

// keepsLeader tells the commands that do not end what the station does with a vehicle.
func keepsLeader(c Command) bool {
	switch c.(type) {
	case Cancel, MessageInterval, RequestMessage, PreflightCheck, SetHome, ChangeSpeed, Arm, Calibrate:
		return true
	}
	return false
}

// Flies tells whether a command has a vehicle fly otherwise than before, so that whoever led it until then must not go on.
func Flies(c Command) bool { return !keepsLeader(c) }

// beginLeading has a leader take over.
func (s *Service) beginLeading(sys *system, l leader, by string) {
	sys.leads.swap(nil, &lead{leader: l, Leading: Leading{Kind: l.kind(), By: by, Began: time.Now().UTC()}})
	s.showLead(sys)
}

// EndLeading ends what the station does with a vehicle, if it does anything, has the vehicle hold, and tells people why.
func (s *Service) EndLeading(ctx context.Context, id int, why string) {
	sys, err := s.system(id)
	if err != nil {
		return
	}
	if was := sys.leads.swap(nil, nil); was != nil {
		s.ended(sys, was, leadStep{done: true, why: why})
		if _, err := s.Command(ctx, id, Hold{}); err != nil {
			s.say(sys, "warning", "hold after "+was.Kind+": "+err.Error())
		}
	}
}

// lead lets the leader of a vehicle do its next step; what it commands at its end runs in a goroutine of the group.
func (s *Service) lead(ctx context.Context, group *sync.WaitGroup, sys *system, now time.Time) {
	l := sys.leads.get()
	if l == nil {
		return
	}
	step := l.step(now, sys.snapshot(now))
	if p, err := sys.live(); err == nil {
		for _, m := range step.send {
			address(m, sys)
			p.Send(link.Urgent, m)
		}
	}
	if step.done {
		if sys.leads.swap(l, nil) == nil {
			return // replaced meanwhile
		}
		s.ended(sys, l, step)
	}
	if step.then != nil {
		group.Go(func() {
			if _, err := s.Command(ctx, int(sys.id), step.then); err != nil {
				s.say(sys, "warning", step.then.word()+" of "+l.Kind+": "+err.Error())
			}
		})
	}
}

// address fills in whom a setpoint is for.
func address(m message.Message, sys *system) {
	if target, ok := m.(*common.MessageSetPositionTargetGlobalInt); ok {
		target.TargetSystem, target.TargetComponent = sys.id, sys.component
	}
}

func (s *Service) ended(sys *system, l *lead, step leadStep) {
	if step.why != "" {
		s.say(sys, "notice", l.Kind+" ended: "+step.why)
	}
	s.showLead(sys)
}

func (s *Service) showLead(sys *system) {
	l := sys.leads.get()
	sys.mu.Lock()
	sys.state.v.Leading = nil
	if l != nil {
		sys.state.v.Leading = &l.Leading
	}
	sys.mu.Unlock()
	s.updates.note(sys, []string{EventState})
}

// say puts a text of the station's own among those of the vehicle.
func (s *Service) say(sys *system, severity, text string) {
	sys.mu.Lock()
	sys.state.addTexts([]Text{{Time: time.Now().UTC(), Severity: severity, Text: "station: " + text}})
	sys.mu.Unlock()
	s.updates.note(sys, []string{EventText})
}

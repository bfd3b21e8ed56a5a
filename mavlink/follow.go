package mavlink

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

// Post is where the station is.
type Post struct {
	Lat, Lon float64
	// AltAMSL is the height above mean sea level in metres. HeightUnknown says that nobody has told it: the post is then taken to be
	// as high as the home of the vehicle that follows.
	AltAMSL       float64
	HeightUnknown bool
	// SpeedMS and CourseDeg, from true north, say how it moves; both are zero while it stands.
	SpeedMS, CourseDeg float64
	// Time is when it was measured; Fixed says that it does not age, since the post does not move.
	Time  time.Time
	Fixed bool
	// Source is who told, for people.
	Source string
}

func (p Post) validate() error {
	if !(p.SpeedMS >= 0 && p.SpeedMS <= maxSpeed) || !(p.CourseDeg >= 0 && p.CourseDeg <= 360) {
		return fmt.Errorf("%w: %v m/s to %v degrees", ErrInvalid, p.SpeedMS, p.CourseDeg)
	}
	return validatePlace(p.Lat, p.Lon, p.AltAMSL)
}

// at is where the post is now if it has gone on as it did.
func (p Post) at(now time.Time) geo.LatLon {
	here := geo.LatLon{Lat: p.Lat, Lon: p.Lon}
	if p.Fixed || p.SpeedMS == 0 {
		return here
	}
	return geo.Offset(here, p.CourseDeg, p.SpeedMS*max(0, now.Sub(p.Time).Seconds()))
}

// height is the post's above mean sea level for a vehicle that follows; false where nobody knows.
func (p Post) height(v Vehicle) (float64, bool) {
	switch {
	case !p.HeightUnknown:
		return p.AltAMSL, true
	case v.Home != nil:
		return v.Home.AltAMSL, true
	default:
		return 0, false
	}
}

// post holds where the station is.
type post struct {
	mu    sync.Mutex
	known bool
	is    Post
}

// SetPost tells the service where the station is.
func (s *Service) SetPost(p Post) error {
	if err := p.validate(); err != nil {
		return fmt.Errorf("the station's position: %w", err)
	}
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.is, s.post.known = p, true
	return nil
}

// Post is where the station is; false while nobody has told.
func (s *Service) Post() (Post, bool) {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	return s.post.is, s.post.known
}

// Follow has a vehicle follow the post, by the autopilot's own mode for that; distance and height are set up in the vehicle.
type Follow struct {
	// RateHz is how often it is told where the post is, from 1 to 5; 0 is 2.
	RateHz float64
	// MoveHome keeps the vehicle's home at the post.
	MoveHome bool

	own  uint8 // our system id
	post Post
}

func (Follow) word() string { return "follow" }

func (c Follow) validate() error {
	if c.RateHz != 0 && !(c.RateHz >= 1 && c.RateHz <= 5) {
		return fmt.Errorf("%w: the post's position %v times a second: 1 to 5 are possible", ErrInvalid, c.RateHz)
	}
	return nil
}

// PostAge is how old the position of a moving post may be before nobody goes by it any more.
const PostAge = 3 * time.Second

const (
	// homeEvery and homeApart are how often, and after what way of the post in metres, the home moves with it.
	homeEvery = 10 * time.Second
	homeApart = 10
)

// Stale tells that nobody should go by the position any more.
func (p Post) Stale(now time.Time) bool { return !p.Fixed && now.Sub(p.Time) > PostAge }

// usable says why a position cannot be followed, "" where it can.
func (p Post) usable(known bool, now time.Time) string {
	switch {
	case !known:
		return "the position of the post is not known"
	case p.Stale(now):
		return fmt.Sprintf("the position of the post is %.0f s old", now.Sub(p.Time).Seconds())
	default:
		return ""
	}
}

// prepared fills in what the station knows for a Follow, or says why there is nothing to follow.
func (s *Service) prepared(c Command) (Command, error) {
	f, ok := c.(Follow)
	if !ok {
		return c, nil
	}
	p, known := s.Post()
	if why := p.usable(known, time.Now()); why != "" {
		return nil, fmt.Errorf("%s: %w: %s", c.word(), ErrInvalid, why)
	}
	f.own, f.post = s.systemID, p
	return f, nil
}

// following tells a vehicle where the post is, as long as that is known.
type following struct {
	course
	Follow

	px4      bool
	where    func() (Post, bool)
	boot     time.Time
	sent     time.Time
	home     geo.LatLon
	homeTold time.Time
}

func newFollowing(c Follow, mode string, px4 bool, where func() (Post, bool)) *following {
	if c.RateHz == 0 {
		c.RateHz = 2
	}
	return &following{course: course{mode: mode}, Follow: c, px4: px4, where: where}
}

func (*following) kind() string { return "follow" }

func (f *following) step(now time.Time, v Vehicle) leadStep {
	ready, end := f.check(now, v)
	if end.done {
		return end
	}
	p, known := f.where()
	if why := p.usable(known, now); why != "" {
		return leadStep{done: true, why: why, then: Hold{}}
	}
	if f.boot.IsZero() {
		f.boot = now
	}
	if !ready || now.Sub(f.sent) < time.Duration(float64(time.Second)/f.RateHz) {
		return leadStep{}
	}
	f.sent = now
	height, known := p.height(v)
	if !known {
		return leadStep{done: true, why: "the height of the post is not known, nor the vehicle's home", then: Hold{}}
	}
	p.AltAMSL = height
	step := leadStep{send: []message.Message{f.message(p, v, now)}}
	at := p.at(now)
	if f.MoveHome && now.Sub(f.homeTold) >= homeEvery && geo.Distance(f.home, at) >= homeApart {
		f.home, f.homeTold = at, now
		step.then = SetHome{Lat: at.Lat, Lon: at.Lon, AltAMSL: p.AltAMSL}
	}
	return step
}

// message tells where the post is: FOLLOW_TARGET (144) to PX4, and to ArduPilot our own GLOBAL_POSITION_INT (33), whose
// height it takes above the vehicle's home.
func (f *following) message(p Post, v Vehicle, now time.Time) message.Message {
	at := p.at(now)
	lat, lon := int32(math.Round(at.Lat*perDegree)), int32(math.Round(at.Lon*perDegree))
	sin, cos := math.Sincos(p.CourseDeg / radToDeg)
	north, east := p.SpeedMS*cos, p.SpeedMS*sin
	up := now.Sub(f.boot)
	if f.px4 {
		const position, velocity = 1, 2
		return &common.MessageFollowTarget{
			Timestamp: uint64(up.Milliseconds()), EstCapabilities: position | velocity, Lat: lat, Lon: lon, Alt: float32(p.AltAMSL),
			Vel: [3]float32{float32(north), float32(east), 0},
		}
	}
	const headingUnknown = math.MaxUint16
	m := &common.MessageGlobalPositionInt{
		TimeBootMs: uint32(up.Milliseconds()), Lat: lat, Lon: lon, Alt: int32(p.AltAMSL * 1000),
		Vx: int16(north * 100), Vy: int16(east * 100), Hdg: headingUnknown,
	}
	if v.Home != nil {
		m.RelativeAlt = int32((p.AltAMSL - v.Home.AltAMSL) * 1000)
	}
	if p.SpeedMS > 0 {
		m.Hdg = uint16(math.Mod(p.CourseDeg, 360) * 100)
	}
	return m
}

package copter

const (
	trailReached = 2.0 // m, as WPNAV_RADIUS
	aboveLast    = 2.0 // m above the first point of the trail, where the landing begins
)

// backtrack is the state of SMART_RTL: back along the trail, above its beginning, and down.
type backtrack struct {
	to      *vec // the point that is flown to; nil: none has been taken
	last    bool // it is above the beginning
	landing rtl
}

// smartBack begins the way back with a shortened trail.
func (f *flight) smartBack() backtrack {
	f.trail.shorten(f.params.get("SRTL_ACCURACY"))
	return backtrack{}
}

// leaveTrail gives a point back that was on its way when the mode is left before the landing.
func (f *flight) leaveTrail() {
	if s := &f.smart; f.mode == SmartRTL && s.to != nil && !s.descends() {
		at := *s.to
		if s.last {
			at[2] -= aboveLast
		}
		f.trail.points = append(f.trail.points, at)
	}
}

func (s *backtrack) descends() bool { return s.landing.phase == rtlDescend }

func (s *backtrack) goal(f *flight, g goal) goal {
	if s.descends() {
		return s.landing.goal(f, g)
	}
	if s.to == nil || s.to.sub(f.est.pos).length() < trailReached {
		s.next(f)
	}
	if s.descends() {
		return s.landing.goal(f, g)
	}
	g.pos = s.to
	f.travelYaw(&g, *s.to)
	return g
}

// next takes the next point from the end of the trail; behind the first comes the landing there.
func (s *backtrack) next(f *flight) {
	n := len(f.trail.points)
	if n == 0 {
		at := f.hold
		if s.to != nil {
			at = *s.to
		}
		s.landing = rtl{phase: rtlDescend, began: true, at: at}
		return
	}
	at := f.trail.points[n-1]
	f.trail.points = f.trail.points[:n-1]
	if n == 1 {
		at[2] += aboveLast
		s.last = true
	}
	s.to = &at
}

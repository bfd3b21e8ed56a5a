package copter

import "math"

type rtlPhase int

const (
	rtlClimb rtlPhase = iota
	rtlReturn
	rtlWait
	rtlDescend
)

// rtl is the state of a return and of a landing (which begins at rtlDescend, where it is).
type rtl struct {
	phase rtlPhase
	began bool
	at    vec
	place vec // where it comes down: home, or a rally point
	until float64
}

func (r *rtl) goal(f *flight, g goal) goal {
	if !r.began {
		r.began = true
		r.at = f.hold
		r.place = f.returnPlace()
		if r.phase == rtlClimb {
			r.at[2] = max(f.est.pos[2], f.home[2]+f.params.get("RTL_ALT")/100)
			if r.place != f.home {
				r.at[2] = max(r.at[2], r.place[2])
			}
		}
	}
	switch r.phase {
	case rtlClimb:
		if f.est.pos[2] > r.at[2]-0.5 {
			r.phase = rtlReturn
		}
		g.pos = &r.at
	case rtlReturn:
		r.at[0], r.at[1] = r.place[0], r.place[1]
		if s := f.params.get("RTL_SPEED") / 100; s > 0 {
			g.speed = s
		}
		if d := r.at.sub(f.est.pos); d.horizontal() < 1.5 && f.est.vel.horizontal() < 0.7 {
			r.phase, r.until = rtlWait, f.age()+f.params.get("RTL_LOIT_TIME")/1000
		}
		g.pos = &r.at
		f.travelYaw(&g, r.at)
	case rtlWait:
		if f.age() > r.until {
			r.phase = rtlDescend
		}
		g.pos = &r.at
	case rtlDescend:
		g.pos = &r.at
		if !f.ready() { // without a position it sinks level, with the wind
			g.pos, g.level = nil, true
		}
		g.heightFree = true
		if f.age() < r.until { // the pause before a landing by failsafe
			return g
		}
		g.vel[2] = -f.sinkRate()
		g.down = math.Max(g.down, -g.vel[2])
	}
	return g
}

// sinkRate is the landing speed at the present height: fast above LAND_ALT_LOW, slow below.
func (f *flight) sinkRate() float64 {
	slow := clamp(f.params.get("LAND_SPEED")/100, 0.2, 2)
	fast := f.params.get("LAND_SPEED_HIGH") / 100
	if fast <= 0 {
		fast = f.params.get("WPNAV_SPEED_DN") / 100
	}
	low := f.params.get("LAND_ALT_LOW") / 100
	over := f.aboveGround() - low
	if over <= 0 {
		return slow
	}
	return clamp(slow+over*0.4, slow, max(slow, fast))
}

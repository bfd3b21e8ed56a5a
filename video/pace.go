package video

import "time"

const (
	// paceShare is how many times as long as a look takes lies at least between the beginnings of two: a feed then costs at
	// most half a core, however slow or busy the computer is.
	paceShare = 2
	// paceMemory is over how many looks their cost is averaged, so that the gaps between them stay even.
	paceMemory = 8
)

// pace says which frames are looked at: no more than one in the least time, and fewer, evenly, where a look takes long.
// The zero value takes every frame.
type pace struct {
	least time.Duration // between two frames
	cost  time.Duration // of a look, averaged
	last  time.Time
}

// every is the time that lies between two frames now.
func (p *pace) every() time.Duration {
	if p.least == 0 {
		return 0
	}
	return max(p.least, paceShare*p.cost)
}

// due says whether a frame is looked at. A clock that jumps back does not blind the feed.
func (p *pace) due(frame time.Time) bool {
	if since := frame.Sub(p.last); since >= 0 && since < p.every() {
		return false
	}
	p.last = frame
	return true
}

// took notes what a look cost.
func (p *pace) took(d time.Duration) {
	if p.cost == 0 {
		p.cost = d
	}
	p.cost += (d - p.cost) / paceMemory
}

// slowed returns how many frames a second are looked at where that is clearly fewer than there should be, otherwise 0.
func (p *pace) slowed() int64 {
	if every := p.every(); 2*every > 3*p.least {
		return max(int64(time.Second/every), 1)
	}
	return 0
}

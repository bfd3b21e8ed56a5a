package video

import (
	"slices"
	"sync"
	"time"

	"vedette/video/h264"
	"vedette/video/relay"
	"vedette/video/thermal"
)

const (
	// lookedFrames is how many pictures a feed keeps of those that its detector found something in, lookedEvery the least
	// time between two: with them a picture can be had for more than a second after it was looked at.
	lookedFrames = 6
	lookedEvery  = 250 * time.Millisecond
	// lookedSide bounds the width and height of what is kept, and with it the memory of a feed to 10 MB.
	lookedSide = 1280
)

// Gray is a picture in shades of grey.
type Gray = thermal.Gray

// looked keeps the newest pictures in which a detector found something.
type looked struct {
	mu   sync.Mutex
	all  [lookedFrames]lookedFrame
	next int       // where the next goes
	last time.Time // of the newest
}

// lookedFrame is one of them; its buffer is used again.
type lookedFrame struct {
	time time.Time // zero: none
	gray Gray
}

// keep copies a picture, where one is due, and says whether it did. A clock that jumps back does not end it.
func (l *looked) keep(g *Gray, frame time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := frame.Sub(l.last); since >= 0 && since < lookedEvery || g.Width <= 0 || g.Height <= 0 {
		return false
	}
	to := &l.all[l.next]
	l.next, l.last = (l.next+1)%lookedFrames, frame
	to.time = frame
	to.gray = shrunk(g, to.gray.Pix)
	return true
}

// at gives a copy of the picture of an instant.
func (l *looked) at(frame time.Time) (Gray, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.all {
		if !f.time.IsZero() && f.time.Equal(frame) {
			f.gray.Pix = slices.Clone(f.gray.Pix)
			return f.gray, true
		}
	}
	return Gray{}, false
}

// shrunk copies a picture into a buffer, with as many pixels made one as bring it within lookedSide.
func shrunk(g *Gray, buffer []byte) Gray {
	n := 1
	for g.Width > n*lookedSide || g.Height > n*lookedSide {
		n++
	}
	w, h := g.Width/n, g.Height/n
	out := Gray{Pix: slices.Grow(buffer[:0], w*h)[:w*h], Stride: w, Width: w, Height: h}
	for y := range h {
		if n == 1 {
			copy(out.Pix[y*w:(y+1)*w], g.Pix[y*g.Stride:])
			continue
		}
		for x := range w {
			sum := 0
			for dy := range n {
				for _, v := range g.Pix[(y*n+dy)*g.Stride+x*n:][:n] {
					sum += int(v)
				}
			}
			out.Pix[y*w+x] = byte(sum / (n * n))
		}
	}
	return out
}

// LookedAt gives a picture that the detector of a feed looked at, by the time of its frame, while it is kept: those whose
// Detections say Kept are, for a second or so. It may be smaller than the frame by a whole number, and its light takes all
// values of a byte. The receiver owns it.
func (s *Service) LookedAt(feedID string, frame time.Time) (Gray, bool) {
	f := s.feed(feedID)
	if f == nil {
		return Gray{}, false
	}
	g, ok := f.looked.at(frame)
	if ok && !f.fullRange() {
		stretchLight(g.Pix)
	}
	return g, ok
}

// fullRange says that the feed's light takes all values of a byte, and not those from 16 to 235.
func (f *feed) fullRange() bool {
	if f.stream.Codec() == relay.H265 {
		return false
	}
	format, err := h264.ParseSPS(f.stream.ParameterSets().SPS)
	return err == nil && format.FullRange
}

// stretchLight turns light of 16 to 235 (ITU-R BT.601, section 2.5) into whole bytes.
func stretchLight(pix []byte) {
	for i, v := range pix {
		pix[i] = byte(min(max(((int(v)-16)*255+109)/219, 0), 255))
	}
}

package command

import "time"

const (
	// lateFor is how long after the last request an answer to it may still come.
	lateFor = 3 * time.Second
	// sameFrame is how long a second acknowledgement with the same frame number is a copy that its way made; frame numbers
	// of a component come round after 256 frames.
	sameFrame = time.Second
	remembers = 8
)

// History is what is known of earlier exchanges of one command with one component. Its exchanges follow one another. The
// zero value is ready.
type History struct {
	sent, answered int
	lastSent       time.Time
	frames         [remembers]sighting
	next           int
	copied         bool
}

// Frame names the frame of an acknowledgement. Frames are counted on each way by itself, so that a number alone names none.
type Frame struct {
	// Way is what the frame came by: any comparable value.
	Way      any
	Sequence uint8
}

type sighting struct {
	Frame
	at time.Time
}

// Stray takes an acknowledgement that came while no exchange waited.
func (h *History) Stray(f Frame, now time.Time) {
	if h.answer(f, now) {
		h.count()
	}
}

// Copied tells once whether something came twice since it was last asked: the link makes copies of frames.
func (h *History) Copied() bool {
	was := h.copied
	h.copied = false
	return was
}

// certainFrom is the time from which an answer cannot belong to an exchange that is over; the zero time is always. A link
// that makes copies may make the vehicle answer more often than it was asked, so that counting tells nothing there.
func (h *History) certainFrom(now time.Time, copies bool) time.Time {
	late := now.Sub(h.lastSent) >= lateFor
	if late || h.answered >= h.sent && !copies {
		h.sent, h.answered = 0, 0
		return time.Time{}
	}
	return h.lastSent.Add(lateFor)
}

func (h *History) note(now time.Time) {
	h.sent++
	h.lastSent = now
}

// answer takes the frame of an acknowledgement; false says that it is a copy.
func (h *History) answer(f Frame, now time.Time) bool {
	for _, was := range h.frames {
		if was.Frame == f && !was.at.IsZero() && now.Sub(was.at) < sameFrame {
			h.copied = true
			return false
		}
	}
	h.frames[h.next] = sighting{f, now}
	h.next = (h.next + 1) % remembers
	return true
}

// count counts a final answer.
func (h *History) count() {
	h.answered++
	h.copied = h.copied || h.answered > h.sent && h.sent > 0
}

package command

import "time"

const (
	// lateFor is how long after the last request an answer to it may still come.
	lateFor = 3 * time.Second
	// sameFrame is how long a second acknowledgement with the same frame number is a copy that the link made; frame numbers
	// of a component come round after 256 frames.
	sameFrame = time.Second
	remembers = 8
)

// History is what is known of earlier exchanges of one command with one component. Its exchanges follow one another. The
// zero value is ready.
type History struct {
	sent, answered int
	lastSent       time.Time
	frames         [remembers]frame
	next           int
	copied         bool
}

type frame struct {
	sequence uint8
	at       time.Time
}

// Stray takes an acknowledgement that came while no exchange waited.
func (h *History) Stray(sequence uint8, now time.Time) {
	if h.answer(sequence, now) {
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
func (h *History) answer(sequence uint8, now time.Time) bool {
	for _, f := range h.frames {
		if f.sequence == sequence && !f.at.IsZero() && now.Sub(f.at) < sameFrame {
			h.copied = true
			return false
		}
	}
	h.frames[h.next] = frame{sequence, now}
	h.next = (h.next + 1) % remembers
	return true
}

// count counts a final answer.
func (h *History) count() {
	h.answered++
	h.copied = h.copied || h.answered > h.sent && h.sent > 0
}

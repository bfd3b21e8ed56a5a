// Package deadman keeps something moving at a rate as long as somebody asks for it, and stops it when nobody does: a gimbal that
// turns, a lens that moves. It has no clock and no network: a Hold is told the time and says what to send.
package deadman

import "time"

const (
	// Patience is the silence of whoever asks after which a movement is stopped.
	Patience = 600 * time.Millisecond
	// streamEvery is the pace of rates that go without an answer, stopEvery and stopMessages how often a stop does.
	streamEvery  = 200 * time.Millisecond
	stopEvery    = 100 * time.Millisecond
	stopMessages = 3
	// streamedAgain is how soon a changed rate may go as another command where rates are streamed too, again where they are not.
	streamedAgain = 500 * time.Millisecond
	again         = 100 * time.Millisecond
	// A stop is acknowledged twice, this long apart, because a rate that the link has delayed may come after the first.
	stopAgain = 300 * time.Millisecond
	stopAcks  = 2
	// stopRetry and stopPatience are for a stop that nobody acknowledges.
	stopRetry    = time.Second
	stopPatience = 30 * time.Second
)

// Hold is one movement at rates of type R. What moves goes on by itself, so that changes and the stop go as commands, which are
// acknowledged. It begins with Want.
type Hold[R comparable] struct {
	// Rest gives the rate that stops what moves at another; it is its own rest.
	Rest func(R) R
	// Streams makes the newest rate go without an answer too, again and again once the first command was accepted, so that a
	// lost message costs nothing.
	Streams bool

	want     R
	until    time.Time // want counts until then
	stopping bool
	stopFrom time.Time
	stops    int // stop messages streamed

	accepted bool // the first command
	busy     bool
	told     R // by the last command
	known    bool
	tellAt   time.Time // not before
	nextSend time.Time
	stopped  int // how often the stop was acknowledged
	done     bool
}

// Step says what to do now.
type Step[R comparable] struct {
	// Cancel ends the command that is going on: its repetitions would move the thing again.
	Cancel bool
	// Command is to be sent as a command whose end Answered is told; Stream is to be sent without an answer.
	Command, Stream *R
	// Wake is when to Tick next. Done ends the movement; GaveUp then tells that nobody acknowledged the stop.
	Wake         time.Time
	Done, GaveUp bool
}

// Still tells that nothing moves at a rate.
func (h *Hold[R]) Still(rate R) bool { return h.Rest(rate) == rate }

// Want asks for a rate from now on; one at which nothing moves stops at once. It answers false when the movement is over or
// ending: a new one must be made.
func (h *Hold[R]) Want(rate R, now time.Time) bool {
	if h.stopping || h.done {
		return false
	}
	h.want, h.until = rate, now.Add(Patience)
	return true
}

// Accepted tells whether the rates were taken.
func (h *Hold[R]) Accepted() bool { return h.accepted }

// Answered tells how a command ended: accepted, refused, or neither (not known). Commands that were cancelled are not told.
func (h *Hold[R]) Answered(accepted, refused bool, now time.Time) {
	h.busy = false
	switch {
	case h.stopping && (accepted || refused):
		h.stopped++
		h.tellAt = now.Add(stopAgain)
	case h.stopping:
		h.tellAt = now.Add(stopRetry)
	case accepted:
		h.accepted = true
	case refused && !h.accepted:
		h.done = true
	case h.accepted && !refused && h.Streams:
		h.known = false // the stream goes on; tell it once more
	default:
		h.stop(now) // it may move all the same
	}
}

func (h *Hold[R]) stop(now time.Time) {
	if h.stopping {
		return
	}
	h.stopping, h.stopFrom, h.want = true, now, h.Rest(h.want)
	h.nextSend, h.tellAt = now, now
}

// Tick tells the machine the time.
func (h *Hold[R]) Tick(now time.Time) Step[R] {
	if h.done {
		return Step[R]{Done: true}
	}
	var step Step[R]
	if !h.stopping && (!now.Before(h.until) || h.Still(h.want)) {
		h.stop(now)
		step.Cancel = h.busy
		h.busy = false
	}
	if h.stopping && h.finished(now) {
		h.done = true
		return Step[R]{Done: true, GaveUp: h.stopped < stopAcks, Cancel: step.Cancel}
	}
	if h.streams() && !now.Before(h.nextSend) {
		rate := h.want
		step.Stream = &rate
		h.nextSend = now.Add(streamEvery)
		if h.stopping {
			h.stops++
			h.nextSend = now.Add(stopEvery)
		}
	}
	if !h.busy && h.tells() && !now.Before(h.tellAt) {
		rate := h.want
		step.Command = &rate
		h.busy, h.told, h.known = true, rate, true
		h.tellAt = now.Add(again)
		if h.Streams {
			h.tellAt = now.Add(streamedAgain)
		}
	}
	step.Wake = h.wake()
	return step
}

// streams tells whether rates go without an answer now: once they were accepted, and to stop.
func (h *Hold[R]) streams() bool {
	return h.Streams && (h.accepted && !h.stopping || h.stopping && h.stops < stopMessages)
}

func (h *Hold[R]) tells() bool {
	if h.stopping {
		return h.stopped < stopAcks
	}
	return !h.known || h.told != h.want
}

func (h *Hold[R]) finished(now time.Time) bool {
	return h.stopped >= stopAcks && !h.streams() || now.Sub(h.stopFrom) >= stopPatience
}

func (h *Hold[R]) wake() time.Time {
	wake := h.until
	if h.stopping {
		wake = h.stopFrom.Add(stopPatience)
	}
	if h.streams() && h.nextSend.Before(wake) {
		wake = h.nextSend
	}
	if !h.busy && h.tells() && h.tellAt.Before(wake) {
		wake = h.tellAt
	}
	return wake
}

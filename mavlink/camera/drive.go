package camera

import "time"

const (
	// DeadMan is the silence of whoever moves a lens after which it is stopped.
	DeadMan = 600 * time.Millisecond
	// driveAgain is how soon a changed rate may follow the one before.
	driveAgain = 100 * time.Millisecond
	// A stop is acknowledged twice, this long apart, because a rate that the link has delayed may come after the first.
	stopAgain = 300 * time.Millisecond
	stopAcks  = 2
	// stopRetry and stopPatience are for a stop that nobody acknowledges.
	stopRetry    = time.Second
	stopPatience = 30 * time.Second
)

// Drive moves one lens, its zoom or its focus, at a rate as long as somebody asks for it. A camera goes on by itself until it
// hears a rate of 0, so that only changes are told, and the stop until it was acknowledged. It begins with Want.
type Drive struct {
	want     float64
	until    time.Time // want counts until then
	stopping bool
	stopFrom time.Time

	accepted bool // the camera took the first command
	busy     bool
	told     float64 // by the last command
	known    bool    // told is what the camera was told last
	tellAt   time.Time
	stopped  int // how often the stop was acknowledged
	done     bool
}

// DriveStep says what to do now.
type DriveStep struct {
	// Cancel ends the command that is going on: its repetitions would move the lens again.
	Cancel bool
	// Command is the rate to be sent as a command whose end Answered is told.
	Command *float64
	// Wake is when to Tick next. Done ends the drive; GaveUp then tells that nobody acknowledged the stop.
	Wake         time.Time
	Done, GaveUp bool
}

// Want asks for a rate from now on; zero stops at once. It answers false when the drive is over or ending: a new one must be
// made.
func (d *Drive) Want(rate float64, now time.Time) bool {
	if d.stopping || d.done {
		return false
	}
	d.want, d.until = rate, now.Add(DeadMan)
	return true
}

// Accepted tells whether the camera took the rate.
func (d *Drive) Accepted() bool { return d.accepted }

// Answered tells how a command ended: accepted, refused, or neither (not known). Commands that were cancelled are not told.
func (d *Drive) Answered(accepted, refused bool, now time.Time) {
	d.busy = false
	switch {
	case d.stopping && (accepted || refused):
		d.stopped++
		d.tellAt = now.Add(stopAgain)
	case d.stopping:
		d.tellAt = now.Add(stopRetry)
	case accepted:
		d.accepted = true
	case refused && !d.accepted:
		d.done = true
	default:
		// It may move all the same.
		d.stop(now)
	}
}

func (d *Drive) stop(now time.Time) {
	if d.stopping {
		return
	}
	d.stopping, d.stopFrom, d.want, d.tellAt = true, now, 0, now
}

// Tick tells the machine the time.
func (d *Drive) Tick(now time.Time) DriveStep {
	if d.done {
		return DriveStep{Done: true}
	}
	var step DriveStep
	if !d.stopping && (d.want == 0 || !now.Before(d.until)) {
		d.stop(now)
		step.Cancel = d.busy
		d.busy = false
	}
	if d.stopping && (d.stopped >= stopAcks || now.Sub(d.stopFrom) >= stopPatience) {
		d.done = true
		return DriveStep{Done: true, GaveUp: d.stopped < stopAcks, Cancel: step.Cancel}
	}
	if !d.busy && d.tells() && !now.Before(d.tellAt) {
		rate := d.want
		step.Command = &rate
		d.busy, d.told, d.known = true, rate, true
		d.tellAt = now.Add(driveAgain)
	}
	step.Wake = d.wake(now)
	return step
}

func (d *Drive) tells() bool { return d.stopping || !d.known || d.told != d.want }

func (d *Drive) wake(now time.Time) time.Time {
	if d.stopping {
		wake := d.stopFrom.Add(stopPatience)
		if !d.busy && d.tellAt.Before(wake) {
			wake = d.tellAt
		}
		return wake
	}
	if !d.busy && d.tells() && d.tellAt.Before(d.until) {
		return d.tellAt
	}
	return d.until
}

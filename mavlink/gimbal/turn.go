package gimbal

import "time"

// Rates are how fast a gimbal turns, in degrees a second: up, and clockwise.
type Rates struct {
	PitchDegS, YawDegS float64
	// Manual makes both shares, -1 to 1, of what the manager is set up for (GIMBAL_MANAGER_SET_MANUAL_CONTROL, 288).
	Manual bool
	// VehicleFrame lets the yaw turn with the vehicle; else it keeps its direction over ground between the turns.
	VehicleFrame bool
}

// Still tells that nothing turns.
func (r Rates) Still() bool { return r.PitchDegS == 0 && r.YawDegS == 0 }

const (
	// DeadMan is the silence of whoever turns a gimbal after which it is stopped.
	DeadMan = 600 * time.Millisecond
	// streamEvery is the pace of GIMBAL_MANAGER_SET_PITCHYAW while a gimbal turns, closing how often a stop is repeated.
	streamEvery  = 200 * time.Millisecond
	stopEvery    = 100 * time.Millisecond
	stopMessages = 3
	// commandEvery is how often a changed rate goes as a command too, for managers that take no stream.
	commandEvery = 500 * time.Millisecond
	// A stop is acknowledged twice, this long apart, because a rate that the link has delayed may come after the first.
	stopAgain = 300 * time.Millisecond
	stopAcks  = 2
	// stopRetry and stopPatience are for a stop that nobody acknowledges.
	stopRetry    = time.Second
	stopPatience = 30 * time.Second
)

// Turn turns one gimbal as long as somebody asks for it. The first rates and the stop go as commands, which are
// acknowledged; in between the newest rates are streamed, so that a lost message costs nothing. Manual rates have no command:
// in its place control is taken. It begins with Want.
type Turn struct {
	want     Rates
	until    time.Time // want counts until then
	stopping bool
	stopFrom time.Time
	stops    int // stop messages sent

	accepted bool // the manager took the first command
	busy     bool
	told     Rates // by the last command
	toldAt   time.Time
	tellAt   time.Time // not before
	nextSend time.Time
	stopped  int // how often the stop was acknowledged
	done     bool
}

// Step says what to do now.
type Step struct {
	// Cancel ends the command that is going on: its repetitions would turn the gimbal again.
	Cancel bool
	// Command is to be sent as a command whose end Answered is told; Stream is to be sent without an answer.
	Command, Stream *Rates
	// Wake is when to Tick next. Done ends the turn; GaveUp then tells that nobody acknowledged the stop.
	Wake         time.Time
	Done, GaveUp bool
}

// Want asks for rates from now on. Zero rates stop at once. It answers false when the turn is over or ending: a new one
// must be made.
func (t *Turn) Want(r Rates, now time.Time) bool {
	if t.stopping || t.done {
		return false
	}
	t.want, t.until = r, now.Add(DeadMan)
	return true
}

// Accepted tells whether the manager took the rates.
func (t *Turn) Accepted() bool { return t.accepted }

// Answered tells how a command ended: accepted, refused, or neither (not known). Commands that were cancelled are not told.
func (t *Turn) Answered(accepted, refused bool, now time.Time) {
	t.busy = false
	switch {
	case t.stopping && (accepted || refused):
		t.stopped++
		t.tellAt = now.Add(stopAgain)
	case t.stopping:
		t.tellAt = now.Add(stopRetry)
	case accepted:
		t.accepted = true
	case refused && !t.accepted:
		t.done = true
	case refused || !t.accepted:
		// It may turn all the same.
		t.stop(now)
	default:
		t.toldAt = time.Time{} // the stream goes on; tell it once more
	}
}

func (t *Turn) stop(now time.Time) {
	if t.stopping {
		return
	}
	t.stopping, t.stopFrom = true, now
	t.want = Rates{VehicleFrame: t.want.VehicleFrame, Manual: t.want.Manual}
	t.nextSend, t.tellAt = now, now
}

// Tick tells the machine the time.
func (t *Turn) Tick(now time.Time) Step {
	if t.done {
		return Step{Done: true}
	}
	var step Step
	if !t.stopping && (!now.Before(t.until) || t.want.Still()) {
		t.stop(now)
		step.Cancel = t.busy
	}
	if t.stopping && t.finished(now) {
		t.done = true
		return Step{Done: true, GaveUp: t.stopped < stopAcks, Cancel: step.Cancel}
	}
	if t.streams() && !now.Before(t.nextSend) {
		r := t.want
		step.Stream = &r
		t.nextSend = now.Add(streamEvery)
		if t.stopping {
			t.stops++
			t.nextSend = now.Add(stopEvery)
		}
	}
	if (!t.busy || step.Cancel) && t.tells() && !now.Before(t.tellAt) {
		r := t.want
		step.Command = &r
		t.busy, t.told, t.toldAt = true, r, now
		t.tellAt = now.Add(commandEvery)
	}
	step.Wake = t.wake(now)
	return step
}

// streams tells whether rates go without an answer now: once the manager has taken them, and to stop it.
func (t *Turn) streams() bool {
	if t.stopping {
		return t.stops < stopMessages
	}
	return t.accepted
}

func (t *Turn) tells() bool {
	if t.stopping {
		return t.stopped < stopAcks
	}
	return t.toldAt.IsZero() || t.told != t.want
}

func (t *Turn) finished(now time.Time) bool {
	return t.stopped >= stopAcks && t.stops >= stopMessages || now.Sub(t.stopFrom) >= stopPatience
}

func (t *Turn) wake(now time.Time) time.Time {
	wake := now.Add(streamEvery)
	earlier := func(at time.Time) {
		if at.After(now) && at.Before(wake) {
			wake = at
		}
	}
	if !t.stopping {
		earlier(t.until)
	}
	if t.streams() {
		earlier(t.nextSend)
	}
	if t.tells() {
		earlier(t.tellAt)
	}
	return wake
}

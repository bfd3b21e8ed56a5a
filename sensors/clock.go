package sensors

import "time"

const (
	// farOff is the difference to our clock from which a sensor's is not believed.
	farOff = 2 * time.Minute
	// offsetSpan is how long a smallest offset counts: at least one of these, at most two.
	offsetSpan = 5 * time.Minute
)

// offset estimates a sensor's clock: the smallest arrival minus observation of the last minutes, since delays only ever
// add to it.
type offset struct {
	known             bool
	began             time.Time // of the present span
	previous, present time.Duration
	hasPrevious       bool
}

func (o *offset) add(observed, arrived time.Time) {
	d := arrived.Sub(observed)
	switch {
	case !o.known:
		*o = offset{known: true, began: arrived, present: d}
	case arrived.Sub(o.began) >= offsetSpan:
		o.previous, o.hasPrevious = o.present, arrived.Sub(o.began) < 2*offsetSpan
		o.present, o.began = d, arrived
	default:
		o.present = min(o.present, d)
	}
}

func (o *offset) estimate() (time.Duration, bool) {
	if o.hasPrevious {
		return min(o.previous, o.present), true
	}
	return o.present, o.known
}

// observedAt gives the time of observation to believe, and whether the sensor's clock is far off. A clock that is a
// little ahead would have things happen before they can have, so the arrival limits it.
func observedAt(said, arrived time.Time) (at time.Time, far bool) {
	off := arrived.Sub(said)
	if off > farOff || off < -farOff {
		return arrived, true
	}
	if said.After(arrived) {
		return arrived, false
	}
	return said, false
}

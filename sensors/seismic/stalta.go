package seismic

// STALTA is the recursive ratio of a short-term to a long-term average of the energy. With HoldAbove zero it is the
// recursive STA/LTA of seismology, value for value as ObsPy computes it: the averages begin at zero, the first sample is
// left out, and the ratio is zero for the first NL samples.
type STALTA struct {
	NS, NL int // lengths of the averages in samples
	// HoldAbove slows the long-term average down HoldSlow-fold while the ratio is at or above it, so that a signal does
	// not soon become the noise that it is measured against. Zero: never.
	HoldAbove float64
	HoldSlow  float64

	count    int
	sta, lta float64
}

// tiny keeps the first quotients finite.
const tiny = 1e-99

// Update takes a sample and gives the ratio.
func (s *STALTA) Update(x float64) float64 {
	s.count++
	if s.count == 1 {
		s.lta = tiny
		return 0
	}
	short, long := 1/float64(s.NS), 1/float64(s.NL)
	energy := x * x
	s.sta = short*energy + (1-short)*s.sta
	if s.HoldAbove > 0 && s.Ready() && s.sta >= s.HoldAbove*s.lta {
		long /= s.HoldSlow
	}
	s.lta = long*energy + (1-long)*s.lta
	if !s.Ready() {
		return 0
	}
	return s.sta / s.lta
}

// Ready tells whether the long-term average has been running for its length.
func (s *STALTA) Ready() bool { return s.count > s.NL }

// Noise is the long-term average of the energy.
func (s *STALTA) Noise() float64 { return s.lta }

// Trigger is a switch with hysteresis.
type Trigger struct {
	On, Off float64 // it goes on at or above On, and off below Off

	active bool
}

// Update takes a ratio and tells whether the switch is on.
func (t *Trigger) Update(ratio float64) bool {
	switch {
	case ratio >= t.On:
		t.active = true
	case ratio < t.Off:
		t.active = false
	}
	return t.active
}

package seismic

import "math"

// Biquad is a filter section of second order in transposed direct form II. The zero value passes nothing.
type Biquad struct {
	b0, b1, b2, a1, a2 float64
	s1, s2             float64
}

// LowPass is a section that passes what is below cutHz of a stream of rateHz samples a second. Its response follows from
// the analogue prototype by the bilinear transform; q of 0.7071 alone gives Butterworth's.
func LowPass(rateHz, cutHz, q float64) Biquad {
	k, norm := prototype(rateHz, cutHz, q)
	return Biquad{
		b0: k * k / norm, b1: 2 * k * k / norm, b2: k * k / norm,
		a1: 2 * (k*k - 1) / norm, a2: (1 - k/q + k*k) / norm,
	}
}

// HighPass is a section that passes what is above cutHz.
func HighPass(rateHz, cutHz, q float64) Biquad {
	k, norm := prototype(rateHz, cutHz, q)
	return Biquad{
		b0: 1 / norm, b1: -2 / norm, b2: 1 / norm,
		a1: 2 * (k*k - 1) / norm, a2: (1 - k/q + k*k) / norm,
	}
}

// prototype gives the warped cut-off frequency and the common denominator.
func prototype(rateHz, cutHz, q float64) (k, norm float64) {
	k = math.Tan(math.Pi * cutHz / rateHz)
	return k, 1 + k/q + k*k
}

// Filter takes a sample and gives the filtered one.
func (f *Biquad) Filter(x float64) float64 {
	y := f.b0*x + f.s1
	f.s1 = f.b1*x - f.a1*y + f.s2
	f.s2 = f.b2*x - f.a2*y
	return y
}

// Settle puts the section into the state that it has after x for ever, so that an offset makes no step.
func (f *Biquad) Settle(x float64) float64 {
	y := x * (f.b0 + f.b1 + f.b2) / (1 + f.a1 + f.a2)
	f.s2 = f.b2*x - f.a2*y
	f.s1 = f.b1*x - f.a1*y + f.s2
	return y
}

// The quality factors of a Butterworth filter of fourth order, and of second order.
const (
	butterworth4a = 0.54119610
	butterworth4b = 1.30656296
	butterworth2  = 0.70710678
)

// band is a band-pass.
type band struct{ sections [3]Biquad }

// footstepBand passes 10 to 45 Hz, steep below because wind and traffic far away are strong there.
func footstepBand(rateHz float64) band {
	return band{[3]Biquad{
		HighPass(rateHz, 10, butterworth4a), HighPass(rateHz, 10, butterworth4b), LowPass(rateHz, 45, butterworth2),
	}}
}

// windBand passes 1 to 8 Hz.
func windBand(rateHz float64) band {
	return band{[3]Biquad{
		HighPass(rateHz, 1, butterworth2), LowPass(rateHz, 8, butterworth4a), LowPass(rateHz, 8, butterworth4b),
	}}
}

func (b *band) filter(x float64) float64 {
	for i := range b.sections {
		x = b.sections[i].Filter(x)
	}
	return x
}

func (b *band) settle(x float64) {
	for i := range b.sections {
		x = b.sections[i].Settle(x)
	}
}

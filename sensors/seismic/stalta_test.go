package seismic_test

import (
	"math"
	"testing"

	"vedette/sensors/seismic"
)

// mersenne is the generator MT19937 (Matsumoto and Nishimura 1998), which makes the input of ObsPy's own test here.
type mersenne struct {
	state [624]uint32
	at    int
	spare float64
	kept  bool
}

func newMersenne(seed uint32) *mersenne {
	m := &mersenne{at: 624}
	m.state[0] = seed
	for i := 1; i < len(m.state); i++ {
		m.state[i] = 1812433253*(m.state[i-1]^m.state[i-1]>>30) + uint32(i)
	}
	return m
}

func (m *mersenne) next() uint32 {
	if m.at == len(m.state) {
		for i := range m.state {
			y := m.state[i]&0x80000000 | m.state[(i+1)%624]&0x7fffffff
			m.state[i] = m.state[(i+397)%624] ^ y>>1 ^ (y&1)*0x9908b0df
		}
		m.at = 0
	}
	y := m.state[m.at]
	m.at++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (m *mersenne) uniform() float64 {
	a, b := m.next()>>5, m.next()>>6
	return (float64(a)*67108864 + float64(b)) / 9007199254740992
}

// normal is Marsaglia's polar method, the second of each pair first, as NumPy's RandomState draws.
func (m *mersenne) normal() float64 {
	if m.kept {
		m.kept = false
		return m.spare
	}
	for {
		x, y := 2*m.uniform()-1, 2*m.uniform()-1
		if r := x*x + y*y; r > 0 && r < 1 {
			f := math.Sqrt(-2 * math.Log(r) / r)
			m.spare, m.kept = f*x, true
			return f * y
		}
	}
}

// The input is that of ObsPy's test of its triggers: a thousand normal numbers of NumPy's generator with the seed 815.
func TestRecursiveRatioEqualsObsPy(t *testing.T) {
	t.Parallel()
	random := newMersenne(815)
	ratio := seismic.STALTA{NS: 5, NL: 10}
	var got []float64
	for range 1000 {
		got = append(got, ratio.Update(random.normal()))
	}
	for i, want := range []float64{0.80810165, 0.75939449, 0.91763978, 0.97465004} {
		if math.Abs(got[99+i]-want) > 5e-9 {
			t.Errorf("sample %d: %.8f, wanted %.8f", 99+i, got[99+i], want)
		}
	}
}

// Worked out by hand: energies 1 4 9 with NS 2, NL 4; the first is left out.
func TestRecursiveRatioByHand(t *testing.T) {
	t.Parallel()
	ratio := seismic.STALTA{NS: 2, NL: 4}
	sta, lta := 0.0, 0.0
	for i, x := range []float64{9, 1, -2, 3, 0, 1} {
		got := ratio.Update(x)
		want := 0.0
		if i > 0 {
			sta, lta = x*x/2+sta/2, x*x/4+lta*3/4
		}
		if i >= 4 {
			want = sta / lta
		}
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("sample %d: %v, wanted %v", i, got, want)
		}
	}
}

func TestTriggerHasHysteresis(t *testing.T) {
	t.Parallel()
	trigger := seismic.Trigger{On: 3, Off: 1.5}
	for i, step := range []struct {
		ratio float64
		on    bool
	}{{1, false}, {2.9, false}, {3, true}, {1.5, true}, {1.4, false}, {2.9, false}, {9, true}} {
		if got := trigger.Update(step.ratio); got != step.on {
			t.Errorf("step %d, ratio %v: %v", i, step.ratio, got)
		}
	}
}

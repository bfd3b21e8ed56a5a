package sensors

import (
	"time"

	"vedette/sensors/shake"
)

const (
	waveBefore = 10 * time.Second // of the waveform that is kept before a trip
	waveAfter  = 5 * time.Second  // and after it
	// waveRing is more than what is kept of one trip, because a trip's step lies some samples back when it is found.
	waveRing = 2048
)

// Waveform is what a geophone felt around its newest trip.
type Waveform struct {
	Sensor string
	RateHz int
	From   time.Time // of the first sample
	Trip   time.Time
	Detail string  // what the trip was
	Counts []int32 // of the digitizer, with its offset; a short loss is bridged by a straight line
}

// waveKeeper keeps the newest samples of a geophone, and cuts out what lies around a trip. One goroutine owns it.
type waveKeeper struct {
	ring  [waveRing]int32
	count int64 // samples so far
	from  int64 // the first that the others follow without a break

	trip     Waveform // the newest; its samples are cut anew until all have come
	tripAt   int64    // its sample
	complete bool
}

// push takes a sample.
func (k *waveKeeper) push(counts float64) {
	k.ring[k.count%waveRing] = int32(counts)
	k.count++
}

// broken notes that the next sample does not follow the last.
func (k *waveKeeper) broken() {
	k.from = k.count
	k.complete = true
}

// tripped notes a trip at a sample, whose time is at.
func (k *waveKeeper) tripped(sensor, detail string, sample int64, at time.Time) Waveform {
	k.trip = Waveform{Sensor: sensor, RateHz: shake.SampleRate, Trip: at, Detail: detail}
	k.tripAt, k.complete = sample, false
	return k.cut()
}

// due tells whether the last sample of the newest trip's waveform has just come.
func (k *waveKeeper) due() bool {
	return !k.complete && k.count > k.tripAt+samplesIn(waveAfter)
}

// cut is the newest trip's waveform as far as it has come.
func (k *waveKeeper) cut() Waveform {
	first := max(k.tripAt-samplesIn(waveBefore), k.from, k.count-waveRing)
	last := min(k.tripAt+samplesIn(waveAfter)+1, k.count)
	k.complete = last > k.tripAt+samplesIn(waveAfter)
	out := k.trip
	out.From = out.Trip.Add(-time.Duration(k.tripAt-first) * (time.Second / shake.SampleRate))
	for i := first; i < last; i++ {
		out.Counts = append(out.Counts, k.ring[i%waveRing])
	}
	return out
}

func samplesIn(d time.Duration) int64 { return int64(d / (time.Second / shake.SampleRate)) }

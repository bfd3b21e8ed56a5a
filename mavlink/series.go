package mavlink

import (
	"sort"
	"time"
)

const (
	// keepHistory is how far back poses reach; video may lag by several seconds and detections are asked for late.
	keepHistory = 45 * time.Second
	// maxSamples bounds a history however fast the vehicle sends.
	maxSamples = 4096
	// lateSample is how far behind the newest a sample may come and still be put in its place.
	lateSample = 2 * time.Second
	// bridgeGap is the longest gap that is interpolated.
	bridgeGap = 2 * time.Second
	// reach is how far a pose is extrapolated.
	reach = 300 * time.Millisecond
)

// series is a history of samples in the order of their time, in nanoseconds since the vehicle's boot.
type series[T any] struct {
	times  []int64
	values []T
}

// add puts a sample in its place; a repeated or very late one is ignored.
func (s *series[T]) add(at int64, v T) {
	n := len(s.times)
	if n > 0 && at < s.times[n-1]-int64(lateSample) {
		return
	}
	i := sort.Search(n, func(i int) bool { return s.times[i] >= at })
	if i < n && s.times[i] == at {
		return
	}
	s.times = append(s.times, 0)
	s.values = append(s.values, v)
	copy(s.times[i+1:], s.times[i:])
	copy(s.values[i+1:], s.values[i:])
	s.times[i], s.values[i] = at, v
	s.trim()
}

// behind tells that a newer sample has come.
func (s *series[T]) behind(at int64) bool {
	n := len(s.times)
	return n > 0 && at < s.times[n-1]
}

func (s *series[T]) trim() {
	oldest := s.times[len(s.times)-1] - int64(keepHistory)
	// In blocks, so that not every sample moves the whole history.
	const block = 256
	if len(s.times) > maxSamples || (len(s.times) > block && s.times[block] < oldest) {
		s.times = append(s.times[:0], s.times[block:]...)
		s.values = append(s.values[:0], s.values[block:]...)
	}
}

// near says how to make the value at a time: from a and b, of which b counts by share, and then moved on by ahead
// (negative: back). age is the distance to the nearest sample. It answers false where no sample is near enough.
type between[T any] struct {
	a, b       T
	timeA      int64
	timeB      int64
	share      float64
	ahead, age time.Duration
}

func (s *series[T]) near(at int64) (between[T], bool) {
	n := len(s.times)
	i := sort.Search(n, func(i int) bool { return s.times[i] >= at })
	hasBefore, hasAfter := i > 0, i < n
	if hasAfter && s.times[i] == at {
		return between[T]{a: s.values[i], b: s.values[i], timeA: at, timeB: at}, true
	}
	if hasBefore && hasAfter {
		from, to := s.times[i-1], s.times[i]
		if to-from <= int64(bridgeGap) {
			return between[T]{
				a: s.values[i-1], b: s.values[i], timeA: from, timeB: to,
				share: float64(at-from) / float64(to-from),
				age:   time.Duration(min(at-from, to-at)),
			}, true
		}
	}
	if hasBefore && at-s.times[i-1] <= int64(reach) {
		return s.beyond(i-1, at), true
	}
	if hasAfter && s.times[i]-at <= int64(reach) {
		return s.beyond(i, at), true
	}
	return between[T]{}, false
}

func (s *series[T]) beyond(i int, at int64) between[T] {
	ahead := time.Duration(at - s.times[i])
	return between[T]{
		a: s.values[i], b: s.values[i], timeA: s.times[i], timeB: s.times[i],
		ahead: ahead, age: max(ahead, -ahead),
	}
}

package param

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const (
	// quiet is the least silence after which missing parameters are asked for one by one, mostQuiet the longest on a
	// link on which they come slowly.
	quiet     = 700 * time.Millisecond
	mostQuiet = 5 * time.Second
	// gapsAtOnce bounds what is asked for before the answers come; ArduPilot queues 20.
	gapsAtOnce = 16
	// rounds without a single answer end a listing.
	rounds = 8
	// recounts bounds how often the list may change its length and begin anew.
	recounts = 8
	noIndex  = math.MaxUint16
	// hashName is the parameter by which PX4 tells a sum over all others.
	hashName = "_HASH_CHECK"
)

// List gathers all parameters: it asks for the stream and then for its gaps, by index. Indices mean nothing across a change of
// the count, as when another station switches on a subsystem, so such a change begins the list anew.
type List struct {
	peer     dialog.Peer
	encoding Encoding

	count   int
	byIndex map[int]Parameter
	hash    *uint32

	began     bool
	streaming bool
	// last is the newest arrival or request, slowest the longest time between two arrivals of the stream.
	last, arrived time.Time
	slowest       time.Duration
	wake          time.Time
	// asked are the indices of this round that have not come.
	asked     map[int]bool
	fruitless int
	recounted int
	// muteRounds end a listing of which nothing ever came, where this is less than rounds; 0 is rounds.
	muteRounds int
	done       bool
}

// NewList prepares a listing; the first Tick begins it.
func NewList(peer dialog.Peer, e Encoding) *List {
	return &List{peer: peer, encoding: e, byIndex: make(map[int]Parameter), asked: make(map[int]bool)}
}

// Progress is how many have come, and how many there are, 0 while that is not known.
func (l *List) Progress() (done, total int64) { return int64(len(l.byIndex)), int64(l.count) }

// Hash is PX4's sum over all parameters where it came with the list.
func (l *List) Hash() *uint32 { return l.hash }

// Parameters are what has come, by name.
func (l *List) Parameters() []Parameter {
	all := make([]Parameter, 0, len(l.byIndex))
	for _, p := range l.byIndex {
		if ValidName(p.Name) && p.Name != hashName {
			all = append(all, p)
		}
	}
	return sorted(all)
}

func sorted(all []Parameter) []Parameter {
	slices.SortFunc(all, func(a, b Parameter) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b Parameter) bool { return a.Name == b.Name })
}

// Tick implements dialog.Machine.
func (l *List) Tick(now time.Time) dialog.Step {
	switch {
	case l.done:
		return dialog.Step{Done: true}
	case !l.began:
		l.began = true
		return l.stream(now)
	case now.Before(l.wake):
		return dialog.Step{Wake: l.wake}
	}
	l.fruitless++
	if l.fruitless > rounds || l.count == 0 && l.muteRounds > 0 && l.fruitless > l.muteRounds {
		l.done = true
		return dialog.Step{Done: true, Err: fmt.Errorf("%w: %d of %d parameters came", dialog.ErrNoAnswer, len(l.byIndex), l.count)}
	}
	if l.count == 0 || len(l.byIndex) < l.count/3 && l.fruitless == 1 {
		return l.stream(now)
	}
	return l.askGaps(now)
}

func (l *List) stream(now time.Time) dialog.Step {
	l.streaming, l.last = true, now
	clear(l.asked)
	l.wake = now.Add(min(2*time.Second<<min(l.fruitless, 2), mostQuiet))
	return dialog.Step{Wake: l.wake, Send: []message.Message{
		&common.MessageParamRequestList{TargetSystem: l.peer.System, TargetComponent: l.peer.Component},
	}}
}

func (l *List) askGaps(now time.Time) dialog.Step {
	l.streaming = false
	clear(l.asked)
	var out []message.Message
	for i := 0; i < l.count && len(out) < gapsAtOnce; i++ {
		if _, ok := l.byIndex[i]; ok {
			continue
		}
		l.asked[i] = true
		out = append(out, &common.MessageParamRequestRead{TargetSystem: l.peer.System, TargetComponent: l.peer.Component, ParamIndex: int16(i)})
	}
	l.last = now
	l.wake = now.Add(l.patience() << min(l.fruitless/2, 2))
	return dialog.Step{Send: out, Wake: l.wake}
}

// patience is longer at first, when it is not known yet how fast the stream is.
func (l *List) patience() time.Duration {
	const firstOnes, firstQuiet = 3, 1500 * time.Millisecond
	if l.streaming && len(l.byIndex) < firstOnes {
		return firstQuiet
	}
	return min(max(quiet, 4*l.slowest), mostQuiet)
}

// Handle implements dialog.Machine.
func (l *List) Handle(m message.Message, now time.Time) dialog.Step {
	v, ok := m.(*common.MessageParamValue)
	if l.done || !ok {
		return dialog.Step{Done: l.done, Wake: l.wake}
	}
	if v.ParamId == hashName {
		hash := math.Float32bits(v.ParamValue)
		l.hash = &hash
	}
	// An index of 65535 is the echo of a set; PX4 sends its sum so.
	if v.ParamIndex == noIndex || v.ParamIndex >= v.ParamCount || v.ParamCount > math.MaxInt16 {
		return dialog.Step{Wake: l.wake}
	}
	l.note(v, now)
	if len(l.byIndex) >= l.count {
		l.done = true
		return dialog.Step{Done: true}
	}
	if !l.streaming && len(l.asked) == 0 {
		return l.askGaps(now)
	}
	l.wake = now.Add(l.patience())
	return dialog.Step{Wake: l.wake}
}

func (l *List) note(v *common.MessageParamValue, now time.Time) {
	if n := int(v.ParamCount); n != l.count {
		if l.count != 0 && l.recounted < recounts {
			l.recounted++
			clear(l.byIndex)
			clear(l.asked)
		}
		l.count = n
		for i := range l.byIndex {
			if i >= n {
				delete(l.byIndex, i)
			}
		}
	}
	i := int(v.ParamIndex)
	if _, known := l.byIndex[i]; !known {
		l.fruitless = 0
		switch {
		case l.streaming && len(l.byIndex) > 0:
			l.slowest = max(l.slowest, now.Sub(l.last))
		case !l.asked[i] && !l.arrived.IsZero():
			l.slowest = max(l.slowest, now.Sub(l.arrived)) // the stream has not ended after all
		}
	}
	delete(l.asked, i)
	l.last, l.arrived = now, now
	l.byIndex[i] = Of(v, l.encoding)
}

// Of reads a PARAM_VALUE.
func Of(v *common.MessageParamValue, e Encoding) Parameter {
	return Parameter{Name: v.ParamId, Value: e.Decode(v.ParamValue, v.ParamType), Type: v.ParamType}
}

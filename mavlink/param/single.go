package param

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const tries = 4

// ErrUnknown means that the vehicle has no parameter of that name: it said so, or it answered a question for another
// parameter and stayed silent about this one.
var ErrUnknown = errors.New("the vehicle has no such parameter")

// RefusedError means that a vehicle told why it does not set a parameter (PARAM_ERROR), or kept another value.
type RefusedError struct {
	// Reason is in words.
	Reason string
	// Kept is what the vehicle has, nil where it did not tell.
	Kept *float64
}

func (e *RefusedError) Error() string { return "the vehicle refused: " + e.Reason }

// Read reads one parameter by name, or by the first of several names that the vehicle knows.
type Read struct {
	peer     dialog.Peer
	encoding Encoding
	names    []string
	pace     dialog.Pace
	try      int
	wake     time.Time
	// heard tells that the vehicle answered for another parameter, absent which names it said it has not.
	heard  bool
	absent map[string]bool
	found  Parameter
	done   bool
}

// NewRead prepares to read a parameter.
func NewRead(peer dialog.Peer, e Encoding, rtt time.Duration, names ...string) *Read {
	return &Read{peer: peer, encoding: e, names: names, pace: dialog.Known(rtt), absent: make(map[string]bool)}
}

// Parameter is the one that was found once the machine is done without error.
func (r *Read) Parameter() Parameter { return r.found }

// Tick implements dialog.Machine.
func (r *Read) Tick(now time.Time) dialog.Step {
	switch {
	case r.done:
		return dialog.Step{Done: true}
	case now.Before(r.wake):
		return dialog.Step{Wake: r.wake}
	case r.try >= tries && r.heard:
		return r.end(ErrUnknown)
	case r.try >= tries:
		return r.end(dialog.ErrNoAnswer)
	}
	r.try++
	r.wake = now.Add(r.pace.Wait(r.try))
	var out []message.Message
	for _, name := range r.names {
		out = append(out, &common.MessageParamRequestRead{TargetSystem: r.peer.System, TargetComponent: r.peer.Component, ParamId: name, ParamIndex: -1})
	}
	if r.try > 1 {
		// Most vehicles say nothing to a name that they do not know. Whether it is that or the link, a parameter tells that
		// every vehicle has.
		out = append(out, &common.MessageParamRequestRead{TargetSystem: r.peer.System, TargetComponent: r.peer.Component, ParamIndex: 0})
	}
	return dialog.Step{Send: out, Wake: r.wake}
}

// Handle implements dialog.Machine.
func (r *Read) Handle(m message.Message, _ time.Time) dialog.Step {
	switch m := m.(type) {
	case *common.MessageParamValue:
		if r.done {
			break
		}
		if !slices.Contains(r.names, m.ParamId) {
			r.heard = r.heard || m.ParamIndex == 0
			break
		}
		r.found = Of(m, r.encoding)
		return r.end(nil)
	case *common.MessageParamError:
		if r.done || !r.peer.ToUs(m.TargetSystem, m.TargetComponent) || !slices.Contains(r.names, m.ParamId) || m.Error == common.MAV_PARAM_ERROR_NO_ERROR {
			break
		}
		if m.Error != common.MAV_PARAM_ERROR_DOES_NOT_EXIST {
			return r.end(&RefusedError{Reason: errorWords(m.Error)})
		}
		if r.absent[m.ParamId] = true; len(r.absent) == len(r.names) {
			return r.end(ErrUnknown)
		}
	}
	return dialog.Step{Done: r.done, Wake: r.wake}
}

func (r *Read) end(err error) dialog.Step {
	r.done = true
	return dialog.Step{Done: true, Err: err}
}

// Set changes one parameter whose type is known.
type Set struct {
	peer     dialog.Peer
	encoding Encoding
	was      Parameter
	value    float64
	pace     dialog.Pace
	try      int
	wake     time.Time
	other    *Parameter
	now      Parameter
	done     bool
}

// NewSet prepares to set a parameter to a value; was is as the vehicle told it.
func NewSet(peer dialog.Peer, e Encoding, rtt time.Duration, was Parameter, value float64) (*Set, error) {
	if err := Check(value, was.Type); err != nil {
		return nil, fmt.Errorf("%s: %w", was.Name, err)
	}
	if !e.Exact(value, was.Type) {
		return nil, fmt.Errorf("%s: %.0f cannot be sent to this vehicle: on the way it would become %.0f", was.Name, value, float64(float32(value)))
	}
	return &Set{peer: peer, encoding: e, was: was, value: value, pace: dialog.Known(rtt)}, nil
}

// Parameter is as the vehicle has it now, once the machine is done without error.
func (s *Set) Parameter() Parameter { return s.now }

// Tick implements dialog.Machine.
func (s *Set) Tick(now time.Time) dialog.Step {
	switch {
	case s.done:
		return dialog.Step{Done: true}
	case now.Before(s.wake):
		return dialog.Step{Wake: s.wake}
	case s.other != nil && s.try > 1:
		kept := s.other.Value
		return s.end(&RefusedError{Reason: fmt.Sprintf("it keeps %v", kept), Kept: &kept})
	case s.try >= tries:
		return s.end(dialog.ErrNoAnswer)
	}
	s.try++
	// A vehicle may take a while to store what it is told.
	s.wake = now.Add(max(s.pace.Wait(s.try), quiet))
	return dialog.Step{Wake: s.wake, Send: []message.Message{&common.MessageParamSet{
		TargetSystem: s.peer.System, TargetComponent: s.peer.Component, ParamId: s.was.Name,
		ParamValue: s.encoding.Encode(s.value, s.was.Type), ParamType: s.was.Type,
	}}}
}

// Handle implements dialog.Machine. A value that is not the one that was set may have been on its way before, so the
// right one is waited for until the next try is due.
func (s *Set) Handle(m message.Message, _ time.Time) dialog.Step {
	switch m := m.(type) {
	case *common.MessageParamValue:
		if s.done || m.ParamId != s.was.Name {
			break
		}
		got := Of(m, s.encoding)
		if Same(got.Value, s.value, got.Type) {
			s.now = got
			return s.end(nil)
		}
		s.other = &got
	case *common.MessageParamError:
		if s.done || !s.peer.ToUs(m.TargetSystem, m.TargetComponent) || m.ParamId != s.was.Name || m.Error == common.MAV_PARAM_ERROR_NO_ERROR {
			break
		}
		if m.Error == common.MAV_PARAM_ERROR_DOES_NOT_EXIST {
			return s.end(ErrUnknown)
		}
		return s.end(&RefusedError{Reason: errorWords(m.Error)})
	}
	return dialog.Step{Done: s.done, Wake: s.wake}
}

func (s *Set) end(err error) dialog.Step {
	s.done = true
	return dialog.Step{Done: true, Err: err}
}

func errorWords(e common.MAV_PARAM_ERROR) string {
	switch e {
	case common.MAV_PARAM_ERROR_VALUE_OUT_OF_RANGE:
		return "the value is out of range"
	case common.MAV_PARAM_ERROR_PERMISSION_DENIED:
		return "it does not permit that now"
	case common.MAV_PARAM_ERROR_COMPONENT_NOT_FOUND:
		return "the component is not there"
	case common.MAV_PARAM_ERROR_READ_ONLY:
		return "the parameter can only be read"
	case common.MAV_PARAM_ERROR_TYPE_UNSUPPORTED, common.MAV_PARAM_ERROR_TYPE_MISMATCH:
		return "it does not take the type of the value"
	case common.MAV_PARAM_ERROR_READ_FAIL:
		return "it could not read the parameter"
	default:
		return fmt.Sprintf("error %d", uint64(e))
	}
}

// HashOf reads the sum over all parameters from what PX4 answers for it.
func HashOf(p Parameter) uint32 {
	if whole(p.Type) {
		return uint32(int64(p.Value))
	}
	return math.Float32bits(float32(p.Value))
}

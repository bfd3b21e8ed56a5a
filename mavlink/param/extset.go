package param

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const (
	// extPatience is how long a component may say nothing after it said that it works on a setting; it is then told again, which
	// changes nothing (PARAM_EXT_SET).
	extPatience = 10 * time.Second
	// extLongest is how long it may work on it.
	extLongest = 2 * time.Minute
)

// ExtSet changes one setting whose type is known. An acknowledgement names no addressee: one with another value may be
// the answer to another station, or a copy of an earlier one.
type ExtSet struct {
	peer dialog.Peer
	name string
	kind ExtType
	raw  string
	want Ext
	pace dialog.Pace
	try  int
	wake time.Time
	// began is when the component first said that it works on it.
	began time.Time
	other *Ext
	now   Ext
	done  bool
}

// NewExtSet prepares to set what was read before. One of number and text is given, see EncodeExt.
func NewExtSet(peer dialog.Peer, rtt time.Duration, was Ext, number *float64, text *string) (*ExtSet, error) {
	raw, err := EncodeExt(was.Type, number, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", was.Name, err)
	}
	return &ExtSet{
		peer: peer, name: was.Name, kind: was.Type, raw: raw, want: DecodeExt(was.Name, was.Type, raw), pace: dialog.Known(rtt),
	}, nil
}

// Setting is as the component has it now, once the machine is done without error.
func (s *ExtSet) Setting() Ext { return s.now }

// Tick implements dialog.Machine.
func (s *ExtSet) Tick(now time.Time) dialog.Step {
	switch {
	case s.done:
		return dialog.Step{Done: true}
	case now.Before(s.wake):
		return dialog.Step{Wake: s.wake}
	case s.other != nil && s.try > 1:
		return s.end(&RefusedError{Reason: "it keeps " + s.other.words(), Kept: s.other.number()})
	case s.try >= tries:
		return s.end(dialog.ErrNoAnswer)
	}
	s.try++
	s.wake = now.Add(max(s.pace.Wait(s.try), quiet))
	return dialog.Step{Wake: s.wake, Send: []message.Message{&common.MessageParamExtSet{
		TargetSystem: s.peer.System, TargetComponent: s.peer.Component, ParamId: s.name, ParamValue: s.raw, ParamType: s.kind,
	}}}
}

// Handle implements dialog.Machine.
func (s *ExtSet) Handle(m message.Message, now time.Time) dialog.Step {
	ack, ok := m.(*common.MessageParamExtAck)
	if s.done || !ok || ack.ParamId != s.name {
		return dialog.Step{Done: s.done, Wake: s.wake}
	}
	got := DecodeExt(s.name, s.kind, ack.ParamValue)
	switch ack.ParamResult {
	case common.PARAM_ACK_ACCEPTED:
		if got != s.want {
			s.other = &got
			break
		}
		s.now = got
		return s.end(nil)
	case common.PARAM_ACK_IN_PROGRESS:
		if s.began.IsZero() {
			s.began = now
		}
		if now.Sub(s.began) > extLongest {
			return s.end(fmt.Errorf("%w: it says since %v that it works on it", dialog.ErrNoAnswer, extLongest))
		}
		s.try, s.wake = 1, now.Add(extPatience)
	case common.PARAM_ACK_VALUE_UNSUPPORTED:
		return s.end(&RefusedError{Reason: "it does not know the setting or cannot have this value"})
	case common.PARAM_ACK_FAILED:
		return s.end(&RefusedError{Reason: "it could not set it, and keeps " + got.words(), Kept: got.number()})
	}
	return dialog.Step{Wake: s.wake}
}

func (s *ExtSet) end(err error) dialog.Step {
	s.done = true
	return dialog.Step{Done: true, Err: err}
}

func (e Ext) words() string {
	if e.Text != "" || e.IsText() {
		return fmt.Sprintf("%q", e.Text)
	}
	return fmt.Sprint(e.Number)
}

func (e Ext) number() *float64 {
	if e.IsText() {
		return nil
	}
	return &e.Number
}

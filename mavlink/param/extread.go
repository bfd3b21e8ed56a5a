package param

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const (
	// muteRounds end a listing of which nothing ever came: the component does not offer PARAM_EXT.
	muteRounds = 3
	maxExt     = 1 << 15
)

// extended lets a machine of the older protocol speak PARAM_EXT, which asks in the same way for other messages.
type extended struct {
	machine dialog.Machine
	seen    map[string]Ext
}

func (x *extended) translate(step dialog.Step) dialog.Step {
	for i, m := range step.Send {
		switch m := m.(type) {
		case *common.MessageParamRequestList:
			step.Send[i] = &common.MessageParamExtRequestList{TargetSystem: m.TargetSystem, TargetComponent: m.TargetComponent}
		case *common.MessageParamRequestRead:
			step.Send[i] = &common.MessageParamExtRequestRead{
				TargetSystem: m.TargetSystem, TargetComponent: m.TargetComponent, ParamId: m.ParamId, ParamIndex: m.ParamIndex,
			}
		}
	}
	return step
}

// Tick implements dialog.Machine.
func (x *extended) Tick(now time.Time) dialog.Step { return x.translate(x.machine.Tick(now)) }

// Handle implements dialog.Machine.
func (x *extended) Handle(m message.Message, now time.Time) dialog.Step {
	v, ok := m.(*common.MessageParamExtValue)
	if !ok {
		return x.translate(x.machine.Handle(nil, now))
	}
	if _, known := x.seen[v.ParamId]; ValidName(v.ParamId) && (known || len(x.seen) < maxExt) {
		x.seen[v.ParamId] = DecodeExt(v.ParamId, v.ParamType, v.ParamValue)
	}
	return x.translate(x.machine.Handle(&common.MessageParamValue{ParamId: v.ParamId, ParamCount: v.ParamCount, ParamIndex: v.ParamIndex}, now))
}

// ExtList gathers all settings of a component: it asks for the stream and then for its gaps.
type ExtList struct {
	extended
	list *List
}

// NewExtList prepares a listing; the first Tick begins it.
func NewExtList(peer dialog.Peer) *ExtList {
	l := NewList(peer, Cast)
	l.muteRounds = muteRounds
	return &ExtList{extended: extended{machine: l, seen: make(map[string]Ext)}, list: l}
}

// Progress is how many have come, and how many there are, 0 while that is not known.
func (l *ExtList) Progress() (done, total int64) { return l.list.Progress() }

// Settings are what has come, by name.
func (l *ExtList) Settings() []Ext {
	var all []Ext
	for _, p := range l.list.Parameters() {
		if e, ok := l.seen[p.Name]; ok {
			all = append(all, e)
		}
	}
	return all
}

// ExtRead reads one setting of a component.
type ExtRead struct {
	extended
	name string
}

// NewExtRead prepares to read a setting.
func NewExtRead(peer dialog.Peer, rtt time.Duration, name string) *ExtRead {
	return &ExtRead{extended: extended{machine: NewRead(peer, Cast, rtt, name), seen: make(map[string]Ext)}, name: name}
}

// Setting is the one that was found once the machine is done without error.
func (r *ExtRead) Setting() Ext { return r.seen[r.name] }

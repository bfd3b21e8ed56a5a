package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/param"
)

// Setting is one setting of a camera or gimbal that offers PARAM_EXT.
type Setting = param.Ext

// ErrNoComponent means that the vehicle has no component of that number, or that it has not been heard.
var ErrNoComponent = errors.New("the vehicle has no such component")

var extIDs = []uint32{(&common.MessageParamExtValue{}).GetID(), (&common.MessageParamExtAck{}).GetID()}

// componentOf finds a vehicle of which a component was heard.
func (s *Service) componentOf(id int, component uint8) (*system, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if m, ok := sys.state.members[component]; !ok || m.beats == 0 {
		return nil, fmt.Errorf("component %d: %w", component, ErrNoComponent)
	}
	return sys, nil
}

// Settings lists the settings of a component by name. One that does not offer PARAM_EXT says nothing: ErrNoAnswer.
func (s *Service) Settings(ctx context.Context, id int, component uint8) ([]Setting, error) {
	sys, err := s.componentOf(id, component)
	if err != nil {
		return nil, err
	}
	t := Transfer{Kind: "parameters", Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return nil, err
	}
	defer end()
	m := param.NewExtList(s.peerOf(sys, component))
	if err := s.talk(ctx, sys, component, m, &t, extIDs...); err != nil {
		return nil, fmt.Errorf("list the settings of component %d: %w", component, err)
	}
	return m.Settings(), nil
}

// Setting reads one setting of a component.
func (s *Service) Setting(ctx context.Context, id int, component uint8, name string) (Setting, error) {
	sys, err := s.componentOf(id, component)
	if err != nil {
		return Setting{}, err
	}
	if !param.ValidName(name) {
		return Setting{}, fmt.Errorf("setting %.40q: %w: a name has 1 to %d plain characters", name, ErrInvalid, param.MaxName)
	}
	m := param.NewExtRead(s.peerOf(sys, component), sys.roundTrip(), name)
	if err := s.talk(ctx, sys, component, m, nil, extIDs...); err != nil {
		return Setting{}, fmt.Errorf("read setting %s of component %d: %w", name, component, err)
	}
	return m.Setting(), nil
}

// SetSetting changes a setting to a number, or to a text, of which one is given, and gives it as the component has it then. The
// error is a *DeniedError where that refuses, or keeps another value.
func (s *Service) SetSetting(ctx context.Context, id int, component uint8, name string, number *float64, text *string) (Setting, error) {
	was, err := s.Setting(ctx, id, component, name)
	if err != nil {
		return Setting{}, err
	}
	sys, err := s.componentOf(id, component)
	if err != nil {
		return Setting{}, err
	}
	m, err := param.NewExtSet(s.peerOf(sys, component), sys.roundTrip(), was, number, text)
	if err != nil {
		return was, fmt.Errorf("set setting: %w: %w", ErrInvalid, err)
	}
	if err := s.talk(ctx, sys, component, m, nil, extIDs...); err != nil {
		return was, fmt.Errorf("set setting %s of component %d: %w", name, component, parameterError(err))
	}
	return m.Setting(), nil
}

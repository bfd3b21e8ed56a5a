package copter

import (
	"encoding/binary"
	"math"
	"strings"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// extRoom is the length of a value of PARAM_EXT in bytes.
const extRoom = 128

// cameraSettings are what PARAM_EXT of the camera component changes.
type cameraSettings struct {
	zoomRate  float64 // percent of the way of zoom and focus a second
	shortestS float64 // between two photos of a series
	reach     float64 // how far from a marked point a target may be, in widths of the picture
	card      string  // name of the memory card
}

var factorySettings = cameraSettings{zoomRate: 25, shortestS: 0.5, reach: 0.06, card: "card"}

// setting is one by name. set takes a value, or tells that it cannot be had; nil: it only tells something.
type setting struct {
	name string
	kind mav.MAV_PARAM_EXT_TYPE
	get  func(c *camera) []byte
	set  func(c *camera, value []byte) bool
}

// numberSetting is one with a range.
func numberSetting(name string, low, high float64, field func(s *cameraSettings) *float64) setting {
	return setting{
		name: name, kind: mav.MAV_PARAM_EXT_TYPE_REAL32,
		get: func(c *camera) []byte {
			return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(*field(&c.settings))))
		},
		set: func(c *camera, value []byte) bool {
			v := float64(math.Float32frombits(binary.LittleEndian.Uint32(value)))
			if !(v >= low && v <= high) {
				return false
			}
			*field(&c.settings) = v
			return true
		},
	}
}

// settings are the camera's, in the order of their numbers.
var settings = []setting{
	numberSetting("CAM_ZOOM_RATE", 1, 100, func(s *cameraSettings) *float64 { return &s.zoomRate }),
	numberSetting("CAM_SERIES_MIN", 0.25, 60, func(s *cameraSettings) *float64 { return &s.shortestS }),
	numberSetting("CAM_TRACK_REACH", 0.01, 0.5, func(s *cameraSettings) *float64 { return &s.reach }),
	{
		name: "CAM_CARD_NAME", kind: mav.MAV_PARAM_EXT_TYPE_CUSTOM,
		get: func(c *camera) []byte { return []byte(c.settings.card) },
		set: func(c *camera, value []byte) bool {
			const longest = 32 // of STORAGE_INFORMATION
			name := strings.TrimRight(string(value), "\x00")
			if name == "" || len(name) > longest || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
				return false
			}
			c.settings.card = name
			return true
		},
	},
	{
		name: "CAM_PHOTOS", kind: mav.MAV_PARAM_EXT_TYPE_UINT32,
		get: func(c *camera) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(c.count)) },
	},
}

// value is the field of a message.
func (s setting) value(c *camera) string {
	var field [extRoom]byte
	copy(field[:], s.get(c))
	return string(field[:])
}

// handleSettings answers PARAM_EXT, which only the camera has.
func (c *Copter) handleSettings(p *peer, k packet) bool {
	mine := func(system, component uint8) bool {
		return (system == 0 || system == c.link.system) && (component == 0 || component == cameraComponent)
	}
	switch m := k.msg.(type) {
	case *mav.MessageParamExtRequestList:
		if mine(m.TargetSystem, m.TargetComponent) {
			for i := range settings {
				c.tellSetting(p, i)
			}
		}
	case *mav.MessageParamExtRequestRead:
		if !mine(m.TargetSystem, m.TargetComponent) {
			return true
		}
		for i, s := range settings {
			if int(m.ParamIndex) == i || m.ParamIndex < 0 && s.name == m.ParamId {
				c.tellSetting(p, i)
			}
		}
	case *mav.MessageParamExtSet:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.changeSetting(p, m, k.value)
		}
	default:
		return false
	}
	return true
}

func (c *Copter) tellSetting(p *peer, i int) {
	s := settings[i]
	p.send(cameraComponent, &mav.MessageParamExtValue{
		ParamId: s.name, ParamValue: s.value(&c.flight.camera), ParamType: s.kind, ParamCount: uint16(len(settings)), ParamIndex: uint16(i),
	})
}

// changeSetting acknowledges a change to every station, a refusal to the one that asked. Nothing is said about an unknown name.
func (c *Copter) changeSetting(p *peer, m *mav.MessageParamExtSet, value []byte) {
	cam := &c.flight.camera
	for _, s := range settings {
		if s.name != m.ParamId {
			continue
		}
		ack := &mav.MessageParamExtAck{ParamId: s.name, ParamType: s.kind, ParamResult: mav.PARAM_ACK_ACCEPTED}
		switch {
		case s.set == nil:
			ack.ParamResult = mav.PARAM_ACK_FAILED
		case m.ParamType != s.kind || len(value) != extRoom || !s.set(cam, value):
			ack.ParamResult = mav.PARAM_ACK_VALUE_UNSUPPORTED
		}
		ack.ParamValue = s.value(cam)
		if ack.ParamResult != mav.PARAM_ACK_ACCEPTED {
			p.send(cameraComponent, ack)
			return
		}
		for _, other := range c.link.peers {
			other.send(cameraComponent, ack)
		}
	}
}

package gimbal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// maxDevices bounds what a vehicle can make us keep.
const maxDevices = 16

// Set is the gimbals of one vehicle.
type Set struct {
	autopilot uint8
	devices   map[uint8]*Device
	// mount is the autopilot's gimbal of before protocol v2.
	mount bool
}

// NewSet is for a vehicle whose autopilot has this component id.
func NewSet(autopilot uint8) *Set {
	return &Set{autopilot: autopilot, devices: make(map[uint8]*Device)}
}

// Apply takes a message of a component at a time; false for those that are not about gimbals.
func (s *Set) Apply(component uint8, m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageGimbalManagerInformation:
		if d := s.managed(component, m.GimbalDeviceId); d != nil {
			d.Abilities, d.AbilitiesKnown = m.CapFlags, m.CapFlags != 0
			d.Pitch, d.Yaw, d.Roll = degrees(m.PitchMin, m.PitchMax), degrees(m.YawMin, m.YawMax), degrees(m.RollMin, m.RollMax)
		}
	case *common.MessageGimbalManagerStatus:
		if d := s.managed(component, m.GimbalDeviceId); d != nil {
			d.Flags = m.Flags
			d.Primary = Controller{m.PrimaryControlSysid, m.PrimaryControlCompid}
			d.Secondary = Controller{m.SecondaryControlSysid, m.SecondaryControlCompid}
			d.ControlAt = at
		}
	case *common.MessageGimbalDeviceInformation:
		if d := s.device(s.Resolve(component, m.GimbalDeviceId)); d != nil {
			d.identify(m)
		}
	case *common.MessageGimbalDeviceAttitudeStatus:
		if d := s.device(s.Resolve(component, m.GimbalDeviceId)); d != nil {
			d.Failures = failureNames(m.FailureFlags)
			if d.ControlAt.IsZero() { // the manager's flags are the same and come with who set them
				d.Flags = common.GIMBAL_MANAGER_FLAGS(m.Flags)
			}
		}
	case *ardupilotmega.MessageMountStatus, *common.MessageMountOrientation:
		if component == s.autopilot {
			s.mount = true
		} else {
			s.device(component)
		}
	default:
		return false
	}
	return true
}

func (d *Device) identify(m *common.MessageGimbalDeviceInformation) {
	d.Name = printable(m.VendorName + " " + m.ModelName)
	if !d.AbilitiesKnown {
		caps := m.CapFlags2
		if caps == 0 {
			caps = m.CapFlags
		}
		// The bits are the same in both enumerations.
		d.Abilities, d.AbilitiesKnown = common.GIMBAL_MANAGER_CAP_FLAGS(caps), caps != 0
	}
	for _, axis := range []struct {
		have      **Range
		low, high float32
	}{{&d.Pitch, m.PitchMin, m.PitchMax}, {&d.Yaw, m.YawMin, m.YawMax}, {&d.Roll, m.RollMin, m.RollMax}} {
		if *axis.have == nil {
			*axis.have = degrees(axis.low, axis.high)
		}
	}
}

// printable keeps a vendor's bytes from making lines or controls of their own.
func printable(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '\uFFFD' {
			return -1
		}
		return r
	}, s))
}

// managed is the device that a manager speaks of; the manager's word on it is ours. Only the first manager of a device
// counts, unless the autopilot claims it, which knows the vehicle's heading.
func (s *Set) managed(component, device uint8) *Device {
	d := s.device(device)
	if d == nil {
		return nil
	}
	if d.Manager == 0 || component == s.autopilot {
		d.Manager = component
	}
	if d.Manager != component {
		return nil
	}
	return d
}

func (s *Set) device(id uint8) *Device {
	d, ok := s.devices[id]
	if !ok {
		if id == 0 || len(s.devices) >= maxDevices {
			return nil
		}
		d = &Device{ID: id}
		s.devices[id] = d
	}
	return d
}

// Resolve finds which device a message is about: its gimbal_device_id where it has one, else the component that sent
// it, and for an autopilot of before that field its only gimbal, or the first.
func (s *Set) Resolve(component, device uint8) uint8 {
	switch {
	case device != 0:
		return device
	case component != s.autopilot:
		return component
	}
	only := uint8(1)
	n := 0
	for id, d := range s.devices {
		if d.Manager == s.autopilot {
			only = id
			n++
		}
	}
	if n != 1 {
		return 1
	}
	return only
}

// List gives the gimbals by id. Devices without a manager are listed only where no manager is known: a device that its
// autopilot manages under another id would be there twice.
func (s *Set) List() []Device {
	var managed, others []Device
	for _, d := range s.devices {
		if d.Manager != 0 {
			managed = append(managed, *d)
		} else {
			others = append(others, *d)
		}
	}
	all := managed
	if len(all) == 0 {
		all = others
	}
	if len(all) == 0 && s.mount {
		all = []Device{{ID: 1, Mount: true}}
	}
	slices.SortFunc(all, func(a, b Device) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Managed tells whether a manager is known.
func (s *Set) Managed() bool {
	for _, d := range s.devices {
		if d.Manager != 0 {
			return true
		}
	}
	return false
}

// Find gives a gimbal by its id, or the first for 0. Where nothing at all is known of gimbals, it is the autopilot's,
// whichever that is: the autopilot itself then accepts or refuses.
func (s *Set) Find(id uint8) (Device, bool) {
	all := s.List()
	if id == 0 {
		if len(all) == 0 {
			return Device{}, true
		}
		return all[0], true
	}
	for _, d := range all {
		if d.ID == id {
			return d, true
		}
	}
	return Device{}, false
}

// Forget drops what a component said, after its restart.
func (s *Set) Forget(component uint8) {
	for id, d := range s.devices {
		if d.Manager == component || id == component {
			delete(s.devices, id)
		}
	}
	if component == s.autopilot {
		s.mount = false
	}
}

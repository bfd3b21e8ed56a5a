package mavlink

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
	"vedette/mavlink/link"
)

// RemoteIDConfig is what vehicles must broadcast about their operator (Open Drone ID). The zero value sends nothing.
type RemoteIDConfig struct {
	// OperatorID is the registration, up to 20 ASCII characters; empty: none is sent.
	OperatorID string
	// Lat and Lon are where the operator stands; AltHAE is the height above the WGS 84 ellipsoid in metres, nil while unknown.
	Lat, Lon float64
	AltHAE   *float64
	// Measured is when a place that is measured all the time was; zero: it is fixed.
	Measured time.Time
	// Description is what the flight is for, up to 23 ASCII characters; empty: none is sent.
	Description string
	// Region is "eu" for the classification of the European Union, with Category 1 to 3 and Class 1 to 7 (0 undeclared).
	Region          string
	Category, Class int
	// Vehicles are the system ids that always get it; others do when they show that they want it.
	Vehicles []int
}

// Enabled tells whether there is anything to send.
func (c RemoteIDConfig) Enabled() bool { return c.OperatorID != "" || c.Lat != 0 || c.Lon != 0 }

func (c RemoteIDConfig) validate() error {
	var problems []error
	for _, f := range []struct {
		name, text string
		most       int
	}{{"operator id", c.OperatorID, 20}, {"description", c.Description, 23}} {
		if len(f.text) > f.most || clean(f.text) != f.text || !ascii(f.text) {
			problems = append(problems, fmt.Errorf("remote id: the %s %q is not up to %d ASCII characters", f.name, f.text, f.most))
		}
	}
	if c.Enabled() && !(geo.LatLon{Lat: c.Lat, Lon: c.Lon}).Valid() {
		problems = append(problems, fmt.Errorf("remote id: %v, %v is no place", c.Lat, c.Lon))
	}
	if c.Region != "" && c.Region != "eu" || c.Category < 0 || c.Category > 3 || c.Class < 0 || c.Class > 7 {
		problems = append(problems, fmt.Errorf("remote id: there is no class %d in category %d of region %q", c.Class, c.Category, c.Region))
	}
	return errors.Join(problems...)
}

func ascii(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 0x80 })
}

const (
	// remoteIDEvery is how often a vehicle must hear of its operator.
	remoteIDEvery = time.Second
	// wantedFor is how long a sign that a vehicle wants it counts.
	wantedFor = 30 * time.Second
	// unknownHAE is the standard's value for a height that is not known.
	unknownHAE = -1000
)

// remoteID is what a vehicle has said of its remote identification.
type remoteID struct {
	// component is who asked, wanted when last, sent when it was answered.
	component    uint8
	wanted, sent time.Time
}

// applyRemoteID takes what a vehicle's remote identification says; false for everything else.
func (st *state) applyRemoteID(component uint8, m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageOpenDroneIdArmStatus:
		r := RemoteID{Ready: m.Status == common.MAV_ODID_ARM_STATUS_GOOD_TO_ARM, Error: clean(m.Error), Time: at.UTC()}
		st.v.RemoteID = &r
		st.arming.drop(fromRemoteID)
		if !r.Ready {
			text := r.Error
			if text == "" {
				text = "not ready"
			}
			st.arming.note(ArmingReason{Text: "Remote ID: " + text, Source: fromRemoteID, Time: r.Time})
		}
	case *common.MessageOpenDroneIdMessagePack, *common.MessageOpenDroneIdBasicId:
	default:
		return false
	}
	st.remoteID.component, st.remoteID.wanted = component, at
	return true
}

// SetOperator moves the place of the operator that vehicles broadcast: degrees, the height above the ellipsoid where known,
// and when that was measured, by which whoever hears it knows how old it is.
func (s *Service) SetOperator(lat, lon float64, altHAE *float64, measured time.Time) error {
	if !(geo.LatLon{Lat: lat, Lon: lon}).Valid() {
		return fmt.Errorf("%w: %v, %v is no place for an operator", ErrInvalid, lat, lon)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operator.Lat, s.operator.Lon, s.operator.AltHAE, s.operator.Measured = lat, lon, altHAE, measured
	return nil
}

// identifyOperator tells a vehicle about its operator when that is due.
func (s *Service) identifyOperator(sys *system, now time.Time) {
	s.mu.Lock()
	c := s.operator
	s.mu.Unlock()
	if !c.Enabled() {
		return
	}
	sys.mu.Lock()
	r := &sys.state.remoteID
	wanted := !r.wanted.IsZero() && now.Sub(r.wanted) < wantedFor || slices.Contains(c.Vehicles, int(sys.id))
	due := wanted && now.Sub(r.sent) >= remoteIDEvery-tick/2 && sys.state.v.State == Live
	p := sys.state.paths.best(now)
	if due && p != nil {
		r.sent = now
	}
	sys.mu.Unlock()
	if !due || p == nil {
		return
	}
	for _, m := range c.messages(sys.id, now) {
		p.Send(link.Urgent, m)
	}
}

// messages are addressed to every component of the vehicle: the one that broadcasts may be any.
func (c RemoteIDConfig) messages(system uint8, now time.Time) []message.Message {
	height := float32(unknownHAE)
	if c.AltHAE != nil {
		height = float32(*c.AltHAE)
	}
	lat, lon := int32(c.Lat*perDegree), int32(c.Lon*perDegree)
	kind, at := common.MAV_ODID_OPERATOR_LOCATION_TYPE_FIXED, now
	if !c.Measured.IsZero() {
		kind, at = common.MAV_ODID_OPERATOR_LOCATION_TYPE_LIVE_GNSS, c.Measured
	}
	// Seconds since the beginning of 2019, by the standard.
	stamp := uint32(max(0, at.Sub(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)).Seconds()))
	whole := &common.MessageOpenDroneIdSystem{
		TargetSystem: system, OperatorLocationType: kind, OperatorLatitude: lat, OperatorLongitude: lon, AreaCount: 1,
		AreaCeiling: unknownHAE, AreaFloor: unknownHAE, OperatorAltitudeGeo: height, Timestamp: stamp,
	}
	if c.Region == "eu" {
		whole.ClassificationType = common.MAV_ODID_CLASSIFICATION_TYPE_EU
		whole.CategoryEu, whole.ClassEu = common.MAV_ODID_CATEGORY_EU(c.Category), common.MAV_ODID_CLASS_EU(c.Class)
	}
	all := []message.Message{whole, &common.MessageOpenDroneIdSystemUpdate{
		TargetSystem: system, OperatorLatitude: lat, OperatorLongitude: lon, OperatorAltitudeGeo: height, Timestamp: stamp,
	}}
	if c.OperatorID != "" {
		all = append(all, &common.MessageOpenDroneIdOperatorId{TargetSystem: system, OperatorId: c.OperatorID})
	}
	if c.Description != "" {
		all = append(all, &common.MessageOpenDroneIdSelfId{TargetSystem: system, Description: c.Description})
	}
	return all
}

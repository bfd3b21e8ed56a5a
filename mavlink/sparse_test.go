package mavlink

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink/event"
)

func TestAVehicleOnAHighLatencyLinkIsNotLost(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.beat(common.MAV_STATE_ACTIVE, true)
	report := func(battery int8) *common.MessageHighLatency2 {
		return &common.MessageHighLatency2{
			Type: 2, Autopilot: 3, CustomMode: 5, Latitude: -353600000, Longitude: 1491600000, Altitude: 640, Heading: 45, Groundspeed: 50,
			Airspeed: 255, Throttle: 40, Windspeed: 25, WindHeading: 90, Battery: battery, FailureFlags: common.HL_FAILURE_FLAG_3D_MAG,
		}
	}
	// The radio falls silent while reports go on.
	b.wait(time.Second)
	for range 10 {
		b.hear(1, report(71))
		b.wait(5 * time.Second)
		v := b.view()
		if v.State != Live || !v.HighLatency {
			t.Fatalf("%s, high latency %v", v.State, v.HighLatency)
		}
	}
	v := b.view()
	if v.Position == nil || v.Position.AltAMSL != 640 || v.Mode != "LOITER" || *v.HeadingDeg != 90 || *v.GroundSpeed != 10 || v.Airspeed != nil ||
		*v.Battery.Percent != 71 || v.Wind.FromDeg != 0 || v.Wind.Speed != 5 || !slices.Equal(v.Sensors.Unhealthy, []string{"compass"}) {
		t.Errorf("%+v", v)
	}
	if age := b.now.Sub(v.LastSeen); age > 6*time.Second {
		t.Errorf("last seen %v ago", age)
	}
	b.wait(25 * time.Second)
	if v := b.view(); v.State != Lost || v.HighLatency {
		t.Errorf("after five missed reports: %s", v.State)
	}
	b.hear(1, report(60))
	if v := b.view(); v.State != Live {
		t.Errorf("back: %s", v.State)
	}
	b.beat(common.MAV_STATE_ACTIVE, true)
	if v := b.view(); v.HighLatency {
		t.Error("the radio is back")
	}
	b.wait(5 * time.Second)
	b.wait(30 * time.Second)
	if v := b.view(); v.State != Lost {
		t.Errorf("everything is silent: %s", v.State)
	}
}

func TestTrafficIsKeptForAWhile(t *testing.T) {
	t.Parallel()
	var tr traffic
	now := time.Unix(1_700_000_000, 0)
	const all = common.ADSB_FLAGS_VALID_COORDS | common.ADSB_FLAGS_VALID_ALTITUDE | common.ADSB_FLAGS_VALID_HEADING | common.ADSB_FLAGS_VALID_VELOCITY |
		common.ADSB_FLAGS_VALID_CALLSIGN | common.ADSB_FLAGS_VALID_SQUAWK
	report := func(icao uint32, lat float64) *common.MessageAdsbVehicle {
		return &common.MessageAdsbVehicle{
			IcaoAddress: icao, Lat: int32(lat * 1e7), Lon: 1490000000, Altitude: 700000, Heading: 9000, HorVelocity: 6000, VerVelocity: -250,
			Callsign: "QFA1", EmitterType: common.ADSB_EMITTER_TYPE_LIGHT, Flags: all, Squawk: 1200,
		}
	}
	fleet := []ownPlace{{id: 3, place: geo.LatLon{Lat: -35, Lon: 149}, amsl: 650}}
	tr.note(3, report(0x7C1234, -35.01), fleet, now)
	got := tr.list(fleet, now)
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	a := got[0]
	if a.ICAO != "7C1234" || a.Callsign != "QFA1" || a.Squawk != "1200" || a.Emitter != "light" || *a.AltitudeM != 700 || a.AltitudeType != "pressure" ||
		*a.HeadingDeg != 90 || *a.Speed != 60 || *a.ClimbRate != -2.5 || a.Vehicle != 3 || math.Abs(*a.DistanceM-1112) > 3 || *a.AboveM != 50 || a.Stale {
		t.Errorf("%+v", a)
	}
	// Fields that are not valid are not shown; an older report of another receiver does not count.
	bare := report(0x7C1234, -35.02)
	bare.Flags = common.ADSB_FLAGS_VALID_COORDS
	now = now.Add(time.Second)
	tr.note(4, bare, fleet, now)
	late := report(0x7C1234, -35.5)
	late.Tslc = 20
	tr.note(5, late, fleet, now)
	if a := tr.list(fleet, now)[0]; a.AltitudeM != nil || a.Speed != nil || a.HeadingDeg != nil || a.Callsign != "QFA1" || a.Lat != -35.02 || a.Receiver != 4 {
		t.Errorf("%+v", a)
	}
	for _, bad := range []*common.MessageAdsbVehicle{{IcaoAddress: 1, Lat: 1, Lon: 1}, {IcaoAddress: 2, Lat: math.MaxInt32, Flags: all}} {
		tr.note(3, bad, fleet, now)
	}
	if s := tr.stats(); s.Shown != 1 || s.Refused != 2 {
		t.Errorf("%+v", s)
	}
	if a := tr.list(fleet, now.Add(trafficStale+time.Second)); len(a) != 1 || !a[0].Stale {
		t.Errorf("stale: %+v", a)
	}
	if a := tr.list(fleet, now.Add(trafficGone+time.Second)); len(a) != 0 {
		t.Errorf("gone: %+v", a)
	}
}

func TestOwnVehiclesAreNoTraffic(t *testing.T) {
	t.Parallel()
	var tr traffic
	now := time.Unix(1_700_000_000, 0)
	own := ownPlace{id: 3, place: geo.LatLon{Lat: -35, Lon: 149}, amsl: 650, speed: 10}
	report := func(icao uint32, speed uint16) *common.MessageAdsbVehicle {
		return &common.MessageAdsbVehicle{
			IcaoAddress: icao, Lat: int32(own.place.Lat*1e7) + 20, Lon: 1490000000, Altitude: 655000, HorVelocity: speed,
			Flags: common.ADSB_FLAGS_VALID_COORDS | common.ADSB_FLAGS_VALID_ALTITUDE | common.ADSB_FLAGS_VALID_VELOCITY,
		}
	}
	for range 4 {
		own.place.Lat += 0.0001
		tr.note(3, report(1, 1000), []ownPlace{own}, now)
		tr.note(3, report(2, 6000), []ownPlace{own}, now) // passes by
		now = now.Add(time.Second)
	}
	if got := tr.list([]ownPlace{own}, now); len(got) != 1 || got[0].ICAO != "000002" {
		t.Errorf("%+v", got)
	}
	if tr.stats().Own == 0 {
		t.Error("own reports are not counted")
	}
	// What leaves the vehicle is not the vehicle.
	far := report(1, 1000)
	far.Lat += 100000
	tr.note(3, far, []ownPlace{own}, now)
	if got := tr.list([]ownPlace{own}, now); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	for icao := range uint32(maxTraffic + 50) {
		tr.note(3, &common.MessageAdsbVehicle{IcaoAddress: icao + 10, Lat: 1e8, Lon: 1e8, Flags: common.ADSB_FLAGS_VALID_COORDS}, nil, now)
	}
	if s := tr.stats(); s.Shown != maxTraffic || s.Overflow != 52 {
		t.Errorf("%+v", s)
	}
}

func TestTheOperatorIsTold(t *testing.T) {
	t.Parallel()
	height := 600.0
	c := RemoteIDConfig{OperatorID: "FIN87astrdge12k8", Lat: -35.3, Lon: 149.1, AltHAE: &height, Description: "survey", Region: "eu", Category: 1, Class: 2}
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []RemoteIDConfig{
		{OperatorID: "a name that is much too long"}, {OperatorID: "ä"}, {Lat: 91}, {Lat: math.NaN()}, {Region: "mars"}, {OperatorID: "x", Category: 9},
	} {
		if bad.validate() == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	var kinds []uint32
	for _, m := range c.messages(7, now) {
		kinds = append(kinds, m.GetID())
		if s, ok := m.(*common.MessageOpenDroneIdSystem); ok {
			if s.TargetSystem != 7 || s.OperatorLatitude != -353000000 || s.OperatorAltitudeGeo != 600 || s.AreaCeiling != -1000 || s.ClassEu != 2 ||
				s.Timestamp != uint32(now.Unix()-1546300800) || s.OperatorLocationType != common.MAV_ODID_OPERATOR_LOCATION_TYPE_FIXED {
				t.Errorf("%+v", s)
			}
		}
	}
	if !slices.Equal(kinds, []uint32{12904, 12919, 12905, 12903}) {
		t.Errorf("%v", kinds)
	}
	// A place that was measured some time ago says so.
	c.Measured = now.Add(-5 * time.Second)
	if s, ok := c.messages(7, now)[0].(*common.MessageOpenDroneIdSystem); !ok || s.Timestamp != uint32(now.Unix()-5-1546300800) ||
		s.OperatorLocationType != common.MAV_ODID_OPERATOR_LOCATION_TYPE_LIVE_GNSS {
		t.Errorf("%+v", s)
	}
	b := newBench()
	b.hear(236, &common.MessageOpenDroneIdArmStatus{Status: common.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC, Error: "operator location must be set"})
	v := b.view()
	if v.RemoteID == nil || v.RemoteID.Ready || *v.Arming.Ready || !slices.Equal(b.armingTexts(), []string{"Remote ID: operator location must be set"}) {
		t.Errorf("%+v %+v", v.RemoteID, v.Arming)
	}
	b.hear(236, &common.MessageOpenDroneIdArmStatus{})
	if v := b.view(); !v.RemoteID.Ready || len(v.Arming.Reasons) != 0 || v.Arming.Ready != nil {
		t.Errorf("%+v %+v", v.RemoteID, v.Arming)
	}
}

func TestPX4EventsBecomeReasonsAgainstArming(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.s.pilot = px4{}
	b.s.state.modes = newModeTable(px4{}.modes())
	seq := uint16(65530)
	send := func(name string, level uint8, fill func(args []byte)) {
		m := &common.MessageEvent{Id: event.ID(name), Sequence: seq, LogLevels: level}
		if fill != nil {
			fill(m.Arguments[:])
		}
		b.hear(1, m)
		seq++
	}
	report := func(canArm uint32) {
		send("commander_arming_check_summary", 8, func(a []byte) { binary.LittleEndian.PutUint32(a[17:], canArm) })
		send("check_estimator_gps_num_sats_too_low", 3, nil)
		send("check_modes_manual_control", 4, nil)
		send("commander_health_summary", 8, nil)
	}
	b.hear(1, &common.MessageCurrentMode{CustomMode: px4Mode(px4Auto, 3, "").custom})
	report(1) // MANUAL alone
	a := b.view().Arming
	if a.Ready == nil || *a.Ready || len(a.Reasons) != 2 || a.Reasons[0].Text != "the GPS sees too few satellites" || a.Reasons[0].Warning || !a.Reasons[1].Warning {
		t.Errorf("%+v", a)
	}
	report(1 << 4) // AUTO.LOITER too
	if a := b.view().Arming; !*a.Ready {
		t.Errorf("%+v", a)
	}
	send("commander_rc_lost", 6, nil)
	if m := b.view().Messages; len(m) != 1 || m[0].Text != "manual control is lost" {
		t.Errorf("%+v", m)
	}
	if v := b.view(); v.Mode != "AUTO.LOITER" || v.IntendedMode != "" {
		t.Errorf("%q %q", v.Mode, v.IntendedMode)
	}
	b.hear(1, &common.MessageCurrentMode{CustomMode: px4Mode(px4Auto, 5, "").custom, IntendedCustomMode: px4Mode(px4Auto, 4, "").custom})
	if v := b.view(); v.Mode != "AUTO.RTL" || v.IntendedMode != "AUTO.MISSION" {
		t.Errorf("%q %q", v.Mode, v.IntendedMode)
	}
	for name, want := range map[string]string{"AUTO.TAKEOFF": "17", "STABILIZED": "15", "AUTO.MISSION": "3"} {
		m, _ := b.s.state.modes.find(name)
		if bit, _ := px4NavigationState(m.custom); fmt.Sprint(bit) != want {
			t.Errorf("%s has the bit %d", name, bit)
		}
	}
}

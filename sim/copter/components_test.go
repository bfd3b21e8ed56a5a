package copter

import (
	"math"
	"slices"
	"strings"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

func TestAReceiverHearsTrafficThatFlies(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	until(s, "a heartbeat", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_CAMERA })
	if n := len(all[*mav.MessageAdsbVehicle](s)); n != 0 {
		t.Fatalf("%d aircraft unasked", n)
	}
	s.set("SIM_ADSB_RADIUS", 2000)
	s.set("SIM_ADSB_COUNT", 5)
	until(s, "the receiver", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_ADSB })
	reports := map[uint32][]*mav.MessageAdsbVehicle{}
	until(s, "two minutes of five aircraft", func(m *mav.MessageAdsbVehicle) bool {
		reports[m.IcaoAddress] = append(reports[m.IcaoAddress], m)
		return len(reports) == 5 && len(reports[m.IcaoAddress]) > 120
	})
	home := c.State().LatLon
	place := func(m *mav.MessageAdsbVehicle) geo.LatLon {
		return geo.LatLon{Lat: float64(m.Lat) / 1e7, Lon: float64(m.Lon) / 1e7}
	}
	for icao, list := range reports {
		a, b := list[0], list[len(list)-1]
		if geo.Distance(place(a), place(b)) < 20 || icao == 0 || icao > 0xffffff {
			t.Errorf("%06x stands still", icao)
		}
		for i, m := range list {
			const valid = mav.ADSB_FLAGS_VALID_COORDS | mav.ADSB_FLAGS_VALID_ALTITUDE | mav.ADSB_FLAGS_VALID_HEADING | mav.ADSB_FLAGS_VALID_VELOCITY |
				mav.ADSB_FLAGS_VALID_CALLSIGN | mav.ADSB_FLAGS_VALID_SQUAWK
			if m.Flags&valid != valid || !strings.HasPrefix(m.Callsign, "SIM") || m.Heading >= 36000 || m.HorVelocity < 500 || m.EmitterType == 0 ||
				geo.Distance(home, place(m)) > 6000 || m.Altitude < 600_000 || m.Altitude > 4_000_000 {
				t.Fatalf("%+v", m)
			}
			if i > 0 { // it goes where it says, as fast as it says
				d := geo.Distance(place(list[i-1]), place(m))
				if math.Abs(d-float64(m.HorVelocity)/100) > 1 {
					t.Fatalf("%.1f m in a second at %d cm/s", d, m.HorVelocity)
				}
			}
		}
	}
	s.mu.Lock()
	for _, h := range s.messages {
		if _, is := h.msg.(*mav.MessageAdsbVehicle); is && h.component != receiverComponent {
			t.Errorf("from component %d", h.component)
		}
	}
	s.mu.Unlock()
	s.set("SIM_ADSB_COUNT", 0)
}

func TestArmingWaitsForTheOperatorsPlace(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 10)
	s.set("DID_ENABLE", 1)
	until(s, "the transmitter", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_ODID })
	until(s, "its reason", func(m *mav.MessageOpenDroneIdArmStatus) bool {
		return m.Status == mav.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC && strings.Contains(m.Error, "operator location")
	})
	arm := common.MAV_CMD_COMPONENT_ARM_DISARM
	if r := s.command(1, arm, 1); r != mav.MAV_RESULT_FAILED {
		t.Errorf("armed: %v", r)
	}
	texts := all[*mav.MessageStatustext](s)
	if !slices.ContainsFunc(texts, func(m *mav.MessageStatustext) bool {
		return m.Text == "Arm: OpenDroneID: operator location must be set"
	}) {
		t.Errorf("no reason: %v", texts)
	}
	s.send(&mav.MessageOpenDroneIdSystem{TargetSystem: 1}) // a place of zeros is none
	p := c.State().LatLon
	s.send(&mav.MessageOpenDroneIdSystem{TargetSystem: 1, TargetComponent: 1, OperatorLatitude: e7(p.Lat), OperatorLongitude: e7(p.Lon), AreaCount: 1})
	until(s, "good to arm", func(m *mav.MessageOpenDroneIdArmStatus) bool {
		return m.Status == mav.MAV_ODID_ARM_STATUS_GOOD_TO_ARM && m.Error == ""
	})
	until(s, "too old", func(m *mav.MessageOpenDroneIdArmStatus) bool { return strings.Contains(m.Error, "too old") })
	s.text("ODID: lost operator location")
	s.send(&mav.MessageOpenDroneIdSystemUpdate{TargetSystem: 1, TargetComponent: remoteIDComponent, OperatorLatitude: e7(p.Lat), OperatorLongitude: e7(p.Lon)})
	s.must(s.command(1, arm, 1))
}

func TestALinkOfHighLatencyCarriesOneMessageAndAnswers(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 20)
	s.stream(10, 30, 33)
	until[*mav.MessageAttitude](s, "attitudes", nil)
	if r := s.command(1, common.MAV_CMD_CONTROL_HIGH_LATENCY, 3); r != mav.MAV_RESULT_DENIED {
		t.Errorf("with 3: %v", r)
	}
	s.must(s.command(1, common.MAV_CMD_CONTROL_HIGH_LATENCY, 1))
	s.mu.Lock()
	from := len(s.messages)
	s.mu.Unlock()
	var times []uint32
	until(s, "six reports", func(m *mav.MessageHighLatency2) bool {
		times = append(times, m.Timestamp)
		here := geo.LatLon{Lat: float64(m.Latitude) / 1e7, Lon: float64(m.Longitude) / 1e7}
		if geo.Distance(here, c.State().LatLon) > 5 || m.Autopilot != mav.MAV_AUTOPILOT_ARDUPILOTMEGA || m.Battery < 90 || m.FailureFlags != 0 {
			t.Errorf("%+v", m)
		}
		return len(times) == 6
	})
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d < 4000 || d > 6000 {
			t.Errorf("%d ms between two", d)
		}
	}
	if r := s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 33); r != mav.MAV_RESULT_ACCEPTED {
		t.Errorf("an answer: %v", r)
	}
	s.mu.Lock()
	positions := 0
	for _, h := range s.messages[from:] {
		switch h.msg.(type) {
		case *mav.MessageHighLatency2, *mav.MessageCommandAck:
		case *mav.MessageGlobalPositionInt:
			if positions++; positions > 1 {
				t.Error("the stream goes on")
			}
		default:
			t.Errorf("sent %T", h.msg)
		}
	}
	s.mu.Unlock()
	s.must(s.command(1, common.MAV_CMD_CONTROL_HIGH_LATENCY, 0))
	until[*mav.MessageAttitude](s, "attitudes again", nil)
	until[*mav.MessageHeartbeat](s, "heartbeats again", nil)
}

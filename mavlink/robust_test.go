package mavlink_test

import (
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func TestTwoVehiclesWithOneSystemIDAreNotShownInTurns(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	fly(t, mavlinktest.Config{Address: addr, Lat: -35, Lon: 149, GroundAMSL: 584, Uptime: time.Hour})
	eventually(t, "the first has a position", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil })
	events := gather(t, s)
	fly(t, mavlinktest.Config{Address: addr, Lat: -36, Lon: 149, GroundAMSL: 584, Uptime: time.Minute, PX4: true})
	eventually(t, "the clash is told", func() bool {
		v, _ := s.Vehicle(1)
		if math.Abs(v.Position.Lat+35) > 0.01 {
			t.Errorf("the other vehicle's place is shown: %+v", v.Position)
		}
		return v.Clash && events.has(mavlink.EventClash)
	})
	v, _ := s.Vehicle(1)
	if len(v.Warnings) != 1 || v.Warnings[0].Text != "two vehicles use system id 1: set MAV_SYSID of one of them" || v.Autopilot != "ardupilot" {
		t.Errorf("%+v", v.Warnings)
	}
	if s.Stats().Rivals == 0 {
		t.Error("the other vehicle's messages are not counted")
	}
}

func TestTwoVehiclesThatWereSwitchedOnTogetherWithOneIDAreNoticed(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	fly(t, mavlinktest.Config{Address: addr, Lat: -35, Lon: 149, GroundAMSL: 584, Uptime: time.Hour})
	eventually(t, "the first has a position", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil })
	fly(t, mavlinktest.Config{Address: addr, Lat: -35.0008, Lon: 149, GroundAMSL: 584, Uptime: time.Hour})
	eventually(t, "the clash is told", func() bool { v, _ := s.Vehicle(1); return v.Clash && len(v.Warnings) == 1 })
	if v, _ := s.Vehicle(1); math.Abs(v.Position.Lat+35) > 0.0003 {
		t.Errorf("the other vehicle's place is shown: %+v", v.Position)
	}
}

func TestAFloodAndNonsenseHurtNobodyElse(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	fly(t, mavlinktest.Config{Address: addr, SystemID: 2, Lat: -35, Lon: 149, GroundAMSL: 584})
	mad, err := mavlinktest.New(mavlinktest.Config{SystemID: 9, Network: "udp", Address: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mad.Close)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	sent := 0
	start := time.Now()
	eventually(t, "the quiet vehicle is complete beside the mad one", func() bool {
		for range 40 {
			up := uint32(time.Since(start).Milliseconds())
			mad.Send(1,
				&common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA},
				&common.MessageAttitude{TimeBootMs: up, Roll: nan, Pitch: inf}, &common.MessageGlobalPositionInt{TimeBootMs: up, Lat: math.MaxInt32, Lon: 7},
				&common.MessageVfrHud{Groundspeed: inf, Airspeed: nan}, &common.MessageWindCov{WindX: inf, WindY: nan}, &common.MessageVibration{VibrationX: nan},
				&common.MessageAltitude{AltitudeAmsl: inf}, &common.MessageBatteryStatus{Id: uint8(sent), BatteryRemaining: 127},
				&common.MessageEstimatorStatus{VelRatio: inf}, &common.MessageGpsRawInt{Alt: math.MinInt32, HAcc: math.MaxUint32},
			)
			sent += 10
		}
		v, ok := s.Vehicle(2)
		return ok && sent > 5000 && v.Position != nil && v.Attitude != nil && v.Home != nil && v.Version != "" && v.State == mavlink.Live
	})
	v, ok := s.Vehicle(9)
	if !ok || v.Position != nil || v.Attitude != nil || v.GroundSpeed != nil || v.Wind != nil || v.Vibration != nil {
		t.Errorf("nonsense is shown: %+v", v)
	}
	if st := s.Stats(); st.Refused == 0 || st.Links[0].Panics != 0 {
		t.Errorf("%+v", st)
	}
}

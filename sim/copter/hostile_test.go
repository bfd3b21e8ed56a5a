package copter

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/sim/scenario"
)

// scramble fills a message with numbers, among them the worst.
func scramble(rng *rand.Rand, v reflect.Value) {
	worst := []float64{0, 1, -1, 2, math.NaN(), math.Inf(1), math.Inf(-1), 1e30, -1e30, 21196, 360, 90, 255}
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range v.Fields() {
			scramble(rng, f)
		}
	case reflect.Array:
		for i := range v.Len() {
			scramble(rng, v.Index(i))
		}
	case reflect.Float32, reflect.Float64:
		v.SetFloat(worst[rng.IntN(len(worst))])
		if rng.IntN(2) == 0 {
			v.SetFloat(rng.NormFloat64() * 100)
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rng.Uint64() >> rng.IntN(64) & (1<<min(63, 8*uint(v.Type().Size())) - 1))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(rng.Uint64()>>1) >> (64 - 8*uint(v.Type().Size()) + uint(rng.IntN(8))))
	case reflect.String:
		v.SetString([]string{"", "RTL_ALT", "FENCE_RADIUS", "WPNAV_ACCEL", "CIRCLE_RADIUS", "RC_OVERRIDE_TIME"}[rng.IntN(6)])
	default:
	}
}

// TestNothingThatIsSaidBreaksTheVehicle says tens of thousands of senseless things to it, in every mode that they lead to.
func TestNothingThatIsSaidBreaksTheVehicle(t *testing.T) {
	t.Parallel()
	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{World: w, Drone: scenario.Drone{ID: 1}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	rng := rand.New(rand.NewPCG(7, 9))
	from := origin{c.link.sockets[0].(*datagrams), netip.MustParseAddrPort("127.0.0.1:9")}
	kinds := []message.Message{
		&mav.MessageCommandLong{}, &mav.MessageCommandInt{}, &mav.MessageMissionItemInt{}, &mav.MessageMissionItem{}, &mav.MessageMissionCount{},
		&mav.MessageMissionWritePartialList{}, &mav.MessageMissionRequestInt{}, &mav.MessageMissionRequest{}, &mav.MessageMissionSetCurrent{},
		&mav.MessageMissionClearAll{}, &mav.MessageSetPositionTargetGlobalInt{}, &mav.MessageSetPositionTargetLocalNed{}, &mav.MessageSetAttitudeTarget{},
		&mav.MessageManualControl{}, &mav.MessageRcChannelsOverride{}, &mav.MessageParamSet{}, &mav.MessageParamRequestRead{},
		&mav.MessageFileTransferProtocol{}, &mav.MessageLogRequestData{}, &mav.MessageLogRequestList{}, &mav.MessageLogErase{},
		&mav.MessageRequestDataStream{}, &mav.MessageSetMode{}, &mav.MessageTimesync{}, &mav.MessagePing{}, &mav.MessageGimbalManagerSetPitchyaw{},
		&mav.MessageCommandCancel{}, &mav.MessageHeartbeat{}, &mav.MessageSetupSigning{},
	}
	ids := make([]uint64, 0, len(autopilotCommands))
	for id := range autopilotCommands {
		ids = append(ids, uint64(id))
	}
	slices.Sort(ids)
	commands := 0
	for n := range 15_000 {
		m := reflect.New(reflect.TypeOf(kinds[rng.IntN(len(kinds))]).Elem())
		scramble(rng, m.Elem())
		for _, name := range []string{"TargetSystem", "Target"} {
			if f := m.Elem().FieldByName(name); f.IsValid() {
				f.SetUint(1)
			}
		}
		if f := m.Elem().FieldByName("TargetComponent"); f.IsValid() && rng.IntN(10) > 0 {
			f.SetUint(1)
		}
		if f := m.Elem().FieldByName("MissionType"); f.IsValid() {
			f.SetUint(uint64(rng.IntN(4)))
		}
		if f := m.Elem().FieldByName("Command"); f.IsValid() {
			f.SetUint(ids[rng.IntN(len(ids))])
			commands++
		}
		c.receive(packet{from: from, system: 255, component: 190, msg: m.Interface().(message.Message)})
		switch n % 500 {
		case 100:
			c.flight.arm(true)
			c.flight.setMode(Guided)
			c.flight.takeoff(20)
		case 250:
			c.flight.setMode(modeList[rng.IntN(len(modeList))].mode)
		}
		for range 3 {
			c.step()
		}
		f := c.flight
		for _, v := range [][3]float64{f.body.pos, f.body.vel, f.est.pos, f.home, f.hold, {f.body.yawDeg, f.gimbal.truePitch, f.gimbal.trueYaw}} {
			if !finite(v[:]...) || vec(v).length() > 1e8 {
				t.Fatalf("after %d messages, the last %+v, in %s: %v", n, m.Interface(), f.mode, v)
			}
		}
	}
	if commands < 1000 {
		t.Errorf("only %d commands", commands)
	}
}

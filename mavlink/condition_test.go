package mavlink

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// bench is a vehicle on a virtual clock.
type bench struct {
	s   *system
	now time.Time
}

func newBench() *bench {
	now := time.Unix(1_700_000_000, 0)
	hb := &common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA}
	return &bench{s: newSystem(1, 1, hb, now, slog.New(slog.DiscardHandler)), now: now}
}

// wait lets time pass, with the ticks that belong to it.
func (b *bench) wait(d time.Duration) {
	for end := b.now.Add(d); b.now.Before(end); {
		b.now = b.now.Add(min(tick, end.Sub(b.now)))
		b.s.tick(b.now)
	}
}

func (b *bench) hear(component uint8, messages ...message.Message) {
	for _, m := range messages {
		b.s.hear(component, m, b.now)
	}
}

func (b *bench) beat(status common.MAV_STATE, armed bool) {
	hb := &common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA, SystemStatus: status}
	if armed {
		hb.BaseMode = common.MAV_MODE_FLAG_SAFETY_ARMED
	}
	b.hear(1, hb)
}

func (b *bench) say(text string) {
	b.hear(1, &common.MessageStatustext{Severity: common.MAV_SEVERITY_CRITICAL, Text: text})
}

func (b *bench) view() Vehicle { return b.s.snapshot(b.now) }

func (b *bench) armingTexts() []string {
	var all []string
	for _, r := range b.view().Arming.Reasons {
		all = append(all, r.Text)
	}
	return all
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-4 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestBothEstimatorsReadAsOneHealth(t *testing.T) {
	t.Parallel()
	const good = 1 | 2 | 4 | 8 | 16 | 32
	for name, c := range map[string]struct {
		m          message.Message
		level      string
		place      bool
		glitch     bool
		horizontal float64
	}{
		"ArduPilot, good":    {&ardupilotmega.MessageEkfStatusReport{Flags: good, PosHorizVariance: 0.1}, "ok", true, false, 0.1},
		"ArduPilot, doubted": {&ardupilotmega.MessageEkfStatusReport{Flags: good, PosHorizVariance: 0.6}, "caution", true, false, 0.6},
		"ArduPilot, glitch":  {&ardupilotmega.MessageEkfStatusReport{Flags: good | ardupilotmega.EKF_GPS_GLITCHING}, "caution", true, true, 0},
		"ArduPilot, no place": {
			&ardupilotmega.MessageEkfStatusReport{Flags: ardupilotmega.EKF_ATTITUDE | ardupilotmega.EKF_CONST_POS_MODE}, "bad", false, false, 0,
		},
		"ArduPilot, starting": {&ardupilotmega.MessageEkfStatusReport{Flags: good | ardupilotmega.EKF_UNINITIALIZED}, "bad", true, false, 0},
		"PX4, good":           {&common.MessageEstimatorStatus{Flags: good, PosHorizRatio: 0.2}, "ok", true, false, 0.2},
		"PX4, glitch":         {&common.MessageEstimatorStatus{Flags: good | common.ESTIMATOR_GPS_GLITCH, PosHorizRatio: 0.9}, "bad", true, true, 0.9},
	} {
		b := newBench()
		b.hear(1, c.m)
		e := b.view().EKF
		if e == nil || e.Level != c.level || e.Position != c.place || e.GPSGlitch != c.glitch || !e.Attitude || e.Time != b.now.UTC() {
			t.Errorf("%s: %+v", name, e)
			continue
		}
		near(t, name, e.HorizontalRatio, c.horizontal)
	}
	b := newBench()
	b.hear(1, &common.MessageEstimatorStatus{Flags: good, TasRatio: float32(math.NaN())})
	if e := b.view().EKF; e.AirspeedRatio != nil {
		t.Errorf("a ratio out of nothing: %+v", e)
	}
}

func TestSeveralBatteries(t *testing.T) {
	t.Parallel()
	b := newBench()
	cells := func(v ...uint16) (all [10]uint16) {
		for i := range all {
			all[i] = 65535
		}
		copy(all[:], v)
		return all
	}
	b.hear(1,
		&common.MessageBatteryStatus{
			Id: 1, BatteryFunction: common.MAV_BATTERY_FUNCTION_PAYLOAD, Voltages: cells(12100), CurrentBattery: -1, CurrentConsumed: -1,
			BatteryRemaining: -1, Temperature: math.MaxInt16,
		},
		&common.MessageBatteryStatus{
			Voltages: cells(3900, 3910, 3890, 3905), CurrentBattery: 1520, CurrentConsumed: 2500, BatteryRemaining: 64, Temperature: 3125,
			TimeRemaining: 700, ChargeState: common.MAV_BATTERY_CHARGE_STATE_LOW, FaultBitmask: common.MAV_BATTERY_FAULT_CELL_FAIL,
			Type: common.MAV_BATTERY_TYPE_LIPO,
		},
		&common.MessageBatteryStatus{Id: 2, Voltages: cells(65534, 4466), CurrentBattery: -1, CurrentConsumed: -1, BatteryRemaining: 120, Temperature: math.MinInt16},
		// The short form must not outweigh the long one.
		&common.MessageSysStatus{VoltageBattery: 1000, BatteryRemaining: 1},
	)
	v := b.view()
	if len(v.Batteries) != 3 || v.Batteries[0].ID != 0 || v.Batteries[1].Function != "payload" || v.Battery.ID != 0 {
		t.Fatalf("%+v", v.Batteries)
	}
	main := v.Batteries[0]
	near(t, "voltage", main.Voltage, 15.605)
	near(t, "current", main.Current, 15.2)
	near(t, "consumed", main.ConsumedAh, 2.5)
	near(t, "percent", main.Percent, 64)
	near(t, "temperature", main.TemperatureC, 31.25)
	if len(main.CellsV) != 4 || main.Charge != "low" || !slices.Equal(main.Faults, []string{"cell failed"}) || main.Chemistry != "lipo" {
		t.Errorf("%+v", main)
	}
	near(t, "payload voltage", v.Batteries[1].Voltage, 12.1)
	if p := v.Batteries[1]; p.CellsV != nil || p.Current != nil || p.ConsumedAh != nil || p.Percent != nil || p.TemperatureC != nil {
		t.Errorf("%+v", p)
	}
	near(t, "a voltage above 65 V", v.Batteries[2].Voltage, 70)
	if p := v.Batteries[2]; p.CellsV != nil || p.Percent != nil || p.TemperatureC != nil || b.s.state.refused != 2 {
		t.Errorf("%+v, %d refused", v.Batteries[2], b.s.state.refused)
	}
	for id := range uint8(40) {
		b.hear(1, &common.MessageBatteryStatus{Id: id + 10, Voltages: cells(1)})
	}
	if n := len(b.view().Batteries); n != maxBatteries {
		t.Errorf("%d batteries", n)
	}
}

func TestReasonsAgainstArmingComeAndGo(t *testing.T) {
	t.Parallel()
	prearm := func(healthy bool) *common.MessageSysStatus {
		m := &common.MessageSysStatus{
			OnboardControlSensorsPresent: common.MAV_SYS_STATUS_PREARM_CHECK | common.MAV_SYS_STATUS_SENSOR_3D_GYRO,
			OnboardControlSensorsEnabled: common.MAV_SYS_STATUS_PREARM_CHECK | common.MAV_SYS_STATUS_SENSOR_3D_GYRO,
		}
		if healthy {
			m.OnboardControlSensorsHealth = m.OnboardControlSensorsPresent
		}
		return m
	}
	b := newBench()
	if a := b.view().Arming; a.Ready != nil || len(a.Reasons) != 0 {
		t.Errorf("before anything was told: %+v", a)
	}
	b.hear(1, prearm(false))
	b.say("PreArm: Need Position Estimate")
	b.say("PreArm: RC not found")
	v := b.view()
	if v.Arming.Ready == nil || *v.Arming.Ready || !slices.Equal(b.armingTexts(), []string{"Need Position Estimate", "RC not found"}) {
		t.Errorf("%+v", v.Arming)
	}
	if !slices.Equal(v.Sensors.Unhealthy, []string{"gyroscope"}) {
		t.Errorf("sensors %+v", v.Sensors)
	}
	// ArduPilot repeats every thirty seconds what still holds.
	for range 3 {
		b.wait(30 * time.Second)
		b.say("PreArm: RC not found")
	}
	if got := b.armingTexts(); !slices.Equal(got, []string{"RC not found"}) {
		t.Errorf("after ninety seconds: %v", got)
	}
	b.hear(1, prearm(true))
	if v := b.view(); !*v.Arming.Ready || len(v.Arming.Reasons) != 0 {
		t.Errorf("ready: %+v", v.Arming)
	}
	// A refusal while the checks are good stands for a while.
	b.say("Arm: Throttle too high")
	b.hear(1, prearm(true))
	if got := b.armingTexts(); !slices.Equal(got, []string{"Throttle too high"}) {
		t.Errorf("%v", got)
	}
	b.beat(common.MAV_STATE_ACTIVE, true)
	if got := b.armingTexts(); len(got) != 0 {
		t.Errorf("armed all the same: %v", got)
	}
	for i := range 100 {
		b.say(fmt.Sprintf("PreArm: reason %d", i))
	}
	if n := len(b.armingTexts()); n != maxReasons {
		t.Errorf("%d reasons", n)
	}
}

func TestFailsafesComeAndGo(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.say("PreArm: Radio failsafe on")
	if f := b.view().Failsafe; f.Active {
		t.Errorf("a reason against arming is no failsafe: %+v", f)
	}
	b.say("Radio Failsafe")
	b.say("Battery Failsafe")
	b.beat(common.MAV_STATE_CRITICAL, true)
	f := b.view().Failsafe
	if !f.Active || len(f.Reasons) != 3 || f.Reasons[0].Kind != "radio" || f.Reasons[1].Kind != "battery" || f.Reasons[2].Kind != "system" {
		t.Errorf("%+v", f)
	}
	if b.view().SystemStatus != "critical" {
		t.Errorf("status %q", b.view().SystemStatus)
	}
	b.say("Radio Failsafe Cleared")
	if f := b.view().Failsafe; len(f.Reasons) != 2 {
		t.Errorf("%+v", f)
	}
	b.hear(1, &common.MessageFenceStatus{BreachStatus: 1, BreachType: common.FENCE_BREACH_MAXALT, BreachCount: 2})
	if f := b.view(); len(f.Failsafe.Reasons) != 3 || f.Fence.Kind != "maximumAltitude" || f.Fence.Count != 2 {
		t.Errorf("%+v, %+v", f.Failsafe, f.Fence)
	}
	for range 7 {
		b.beat(common.MAV_STATE_ACTIVE, true)
		b.wait(time.Second)
	}
	if f := b.view().Failsafe; len(f.Reasons) != 1 || f.Reasons[0].Kind != "fence" {
		t.Errorf("calm: %+v", f)
	}
	b.hear(1, &common.MessageFenceStatus{})
	if f := b.view().Failsafe; f.Active || len(f.Reasons) != 0 {
		t.Errorf("over: %+v", f)
	}
	b.say("GCS Failsafe")
	b.wait(failsafeAge + time.Minute)
	if f := b.view().Failsafe; f.Active {
		t.Errorf("a text that nothing confirms: %+v", f)
	}
}

func TestRepeatedTextsAreCounted(t *testing.T) {
	t.Parallel()
	b := newBench()
	for range 3 {
		b.say("PreArm: RC not found")
		b.wait(30 * time.Second)
		b.say("something else")
	}
	m := b.view().Messages
	if len(m) != 2 || m[0].Text != "PreArm: RC not found" || m[0].Count != 3 || m[1].Count != 3 || !m[0].Time.After(m[0].First) {
		t.Errorf("%+v", m)
	}
	b.wait(repeatedText + time.Minute)
	b.say("something else")
	if m := b.view().Messages; len(m) != 3 || m[2].Count != 1 {
		t.Errorf("much later: %+v", m)
	}
}

func TestWhatIsAroundAVehicle(t *testing.T) {
	t.Parallel()
	b := newBench()
	nan := float32(math.NaN())
	b.hear(1,
		&common.MessageWindCov{WindX: -3, WindY: -4, WindZ: nan},
		&common.MessageAltitude{AltitudeAmsl: 620, AltitudeRelative: 36, AltitudeLocal: nan, AltitudeTerrain: -2000, BottomClearance: -1},
		&common.MessageTerrainReport{Spacing: 100, TerrainHeight: 585, CurrentHeight: 35, Pending: 2, Loaded: 500},
		&common.MessageDistanceSensor{MinDistance: 20, MaxDistance: 5000, CurrentDistance: 3450, Orientation: common.MAV_SENSOR_ROTATION_PITCH_270},
		&common.MessageDistanceSensor{MinDistance: 20, MaxDistance: 5000, CurrentDistance: 100},
		&common.MessageRcChannels{Chancount: 16, Rssi: 127},
		&common.MessageExtendedSysState{VtolState: common.MAV_VTOL_STATE_MC, LandedState: common.MAV_LANDED_STATE_IN_AIR},
		&common.MessageVibration{VibrationX: 12, VibrationY: 35, VibrationZ: 4, Clipping_0: 7},
	)
	v := b.view()
	if v.Wind == nil || math.Abs(v.Wind.Speed-5) > 1e-6 || math.Abs(v.Wind.FromDeg-53.13) > 0.01 {
		t.Errorf("wind %+v", v.Wind)
	}
	near(t, "height", v.Altitudes.AMSL, 620)
	if a := v.Altitudes; a.Local != nil || a.Terrain != nil || a.Clearance != nil {
		t.Errorf("heights %+v", a)
	}
	near(t, "ground", v.Terrain.GroundAMSL, 585)
	near(t, "distance down", v.Rangefinder.DistanceM, 34.5)
	near(t, "rssi", v.RC.RSSIPercent, 50)
	if v.VTOL != "hover" || v.Landed != "inAir" || v.Vibration.Level != "caution" {
		t.Errorf("%q %q %+v", v.VTOL, v.Landed, v.Vibration)
	}
	b.hear(1, &common.MessageVibration{Clipping_0: 8}, &ardupilotmega.MessageWind{Speed: nan}, &ardupilotmega.MessageWind{Speed: 5, Direction: -90})
	v = b.view()
	if v.Vibration.Level != "bad" || v.Wind.FromDeg != 270 || b.s.state.refused != 1 {
		t.Errorf("%+v %+v, %d refused", v.Vibration, v.Wind, b.s.state.refused)
	}
}

func TestComponentsAreSortedByTheirKind(t *testing.T) {
	t.Parallel()
	b := newBench()
	beat := func(id uint8, kind common.MAV_TYPE) {
		b.hear(id, &common.MessageHeartbeat{Type: kind, Autopilot: common.MAV_AUTOPILOT_INVALID})
	}
	for range 2 {
		b.beat(common.MAV_STATE_ACTIVE, false)
		beat(154, common.MAV_TYPE_GIMBAL)
		beat(100, common.MAV_TYPE_CAMERA)
		beat(191, common.MAV_TYPE_ONBOARD_CONTROLLER)
		beat(156, common.MAV_TYPE_ADSB)
		beat(7, common.MAV_TYPE_SERVO)
	}
	beat(99, common.MAV_TYPE_CAMERA) // once: a ghost
	b.hear(191, &common.MessageComponentInformationBasic{VendorName: "Acme", ModelName: "Brain", SoftwareVersion: "1.2"})
	b.hear(154, &common.MessageGimbalDeviceInformation{VendorName: "Turn", ModelName: "3-axis", FirmwareVersion: 1 | 2<<8 | 3<<16})
	var got []string
	for _, c := range b.view().Components {
		got = append(got, fmt.Sprint(c.ID)+" "+strings.TrimSpace(c.Kind+" "+c.Vendor+" "+c.Model+" "+c.Version))
	}
	want := []string{"1 autopilot", "7 other", "100 camera", "154 gimbal Turn 3-axis 1.2.3", "156 adsb", "191 companion Acme Brain 1.2"}
	for i := range got {
		got[i] = strings.Join(strings.Fields(got[i]), " ")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTheBatteryMustReachHome(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.hear(1, &common.MessageHomePosition{Latitude: 0, Longitude: 100000000, Altitude: 100000})
	fly := func(current int16, consumed int32, percent int8) {
		b.beat(common.MAV_STATE_ACTIVE, true)
		b.hear(1,
			// 1112 m north of home, 60 m up, flying north at 10 m/s.
			&common.MessageGlobalPositionInt{TimeBootMs: uint32(b.now.UnixMilli() - 1_699_990_000_000), Lat: 100000, Lon: 100000000, RelativeAlt: 60000, Vx: 1000},
			&common.MessageBatteryStatus{Voltages: [10]uint16{15000, 65535}, CurrentBattery: current, CurrentConsumed: consumed, BatteryRemaining: percent},
		)
	}
	if b.view().Endurance != nil {
		t.Error("an estimate on the ground")
	}
	for range 120 {
		fly(2000, 2500, 50)
		b.wait(time.Second)
	}
	e := b.view().Endurance
	if e == nil || e.Basis != "current" || e.ToHome == nil {
		t.Fatalf("%+v", e)
	}
	// 5 Ah, of which 40 % are left to the reserve, at 20 A: 360 s. Home: 1112 m at 10 m/s and 60 m down at 1.5 m/s: 151 s.
	if math.Abs(e.ToReserve.Seconds()-360) > 1 || math.Abs(e.ToHome.Seconds()-151.2) > 2 || math.Abs(e.Spare.Seconds()-209) > 3 {
		t.Errorf("%+v: reserve in %v, home in %v, spare %v", e, e.ToReserve, e.ToHome, e.Spare)
	}
	// A multirotor keeps its speed over ground as long as it can; a storm makes the way impossible. One gust changes nothing.
	calm := *e.ToHome
	blow := func(speed float32, span time.Duration) *time.Duration {
		for range int(span / time.Second) {
			b.hear(1, &ardupilotmega.MessageWind{Direction: 180, Speed: speed})
			fly(2000, 2500, 50)
			b.wait(time.Second)
		}
		return b.view().Endurance.ToHome
	}
	if home := blow(4, 3*time.Minute); home == nil || (*home-calm).Abs() > time.Second {
		t.Errorf("in a breeze: %v, calm %v", home, calm)
	}
	if home := blow(9, 5*time.Minute); home == nil || *home < calm*5/4 {
		t.Errorf("against the wind: %v, calm %v", home, calm)
	}
	if home := blow(25, time.Second); home == nil {
		t.Error("one gust, and the way home is gone")
	}
	if home := blow(25, 5*time.Minute); home != nil || b.view().Endurance.Spare != nil {
		t.Errorf("in a storm: %v", home)
	}
	// Without a current the fall of the percentage tells.
	c := newBench()
	for i := range 100 {
		c.beat(common.MAV_STATE_ACTIVE, true)
		c.hear(1, &common.MessageBatteryStatus{Voltages: [10]uint16{15000, 65535}, CurrentBattery: -1, CurrentConsumed: -1, BatteryRemaining: int8(80 - i/10)})
		c.wait(time.Second)
	}
	if e := c.view().Endurance; e == nil || e.Basis != "percent" || math.Abs(e.ToReserve.Seconds()-610) > 10 || e.ToHome != nil {
		t.Errorf("%+v", e)
	}
}

// A mission flown slowly before the wind says nothing of how fast the air lets the vehicle come home.
func TestTheWayHomeAcrossTheWind(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.hear(1, &common.MessageHomePosition{Latitude: 0, Longitude: 100000000, Altitude: 100000})
	for range 180 {
		b.beat(common.MAV_STATE_ACTIVE, true)
		b.hear(1,
			&ardupilotmega.MessageWind{Direction: 270, Speed: 6},
			&common.MessageGlobalPositionInt{TimeBootMs: uint32(b.now.UnixMilli() - 1_699_990_000_000), Lat: 50000, Lon: 100000000, RelativeAlt: 60000, Vy: 600},
			&common.MessageBatteryStatus{Voltages: [10]uint16{15000, 65535}, CurrentBattery: 2000, CurrentConsumed: 2500, BatteryRemaining: 50},
		)
		b.wait(time.Second)
	}
	// 556 m at the 6 m/s that it flies, and 60 m down at 1.5 m/s.
	if e := b.view().Endurance; e == nil || e.ToHome == nil || math.Abs(e.ToHome.Seconds()-132.7) > 2 {
		t.Errorf("%+v", e)
	}
}

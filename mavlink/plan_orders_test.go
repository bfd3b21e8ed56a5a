package mavlink

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// in is a vehicle of a kind in the air.
func in(autopilot common.MAV_AUTOPILOT, airframe, mode string) (pilot, Vehicle, modeTable) {
	p := pilotOf(autopilot, airframe)
	return p, Vehicle{
		ID: 1, Type: airframe, Mode: mode, Armed: true, Landed: "inAir",
		Position: &Position{Lat: -35, Lon: 149, AltAMSL: 650, AltRelative: 50, Time: time.Now()}, Velocity: &Velocity{},
		Home: &Home{Lat: -35, Lon: 149, AltAMSL: 600},
	}, newModeTable(p.modes())
}

// is compares an order with a command and its first numbers, of which NaN is 'not given'.
func (o order) is(command common.MAV_CMD, params ...float64) bool {
	if o.command != command {
		return false
	}
	for i, want := range params {
		got := o.params[i]
		if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > 1e-3 {
			return false
		}
	}
	return true
}

func TestOrdersOfEachAutopilot(t *testing.T) {
	t.Parallel()
	const (
		ap, px     = common.MAV_AUTOPILOT_ARDUPILOTMEGA, common.MAV_AUTOPILOT_PX4
		reposition = common.MAV_CMD_DO_REPOSITION
		setMode    = common.MAV_CMD_DO_SET_MODE
	)
	nan := math.NaN()
	east := new(90.0)
	type want struct {
		command common.MAV_CMD
		params  []float64
	}
	for name, c := range map[string]struct {
		autopilot common.MAV_AUTOPILOT
		airframe  string
		mode      string
		command   Command
		want      []want
	}{
		"goto of a copter with speed and heading": {ap, "quadrotor", "GUIDED", Goto{Lat: -35.1, Lon: 149.1, AltAMSL: 700, SpeedMS: 7, HeadingDeg: east}, []want{
			{reposition, []float64{-1, 1, 0, 0, -35.1, 149.1, 700}}, {common.MAV_CMD_DO_CHANGE_SPEED, []float64{1, 7}}, {common.MAV_CMD_CONDITION_YAW, []float64{90, 0, 0, 0}},
		}},
		"goto of a plane with a radius to the left": {ap, "fixedWing", "AUTO", Goto{Lat: -35.1, Lon: 149.1, AltAMSL: 700, RadiusM: 80, Left: true, SpeedMS: 20}, []want{
			{reposition, []float64{-1, 1, 80, 1, -35.1, 149.1, 700}}, {common.MAV_CMD_DO_CHANGE_SPEED, []float64{0, 20}},
		}},
		"goto of a PX4 with speed and heading": {px, "quadrotor", "AUTO.LOITER", Goto{Lat: -35.1, Lon: 149.1, AltAMSL: 700, SpeedMS: 7, HeadingDeg: east}, []want{
			{reposition, []float64{7, 1, 0, math.Pi / 2, -35.1, 149.1, 700}},
		}},
		"goto of a PX4 keeps the heading": {px, "quadrotor", "AUTO.LOITER", Goto{Lat: -35.1, Lon: 149.1, AltAMSL: 700}, []want{{reposition, []float64{-1, 1, 0, nan}}}},
		"orbit of a PX4 to the left":      {px, "quadrotor", "AUTO.LOITER", Orbit{Lat: -35, Lon: 149, AltAMSL: 700, RadiusM: 60, Left: true}, []want{{common.MAV_CMD_DO_ORBIT, []float64{-60, nan, 0, 0, -35, 149, 700}}}},
		"orbit of an ArduPlane":           {ap, "fixedWing", "AUTO", Orbit{Lat: -35, Lon: 149, AltAMSL: 700, RadiusM: 60}, []want{{reposition, []float64{-1, 1, 60, 0, -35, 149, 700}}}},
		"orbit of an ArduCopter begins on the circle": {ap, "quadrotor", "AUTO", Orbit{Lat: -35.001, Lon: 149, AltAMSL: 700, RadiusM: 50}, []want{
			{reposition, []float64{-1, 1, 0, 0, -35.001 + 50/111195.0, 149, 700}},
		}},
		"takeoff of an ArduPlane": {ap, "fixedWing", "FBWA", Takeoff{AltRelativeM: 60}, []want{{0, []float64{60}}, {setMode, []float64{1, 13}}}},
		"takeoff of an ArduPilot VTOL": {ap, "vtol", "QLOITER", Takeoff{AltRelativeM: 60}, []want{
			{setMode, []float64{1, 15}}, {common.MAV_CMD_NAV_TAKEOFF, []float64{0, 0, 0, 0, 0, 0, 60}},
		}},
		"takeoff of a PX4 VTOL":           {px, "vtol", "AUTO.LOITER", Takeoff{AltRelativeM: 60}, []want{{common.MAV_CMD_NAV_VTOL_TAKEOFF, []float64{nan, 0, 0, nan, nan, nan, 660}}}},
		"landing of a plane":              {ap, "fixedWing", "AUTO", Land{}, []want{{common.MAV_CMD_DO_LAND_START, nil}}},
		"landing of a VTOL":               {ap, "vtol", "AUTO", Land{}, []want{{setMode, []float64{1, 20}}}},
		"landing at a place begins there": {px, "quadrotor", "AUTO.MISSION", LandAt{Lat: -35.1, Lon: 149.1, AltAMSL: 650}, []want{{reposition, []float64{-1, 1, 0, nan, -35.1, 149.1, 650}}}},
		"hold of a plane":                 {ap, "fixedWing", "AUTO", Hold{}, []want{{setMode, []float64{1, 12}}}},
		"hold of a rover":                 {ap, "groundRover", "AUTO", Hold{}, []want{{setMode, []float64{1, 4}}}},
		"hold of a submarine":             {ap, "submarine", "AUTO", Hold{}, []want{{setMode, []float64{1, 16}}}},
		"pause of a copter in AUTO":       {ap, "quadrotor", "AUTO", Pause{}, []want{{common.MAV_CMD_DO_PAUSE_CONTINUE, []float64{0}}}},
		"pause of a copter elsewhere":     {ap, "quadrotor", "GUIDED", Pause{}, []want{{reposition, []float64{-1, 1, 0, 0, -35, 149, 650}}}},
		"continue after a pause":          {ap, "quadrotor", "AUTO", Continue{}, []want{{common.MAV_CMD_DO_PAUSE_CONTINUE, []float64{1}}}},
		"continue after a hold":           {ap, "quadrotor", "GUIDED", Continue{}, []want{{setMode, []float64{1, 3}}}},
		"pause of a PX4":                  {px, "quadrotor", "AUTO.MISSION", Pause{}, []want{{setMode, []float64{1, 4, 3}}}},
		"continue of a PX4":               {px, "quadrotor", "AUTO.LOITER", Continue{}, []want{{setMode, []float64{1, 4, 4}}}},
		"height of a plane":               {ap, "fixedWing", "AUTO", ChangeAltitude{AltAMSL: 720}, []want{{common.MAV_CMD_DO_CHANGE_ALTITUDE, []float64{720, 0}}}},
		"height of a PX4":                 {px, "quadrotor", "AUTO.LOITER", ChangeAltitude{AltAMSL: 720}, []want{{reposition, []float64{-1, 1, 0, nan, nan, nan, 720}}}},
		"heading of a PX4":                {px, "quadrotor", "AUTO.LOITER", Heading{Deg: 270}, []want{{reposition, []float64{-1, 1, 0, -math.Pi / 2, nan, nan, nan}}}},
		"heading of a copter":             {ap, "quadrotor", "GUIDED", Heading{Deg: 270, RateDegS: 20}, []want{{common.MAV_CMD_CONDITION_YAW, []float64{270, 20, 0, 0}}}},
		"item of ArduPilot, home is 0":    {ap, "quadrotor", "AUTO", SetMissionItem{Item: 3}, []want{{common.MAV_CMD_DO_SET_MISSION_CURRENT, []float64{3}}}},
		"item of PX4, the first is 0":     {px, "quadrotor", "AUTO.MISSION", SetMissionItem{Item: 3}, []want{{common.MAV_CMD_DO_SET_MISSION_CURRENT, []float64{2}}}},
		"home here":                       {ap, "quadrotor", "AUTO", SetHome{Here: true}, []want{{common.MAV_CMD_DO_SET_HOME, []float64{1}}}},
		"home at a place":                 {px, "quadrotor", "AUTO.LOITER", SetHome{Lat: -35, Lon: 149, AltAMSL: 600}, []want{{common.MAV_CMD_DO_SET_HOME, []float64{0, 0, 0, 0, -35, 149, 600}}}},
		"disarming by force":              {px, "quadrotor", "AUTO.LOITER", Disarm{Force: true}, []want{{common.MAV_CMD_COMPONENT_ARM_DISARM, []float64{0, 21196}}}},
		"termination":                     {ap, "quadrotor", "AUTO", Terminate{}, []want{{common.MAV_CMD_DO_FLIGHTTERMINATION, []float64{1}}}},
		"sparse reports":                  {ap, "quadrotor", "AUTO", HighLatency{On: true}, []want{{common.MAV_CMD_CONTROL_HIGH_LATENCY, []float64{1}}}},
		"all reports again":               {ap, "quadrotor", "AUTO", HighLatency{}, []want{{common.MAV_CMD_CONTROL_HIGH_LATENCY, []float64{0}}}},
		"check":                           {ap, "quadrotor", "GUIDED", PreflightCheck{}, []want{{common.MAV_CMD_RUN_PREARM_CHECKS, nil}}},
		"an ArduCopter follows us":        {ap, "quadrotor", "GUIDED", Follow{own: 255}, []want{{0, []float64{1}}, {0, []float64{255}}, {setMode, []float64{1, 23}}}},
		"a PX4 follows":                   {px, "quadrotor", "AUTO.LOITER", Follow{own: 255}, []want{{setMode, []float64{1, 4, 8}}}},
		"message at a rate":               {ap, "quadrotor", "GUIDED", MessageInterval{Message: 30, RateHz: 4}, []want{{common.MAV_CMD_SET_MESSAGE_INTERVAL, []float64{30, 250_000}}}},
		"message no more":                 {ap, "quadrotor", "GUIDED", MessageInterval{Message: 30}, []want{{common.MAV_CMD_SET_MESSAGE_INTERVAL, []float64{30, -1}}}},
		"one message":                     {ap, "quadrotor", "GUIDED", RequestMessage{Message: 242}, []want{{common.MAV_CMD_REQUEST_MESSAGE, []float64{242}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, v, modes := in(c.autopilot, c.airframe, c.mode)
			got, err := p.plan(c.command, v, &modes)
			if err != nil || len(got) != len(c.want) {
				t.Fatalf("%+v, %v", got, err)
			}
			for i, w := range c.want {
				if !got[i].is(w.command, w.params...) {
					t.Errorf("order %d is %+v, want %+v", i, got[i], w)
				}
			}
		})
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	const ap, px = common.MAV_AUTOPILOT_ARDUPILOTMEGA, common.MAV_AUTOPILOT_PX4
	for name, c := range map[string]struct {
		autopilot common.MAV_AUTOPILOT
		airframe  string
		command   Command
	}{
		"a rover takes off":               {ap, "groundRover", Takeoff{AltRelativeM: 10}},
		"a PX4 rover takes off":           {px, "groundRover", Takeoff{AltRelativeM: 10}},
		"a boat lands":                    {ap, "surfaceBoat", Land{}},
		"a submarine returns":             {ap, "submarine", Return{}},
		"a rover changes its height":      {ap, "groundRover", ChangeAltitude{AltAMSL: 10}},
		"a rover turns on the spot":       {ap, "groundRover", Heading{Deg: 10}},
		"a PX4 plane turns on the spot":   {px, "fixedWing", Heading{Deg: 10}},
		"a rover orbits":                  {px, "groundRover", Orbit{RadiusM: 10}},
		"a plane lands at a place":        {ap, "fixedWing", LandAt{}},
		"a flying copter starts anew":     {ap, "quadrotor", Reboot{}},
		"a flying copter is calibrated":   {ap, "quadrotor", Calibrate{Sensor: "level"}},
		"a plane follows":                 {ap, "fixedWing", Follow{}},
		"a PX4 rover follows":             {px, "groundRover", Follow{}},
		"a generic one follows":           {common.MAV_AUTOPILOT_GENERIC, "quadrotor", Follow{}},
		"a generic one orbits":            {common.MAV_AUTOPILOT_GENERIC, "quadrotor", Orbit{RadiusM: 10}},
		"a mode that is not there":        {ap, "quadrotor", SetMode{Name: "WARP"}},
		"a pause that leads to no mode":   {common.MAV_AUTOPILOT_GENERIC, "quadrotor", Pause{}},
		"a height of what has no place":   {common.MAV_AUTOPILOT_GENERIC, "quadrotor", ChangeAltitude{AltAMSL: 1}},
		"a landing place for a generic":   {common.MAV_AUTOPILOT_GENERIC, "quadrotor", LandAt{}},
		"a continuation without missions": {common.MAV_AUTOPILOT_GENERIC, "quadrotor", Continue{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, v, modes := in(c.autopilot, c.airframe, "AUTO")
			if got, err := p.plan(c.command, v, &modes); !errors.Is(err, ErrInvalid) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestOnlyWhatIsSafeIsRepeated(t *testing.T) {
	t.Parallel()
	p, v, modes := in(common.MAV_AUTOPILOT_ARDUPILOTMEGA, "quadrotor", "STABILIZE")
	v.Armed, v.Landed = false, "onGround"
	for _, c := range []Command{Reboot{}, Calibrate{Sensor: "gyro"}} {
		got, err := p.plan(c, v, &modes)
		if err != nil || len(got) != 1 || !got[0].once {
			t.Errorf("%s: %+v, %v", c.word(), got, err)
		}
	}
	got, err := p.plan(Arm{}, v, &modes)
	if err != nil || got[0].once {
		t.Errorf("arm: %+v, %v", got, err)
	}
}

func TestAChangedHeightKeepsTheWay(t *testing.T) {
	t.Parallel()
	p, v, modes := in(common.MAV_AUTOPILOT_ARDUPILOTMEGA, "quadrotor", "GUIDED")
	v.Destination = &Destination{Lat: -35.2, Lon: 149.2, AltAMSL: 650}
	got, err := p.plan(ChangeAltitude{AltAMSL: 700}, v, &modes)
	if err != nil || !got[0].is(common.MAV_CMD_DO_REPOSITION, -1, 1, 0, 0, -35.2, 149.2, 700) {
		t.Errorf("%+v, %v", got, err)
	}
	v.Mode = "LOITER" // somebody else took it from there
	got, err = p.plan(ChangeAltitude{AltAMSL: 700}, v, &modes)
	if err != nil || !got[0].is(common.MAV_CMD_DO_REPOSITION, -1, 1, 0, 0, -35, 149, 700) {
		t.Errorf("%+v, %v", got, err)
	}
}

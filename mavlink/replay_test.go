package mavlink_test

import (
	"encoding/json"
	"math"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/mavlinktest"
)

// lostByPymavlink is the first heartbeat, which stands directly behind what the autopilot printed while it started.
const lostByPymavlink = 1

// flown is the system id in the recording.
const flown = 7

// readings is what pymavlink reads from the recorded flight.
type readings struct {
	Messages int
	Types    map[string]struct {
		ID, Count int
		Last      map[string]any
	}
}

func pymavlink(t *testing.T) readings {
	t.Helper()
	b, err := os.ReadFile("testdata/arducopter-flight.json")
	if err != nil {
		t.Fatal(err)
	}
	var r readings
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// recordings are the thinned flight and the whole one.
func recordings(t *testing.T) map[string][]mavlinktest.Record {
	t.Helper()
	all := make(map[string][]mavlinktest.Record)
	for name, path := range map[string]string{"thinned": "testdata/arducopter-short.tlog", "whole": "testdata/arducopter-flight.tlog"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if all[name], _, err = mavlinktest.ReadTLog(b); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestARecordedFlightReadsAsPymavlinkReadsIt(t *testing.T) {
	t.Parallel()
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	want := pymavlink(t)
	for name, records := range recordings(t) {
		counts := make(map[uint32]int)
		last := make(map[uint32]any)
		s := link.NewScanner(codec)
		for _, r := range records {
			s.Datagram(r.Frame, func(f link.Frame) {
				m, err := codec.Decode(f)
				if err != nil {
					t.Fatal(err)
				}
				counts[f.MessageID]++
				last[f.MessageID] = m
			})
		}
		if got := s.Counts(); int(got.Frames) != len(records) || got.SkippedBytes != 0 {
			t.Errorf("%s: %+v of %d", name, got, len(records))
		}
		if name == "whole" && len(records) != want.Messages+lostByPymavlink {
			t.Errorf("%d messages, pymavlink reads %d", len(records), want.Messages)
		}
		for kind, k := range want.Types {
			id := uint32(k.ID)
			if kind == "HEARTBEAT" {
				k.Count += lostByPymavlink
			}
			if name == "whole" && counts[id] != k.Count {
				t.Errorf("%d of %s, pymavlink reads %d", counts[id], kind, k.Count)
			}
			if last[id] == nil {
				t.Errorf("%s: no %s", name, kind)
				continue
			}
			compare(t, kind, reflect.ValueOf(last[id]).Elem(), k.Last)
			delete(last, id)
		}
		for id, m := range last {
			t.Errorf("%s: %T (%d), which pymavlink does not read", name, m, id)
		}
	}
}

// compare looks every field up by its name without underscores.
func compare(t *testing.T, kind string, got reflect.Value, want map[string]any) {
	t.Helper()
	for field, w := range want {
		flat := strings.ReplaceAll(field, "_", "")
		v := got.FieldByNameFunc(func(n string) bool { return strings.EqualFold(strings.ReplaceAll(n, "_", ""), flat) })
		if !v.IsValid() {
			t.Errorf("%s has no %s", kind, field)
			continue
		}
		if list, ok := w.([]any); ok {
			for i, w := range list {
				if !same(v.Index(i), w) {
					t.Errorf("%s.%s[%d] is %v, pymavlink reads %v", kind, field, i, v.Index(i), w)
				}
			}
		} else if !same(v, w) {
			t.Errorf("%s.%s is %v, pymavlink reads %v", kind, field, v, w)
		}
	}
}

func same(v reflect.Value, want any) bool {
	switch {
	case v.Kind() == reflect.String:
		return v.String() == want
	case v.CanFloat() && want == "NaN":
		return math.IsNaN(v.Float())
	case v.CanFloat():
		return float32(v.Float()) == float32(want.(float64))
	case v.CanUint():
		return float64(v.Uint()) == want
	default:
		return float64(v.Int()) == want
	}
}

func TestARecordedFlightBecomesTheStateOfAVehicle(t *testing.T) {
	t.Parallel()
	want := pymavlink(t)
	for name, records := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, addr := station(t)
			conn, err := net.Dial("udp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			var batch []byte
			sent := uint64(0)
			modes := make(map[string]bool)
			armed := false
			for i, r := range records {
				batch = append(batch, r.Frame...)
				sent++
				if len(batch) < 8000 && i < len(records)-1 {
					continue
				}
				if _, err := conn.Write(batch); err != nil {
					t.Fatal(err)
				}
				batch = batch[:0]
				// Faster than life, but not faster than it is read.
				eventually(t, "the batch is read", func() bool { return s.Stats().Links[0].FramesIn == sent })
				if v, ok := s.Vehicle(flown); ok {
					modes[v.Mode] = true
					armed = armed || v.Armed
				}
			}
			v, _ := s.Vehicle(flown)
			checkLast(t, v, want)
			// Arming was refused in this recording: "Arm: Need Position Estimate".
			if armed || !modes["GUIDED"] || !modes["AUTO"] || !modes["RTL"] {
				t.Errorf("armed %v, modes seen %v", armed, modes)
			}
			if len(v.Messages) != 20 || v.Messages[19].Severity != "info" || v.Messages[19].Text != want.Types["STATUSTEXT"].Last["text"] {
				t.Errorf("%d texts, last %+v", len(v.Messages), v.Messages[len(v.Messages)-1])
			}
			if !slices.ContainsFunc(v.Messages, func(m mavlink.Text) bool { return m.Severity == "critical" && m.Text == "Arm: Need Position Estimate" }) {
				t.Errorf("texts %+v", v.Messages)
			}
			if st := s.Stats(); name == "whole" && (st.Links[0].SkippedBytes != 0 || st.Undecodable != 0 || st.Lost > st.Received/100) {
				t.Errorf("%+v", st)
			}
		})
	}
}

func checkLast(t *testing.T, v mavlink.Vehicle, want readings) {
	t.Helper()
	field := func(kind, name string) float64 {
		f, ok := want.Types[kind].Last[name].(float64)
		if !ok {
			t.Fatalf("no %s.%s", kind, name)
		}
		return f
	}
	near := func(what string, got, want, by float64) {
		t.Helper()
		if !(math.Abs(got-want) <= by) {
			t.Errorf("%s is %v, pymavlink reads %v", what, got, want)
		}
	}
	const gpi, deg = "GLOBAL_POSITION_INT", 180 / math.Pi
	near("latitude", v.Position.Lat, field(gpi, "lat")/1e7, 1e-9)
	near("longitude", v.Position.Lon, field(gpi, "lon")/1e7, 1e-9)
	near("height", v.Position.AltAMSL, field(gpi, "alt")/1e3, 1e-9)
	near("height above home", v.Position.AltRelative, field(gpi, "relative_alt")/1e3, 1e-9)
	near("speed north", v.Velocity.North, field(gpi, "vx")/100, 1e-9)
	near("speed up", v.Velocity.Up, -field(gpi, "vz")/100, 1e-9)
	near("heading", *v.HeadingDeg, field(gpi, "hdg")/100, 1e-9)
	near("roll", v.Attitude.RollDeg, field("ATTITUDE", "roll")*deg, 1e-4)
	near("pitch", v.Attitude.PitchDeg, field("ATTITUDE", "pitch")*deg, 1e-4)
	near("yaw", v.Attitude.YawDeg, 360+field("ATTITUDE", "yaw")*deg, 1e-4)
	near("ground speed", *v.GroundSpeed, field("VFR_HUD", "groundspeed"), 1e-6)
	near("voltage", *v.Battery.Voltage, 12.6, 1e-9)
	near("percent", *v.Battery.Percent, field("BATTERY_STATUS", "battery_remaining"), 0)
	near("satellites", float64(*v.GPS.Satellites), field("GPS_RAW_INT", "satellites_visible"), 0)
	near("hdop", *v.GPS.HDOP, field("GPS_RAW_INT", "eph")/100, 1e-9)
	near("home", v.Home.Lat, field("HOME_POSITION", "latitude")/1e7, 1e-9)
	near("mission item", float64(v.Mission.Current), field("MISSION_CURRENT", "seq"), 0)
	near("mission items", float64(v.Mission.Count), field("MISSION_CURRENT", "total"), 0)
	near("capabilities", float64(v.Capabilities), field("AUTOPILOT_VERSION", "capabilities"), 0)
	// The gimbal looks 32.6 degrees down and, in the vehicle's frame, straight ahead.
	near("gimbal pitch", v.Gimbal.PitchDeg, -32.56, 0.05)
	near("gimbal yaw", v.Gimbal.YawDeg, v.Attitude.YawDeg, 0.1)
	if v.Autopilot != "ardupilot" || v.Type != "quadrotor" || v.Version != "4.7.0-dev" || v.GPS.Fix != "rtkFixed" ||
		v.Landed != "onGround" || v.Mode != "RTL" || v.Armed || v.Mission.State != "notStarted" || v.UID == "" {
		t.Errorf("%+v", v)
	}
}

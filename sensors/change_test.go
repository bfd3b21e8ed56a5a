package sensors_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/sensors"
	"vedette/sensors/line"
)

func TestAStrangerIsSeenAdoptedMovedAndForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	send(text(trip("s-99", 1, c.Now(), "WALK")))
	send(text(line.Message{Sensor: "s-99", Seq: 2, At: c.Now(), Type: line.Status, Battery: 55}))
	until(t, "the stranger", func() bool { all := s.Strangers(); return len(all) == 1 && all[0].Messages == 2 })
	one := s.Strangers()[0]
	if one.ID != "s-99" || one.Gateway != "north" || one.Protocol != sensors.ProtocolLine || one.Likely != sensors.Seismic ||
		one.Trips != 1 || one.Detail != "WALK" || *one.BatteryPercent != 55 || !one.Last.Equal(c.Now()) {
		t.Errorf("%+v", one)
	}

	adopted := sensors.SensorConfig{ID: "s-99", Kind: sensors.Seismic, Lat: -35.37, Lon: 149.17, Gateway: "north"}
	is, err := s.SetSensor(adopted)
	if err != nil || is.Health != sensors.Unknown || is.RangeM != 40 {
		t.Fatalf("%+v, %v", is, err)
	}
	if left := s.Strangers(); len(left) != 0 {
		t.Errorf("still a stranger: %+v", left)
	}
	send(text(trip("s-99", 3, c.Now(), "WALK")))
	if e := nextEvent(t, s); e.Sensor != "s-99" || e.State.Position.Lat != -35.37 || e.State.Health != sensors.OK {
		t.Errorf("%+v", e)
	}

	adopted.Lat, adopted.RangeM = -35.38, 25
	if is, err = s.SetSensor(adopted); err != nil || is.Position.Lat != -35.38 || is.RangeM != 25 || is.Health != sensors.OK || is.Trips != 1 {
		t.Errorf("moved: %+v, %v", is, err)
	}
	send(text(trip("s-99", 3, c.Now(), "WALK"))) // a repetition stays one
	send(text(trip("s-99", 4, c.Now(), "WALK")))
	if e := nextEvent(t, s); e.Seq != 4 || e.State.Position.Lat != -35.38 {
		t.Errorf("%+v", e)
	}

	if err := s.RemoveSensor("s-99"); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveSensor("s-99"); !errors.Is(err, sensors.ErrUnknownSensor) {
		t.Errorf("removed twice: %v", err)
	}
	send(text(trip("s-99", 5, c.Now(), "WALK")))
	until(t, "it is a stranger again", func() bool { return len(s.Strangers()) == 1 })
	if len(s.Sensors()) != len(north) {
		t.Errorf("%d sensors", len(s.Sensors()))
	}
}

func TestASensorThatBreaksARuleIsNotTaken(t *testing.T) {
	t.Parallel()
	s, _ := overUDP(t, nil, nil)
	for _, c := range []struct {
		sensor sensors.SensorConfig
		says   string
	}{
		{sensors.SensorConfig{ID: "x", Kind: "radar", Gateway: "north"}, "kind"},
		{sensors.SensorConfig{ID: "x", Kind: sensors.PIR, Lat: 91, Gateway: "north"}, "position"},
		{sensors.SensorConfig{ID: "x", Kind: sensors.Beam, Gateway: "north"}, "two end points"},
		{sensors.SensorConfig{ID: "x", Kind: sensors.Seismic, Gateway: "south"}, "south"},
		{sensors.SensorConfig{ID: "", Kind: sensors.Seismic, Gateway: "north"}, "id"},
	} {
		if _, err := s.SetSensor(c.sensor); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.sensor, err)
		}
	}
	if len(s.Sensors()) != len(north) {
		t.Errorf("%d sensors", len(s.Sensors()))
	}
}

func TestStrangersAreBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	for i := range 80 {
		c.pass(time.Second)
		send(text(trip(fmt.Sprintf("x-%d", i), 1, c.Now(), "")))
	}
	until(t, "the newest", func() bool { all := s.Strangers(); return len(all) == 64 && all[0].ID == "x-79" })
	if slices.ContainsFunc(s.Strangers(), func(one sensors.Stranger) bool { return one.ID == "x-15" }) {
		t.Error("one that was heard long ago did not make room")
	}
}

func TestAGeophoneIsAdoptedWhileItSends(t *testing.T) {
	t.Parallel()
	s := start(t, sensors.Config{Gateways: []sensors.GatewayConfig{{Name: "shakes", UDP: "127.0.0.1:0"}}})
	conn, err := (&net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP("127.0.0.7")}}).Dial("udp", s.GatewayAddr("shakes").String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	send := func() {
		at := time.Now()
		if _, err := fmt.Fprintf(conn, "{'EHZ', %d.%03d%s}", at.Unix(), at.UnixMilli()%1000, footsteps(false, 1)[0]); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the stranger", func() bool { send(); return len(s.Strangers()) == 1 })
	one := s.Strangers()[0]
	if one.Address != "127.0.0.7" || one.Protocol != sensors.ProtocolShake || one.Likely != sensors.Seismic || !slices.Equal(one.Channels, []string{"EHZ"}) {
		t.Errorf("%+v", one)
	}
	if _, err := s.SetSensor(sensors.SensorConfig{ID: "g-7", Kind: sensors.Seismic, Gateway: "shakes", Address: "127.0.0.7"}); err != nil {
		t.Fatal(err)
	}
	until(t, "it is heard", func() bool { send(); return state(t, s, "g-7").Health == sensors.OK })
	if err := s.RemoveSensor("g-7"); err != nil {
		t.Fatal(err)
	}
	until(t, "it is a stranger again", func() bool { send(); return len(s.Strangers()) == 1 })
}

package sensors_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"vedette/internal/serialport"
	"vedette/sensors"
)

// sentence frames a message as gateways do.
func sentence(body string) string {
	var sum byte
	for i := range len(body) {
		sum ^= body[i]
	}
	return fmt.Sprintf("$%s*%02X\r\n", body, sum)
}

func TestAReplayTakesWhatWasSentByItsCallersClock(t *testing.T) {
	t.Parallel()
	cfg := sensors.Config{
		Sensors: []sensors.SensorConfig{
			{ID: "s-1", Kind: sensors.Seismic, Lat: -35, Lon: 149, Gateway: "north"},
			{ID: "s-2", Kind: sensors.Seismic, Lat: -35, Lon: 149, Gateway: "shake", Address: "127.0.0.9"},
		},
		Gateways: []sensors.GatewayConfig{
			{Name: "north", Serial: &serialport.Config{Device: "/dev/none"}},
			{Name: "shake", UDP: "127.0.0.1:0", Protocol: sensors.ProtocolShake},
		},
	}
	r, err := sensors.NewReplay(cfg)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	text := sentence(fmt.Sprintf("VGS,s-1,7,%d,TRIP,80,WALK,90", at.UnixMilli()))
	none := netip.AddrPort{}
	if got := r.Take("north", none, []byte(text[:10]), at); len(got) != 0 {
		t.Errorf("half a line: %+v", got)
	}
	got := r.Take("north", none, []byte(text[10:]), at.Add(time.Second))
	if len(got) != 1 || got[0].Sensor != "s-1" || got[0].Type != sensors.EventTrip || !got[0].ObservedAt.Equal(at) || !got[0].ArrivedAt.Equal(at.Add(time.Second)) {
		t.Errorf("%+v", got)
	}
	r.Take("shake", netip.MustParseAddrPort("127.0.0.9:8888"), []byte("{'EHZ', 981173106.000, 1, 2, 3}"), at)
	r.Take("shake", netip.MustParseAddrPort("127.0.0.9:8888"), []byte("nonsense"), at)
	r.Take("west", none, []byte(text), at)
	if c := r.Stats(); c.Lines != 1 || c.Datagrams != 2 || c.Malformed != 1 || c.UnknownSensor != 1 {
		t.Errorf("%+v", c)
	}
	for _, s := range r.Sensors() {
		if s.Health != sensors.OK {
			t.Errorf("%s is %s", s.ID, s.Health)
		}
	}
	cfg.Sensors[0].Gateway = "nowhere"
	if _, err := sensors.NewReplay(cfg); err == nil {
		t.Error("a wrong configuration was taken")
	}
}

package station

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vedette/internal/config"
	"vedette/mavlink"
	"vedette/mavlink/link"
)

func TestALinkThatComesAndGoesIsNotToldEachTime(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	now := time.Unix(1000, 0)
	var news []bool
	since, state := now, mavlink.LinkDown
	for second := range 60 {
		now = now.Add(time.Second)
		want := mavlink.LinkUp
		if second < 10 || second >= 20 && second < 40 && second%2 == 0 || second >= 50 {
			want = mavlink.LinkDown
		}
		if want != state {
			state, since = want, now
		}
		r := mavlink.LinkReport{Report: link.Report{State: state, Since: since}}
		r.Name = "radio"
		if up, is := linkNews(r, told, now); is {
			news = append(news, up)
		}
	}
	if len(news) != 3 || news[0] || !news[1] || news[2] {
		t.Errorf("told %v: down, up, down expected", news)
	}
}

func TestLinksAreDescribed(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	r := mavlink.LinkReport{Vehicles: []int{3}, Report: link.Report{
		State: mavlink.LinkDown, Since: at, Problem: "open /dev/ttyUSB0: permission denied: add the user to the group dialout", Transport: "serial", Address: "/dev/ttyUSB0",
		Ends: []link.End{{Remote: "/dev/ttyUSB0", LastHeard: at, BytesIn: 7}},
		Stats: link.Stats{
			Name: "radio", FramesIn: 5, BytesPerSecond: 5587, Share: 0.5, Radio: link.RadioStatus{At: at, RSSI: 180, TxBufferPercent: 60},
			Dropped: link.Drops{Transfer: 2},
		},
	}}
	out := describeLink(r)
	if out.Name != "radio" || out.State != "down" || !strings.Contains(out.Problem, "dialout") || out.Profile != "auto" || out.Vehicles[0] != 3 ||
		*out.Share != 0.5 || out.Radio.TxBufferPercent != 60 || out.Dropped.Transfer != 2 || len(out.Peers) != 1 || out.Counters.FramesIn != 5 {
		t.Errorf("%+v", out)
	}
	if quiet := describeLink(mavlink.LinkReport{}); quiet.Vehicles == nil || quiet.Peers == nil || quiet.BytesPerSecond != nil || quiet.Radio != nil {
		t.Errorf("%+v", quiet)
	}
}

func TestCountersOfLinksCarryTheirNames(t *testing.T) {
	t.Parallel()
	rooms := map[string]func() any{"mavlink": func() any {
		return mavlink.Stats{Vehicles: 2, Links: []mavlink.LinkStats{{Name: "lan", FramesIn: 7}, {Name: "radio", Dropped: link.Drops{Transfer: 3}}}}
	}}
	registry := prometheus.NewRegistry()
	registry.MustRegister(counters{rooms})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += "/" + l.GetValue()
			}
			got[name] = m.GetUntyped().GetValue()
		}
	}
	for name, want := range map[string]float64{
		"vedette_mavlink_vehicles": 2, "vedette_mavlink_link_frames_in/lan": 7, "vedette_mavlink_link_dropped_transfer/lan": 0,
		"vedette_mavlink_link_dropped_transfer/radio": 3,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
}

func TestLinksAreBuiltFromTheirConfiguration(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse("x.yaml", []byte(`
links:
  - {name: radio, serial: {device: /dev/ttyUSB0, baud: auto}, profile: radio, rates: {ATTITUDE: 8, gps2_raw: 0}, priority: 2}
  - {name: call, udpBroadcast: "255.255.255.255:14550", bytesPerSecond: 20000}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := mavlinkLinks(cfg.Links)
	for _, l := range got {
		if err := l.Validate(); err != nil {
			t.Error(err)
		}
	}
	radio := got[0]
	if radio.Serial.Baud != 0 || radio.Profile.Name != "radio" || radio.Profile.Rates[30] != 8 || len(radio.Profile.Rates) != 2 || radio.Priority != 2 {
		t.Errorf("%+v", radio)
	}
	if got[1].UDPBroadcast == "" || got[1].BytesPerSecond != 20000 {
		t.Errorf("%+v", got[1])
	}
}

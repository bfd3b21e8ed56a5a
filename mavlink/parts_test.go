package mavlink

import (
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", chunkSize)
	part := func(id uint16, seq uint8, text string) *common.MessageStatustext {
		return &common.MessageStatustext{Severity: common.MAV_SEVERITY_ERROR, Id: id, ChunkSeq: seq, Text: text}
	}
	for name, c := range map[string]struct {
		parts []*common.MessageStatustext
		want  []string
	}{
		"in one":             {[]*common.MessageStatustext{part(0, 0, "a"), part(0, 0, "b")}, []string{"a", "b"}},
		"a copy":             {[]*common.MessageStatustext{part(0, 0, "a"), part(0, 0, "a")}, []string{"a"}},
		"in parts":           {[]*common.MessageStatustext{part(3, 0, full), part(3, 1, full), part(3, 2, "end")}, []string{full + full + "end"}},
		"over two links":     {[]*common.MessageStatustext{part(3, 0, full), part(3, 0, full), part(3, 1, "end"), part(3, 1, "end")}, []string{full + "end"}},
		"out of order":       {[]*common.MessageStatustext{part(3, 1, full), part(3, 0, full), part(3, 2, "end")}, []string{full + full + "end"}},
		"the end lost":       {[]*common.MessageStatustext{part(3, 0, full), part(4, 0, "next")}, []string{full + "…", "next"}},
		"control characters": {[]*common.MessageStatustext{part(0, 0, "a\x1b[31m\nb\xff")}, []string{"a [31m b?"}},
		"nothing more comes": {[]*common.MessageStatustext{part(3, 0, full)}, []string{full + "…"}},
		"nothing":            {[]*common.MessageStatustext{part(0, 0, " ")}, nil},
	} {
		var j textJoiner
		var got []string
		at := time.Unix(1000, 0)
		for _, m := range c.parts {
			for _, text := range j.add(1, m, at) {
				got = append(got, text.Text)
			}
		}
		for _, text := range j.expire(at.Add(time.Minute)) {
			got = append(got, text.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestASlowReaderOfUpdatesLosesNoNews(t *testing.T) {
	t.Parallel()
	u := newUpdates()
	hb := &common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_PX4}
	now := time.Now()
	var fleet []*system
	for id := range uint8(50) {
		fleet = append(fleet, newSystem(id+1, 1, hb, now, slog.New(slog.DiscardHandler)))
	}
	// Nobody reads for ten seconds.
	for range 100 {
		for _, sys := range fleet {
			u.note(sys, []string{EventState})
			u.note(sys, []string{EventText, EventState})
		}
		u.flush(now)
	}
	fleet[7].state.v.Armed = true
	u.note(fleet[7], []string{EventLost})
	got := make(map[int][]string)
	newest := false
	for range 10 {
		u.flush(now)
		for len(u.out) > 0 {
			up := <-u.out
			got[up.Vehicle.ID] = append(got[up.Vehicle.ID], up.Event)
			newest = newest || up.Event == EventLost && up.Vehicle.Armed
		}
	}
	for id := 1; id <= 50; id++ {
		if !slices.Contains(got[id], EventText) || !slices.Contains(got[id], EventState) {
			t.Errorf("of vehicle %d came %v", id, got[id])
		}
	}
	if !slices.Contains(got[8], EventLost) || !newest {
		t.Errorf("of vehicle 8 came %v", got[8])
	}
	for id, events := range got {
		if len(events) > 6 {
			t.Errorf("vehicle %d flooded: %v", id, events)
		}
	}
}

func TestValuesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	var unread state
	b := unread.fullBattery(&common.MessageBatteryStatus{
		Voltages: [10]uint16{65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535}, CurrentBattery: -1, BatteryRemaining: -1,
	}, now)
	if b.Voltage != nil || b.Current != nil || b.Percent != nil || b.TimeLeft != nil {
		t.Errorf("%+v", b)
	}
	short := unread.shortBattery(&common.MessageSysStatus{VoltageBattery: 65535, CurrentBattery: -1, BatteryRemaining: -1}, now)
	if b := short; b.Voltage != nil || b.Current != nil || b.Percent != nil {
		t.Errorf("%+v", b)
	}
	g := gpsOf(&common.MessageGpsRawInt{Eph: 65535, SatellitesVisible: 255}, nil, now)
	if g.HDOP != nil || g.Satellites != nil || g.Fix != "none" {
		t.Errorf("%+v", g)
	}
	nan := float32(math.NaN())
	s := newSystem(1, 1, &common.MessageHeartbeat{Type: 2, Autopilot: 3}, now, slog.New(slog.DiscardHandler))
	s.apply(1, &common.MessageGlobalPositionInt{TimeBootMs: 1, Hdg: 65535}, now)
	s.apply(1, &common.MessageGlobalPositionInt{TimeBootMs: 2, Lat: math.MaxInt32, Lon: 1}, now)
	s.apply(1, &common.MessageAttitude{TimeBootMs: 3, Yaw: nan}, now)
	s.apply(1, &common.MessageVfrHud{Groundspeed: nan}, now)
	s.apply(1, &common.MessageHomePosition{}, now)
	s.apply(154, &common.MessageGimbalDeviceAttitudeStatus{Q: [4]float32{nan}}, now)
	if v := s.snapshot(now); v.Position != nil || v.Attitude != nil || v.GroundSpeed != nil || v.Home != nil || v.Gimbal != nil || v.HeadingDeg != nil {
		t.Errorf("%+v", v)
	}
	if _, err := s.poseAt(now, 0); err == nil {
		t.Error("a pose out of nothing")
	}
}

func TestAGimbalWithAClockOfItsOwn(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_700_000_000, 0)
	s := newSystem(1, 1, &common.MessageHeartbeat{Type: 2, Autopilot: 3}, start, slog.New(slog.DiscardHandler))
	// The gimbal started an hour before the autopilot.
	for i := range 40 {
		at := start.Add(time.Duration(i) * 50 * time.Millisecond)
		up := uint32(10000 + i*50)
		s.apply(1, &common.MessageAttitude{TimeBootMs: up}, at)
		s.apply(1, &common.MessageGlobalPositionInt{TimeBootMs: up, Lat: 1e7, Lon: 1e7}, at)
		s.apply(154, &common.MessageGimbalDeviceAttitudeStatus{TimeBootMs: up + 3600_000, Q: [4]float32{1}, Flags: common.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME}, at)
	}
	p, err := s.state.poses.at(int64(11200)*ms, s.state.firstGimbal())
	if err != nil || !p.GimbalValid {
		t.Errorf("%+v, %v", p, err)
	}
}

package copter

import (
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

func TestAMissionOverTerrainAsksForTiles(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 20)
	home := c.State().LatLon
	far := way(16, geo.Offset(home, 0, 4000), 50)
	far.Frame = mav.MAV_FRAME_GLOBAL_TERRAIN_ALT
	s.sendPlan(mav.MAV_MISSION_TYPE_MISSION, []*mav.MessageMissionItemInt{way(16, home, 0), way(22, home, 20), far})
	s.stream(5, 136)
	until(s, "missing squares", func(m *mav.MessageTerrainReport) bool { return m.Pending > 56 && m.Loaded == 0 && m.Spacing == 0 })

	// A station that loses every third answer the first time, and sends what nobody asked for.
	asked, answers := 0, 0
	reports := 0
	for reports == 0 {
		m := until(s, "a request", func(m *mav.MessageTerrainRequest) bool { return m.Mask != 0 })
		asked++
		if m.GridSpacing != 100 || m.Mask >= 1<<56 {
			t.Fatalf("%+v", m)
		}
		s.send(&mav.MessageTerrainData{Lat: m.Lat + 77, Lon: m.Lon, GridSpacing: 100})
		s.send(&mav.MessageTerrainData{Lat: m.Lat, Lon: m.Lon, GridSpacing: 100, Gridbit: 56})
		s.send(&mav.MessageTerrainData{Lat: m.Lat, Lon: m.Lon, GridSpacing: 30, Gridbit: 1})
		for bit := range uint8(56) {
			if m.Mask&(1<<bit) == 0 {
				continue
			}
			if answers++; asked < 3 && answers%3 == 0 {
				continue
			}
			data := &mav.MessageTerrainData{Lat: m.Lat, Lon: m.Lon, GridSpacing: m.GridSpacing, Gridbit: bit}
			for i := range data.Data {
				data.Data[i] = 512
			}
			s.send(data)
		}
		if _, ok := within(s, patience/8, func(m *mav.MessageTerrainReport) bool {
			return m.Pending == 0 && m.Loaded >= 112 && m.TerrainHeight == 512
		}); ok {
			reports++
		}
		if asked > 200 {
			t.Fatal("it never has all")
		}
	}
	s.mu.Lock()
	from := len(s.messages)
	s.mu.Unlock()
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 136))
	for range 3 {
		until(s, "three seconds", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR })
	}
	s.send(&mav.MessageTerrainCheck{Lat: far.X, Lon: far.Y})
	until(s, "the report of a place", func(m *mav.MessageTerrainReport) bool { return m.Lat == far.X && m.TerrainHeight == 512 })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.messages[from:] {
		if m, is := h.msg.(*mav.MessageTerrainRequest); is {
			t.Errorf("asks although it has all: %+v", m)
		}
	}
}

package mavlink_test

import (
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// plateau is known south of the equator.
type plateau struct{}

func (plateau) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) { return 612.4, p.Lat < 0 }

func TestAVehicleGetsTheTerrainThatItAsksFor(t *testing.T) {
	t.Parallel()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}, Terrain: plateau{}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	a := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), Lat: -35, Lon: 149})
	eventually(t, "the vehicle is there", func() bool { _, ok := s.Vehicle(1); return ok })
	a.Send(1,
		&common.MessageTerrainRequest{Lat: -350000000, Lon: 1490000000, GridSpacing: 100, Mask: 1<<56 - 1},
		&common.MessageTerrainRequest{Lat: 350000000, Lon: 1490000000, GridSpacing: 100, Mask: 3},
		&common.MessageTerrainRequest{GridSpacing: 0, Mask: 3},
	)
	// A gimbal's request is nobody's.
	a.Send(154, &common.MessageTerrainRequest{Lat: -360000000, Lon: 1490000000, GridSpacing: 100, Mask: 1})
	eventually(t, "all blocks have come", func() bool {
		got := map[uint8]bool{}
		for _, m := range a.Heard() {
			if d, ok := m.(*common.MessageTerrainData); ok {
				if d.Lat != -350000000 || d.Lon != 1490000000 || d.GridSpacing != 100 || d.Data[15] != 612 {
					t.Fatalf("%+v", d)
				}
				got[d.Gridbit] = true
			}
		}
		return len(got) == 56
	})
	eventually(t, "all is counted", func() bool {
		c := s.Stats().Terrain
		return c.Requests == 3 && c.Refused == 1 && c.Sent == 56 && c.Unknown == 2
	})
}

package terrain_test

import (
	"math"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink/terrain"
)

// slope rises by ten metres for each thousandth of a degree to the north and by one to the east; it ends at 149.02.
type slope struct{}

func (slope) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) {
	return geo.AMSL((p.Lat+35)*10_000 + (p.Lon-149)*1000), p.Lon < 149.02
}

func request(mask uint64) *common.MessageTerrainRequest {
	return &common.MessageTerrainRequest{Lat: -350000000, Lon: 1490000000, GridSpacing: 30, Mask: mask}
}

func TestEveryPostLiesWhereTheVehicleThinksItDoes(t *testing.T) {
	t.Parallel()
	var q terrain.Queue
	q.Ask(request(1<<56 - 1))
	seen := map[uint8]bool{}
	for {
		m, ok := q.Next(slope{})
		if !ok {
			break
		}
		seen[m.Gridbit] = true
		if m.Lat != -350000000 || m.Lon != 1490000000 || m.GridSpacing != 30 {
			t.Fatalf("another grid: %+v", m)
		}
		for i, got := range m.Data {
			// As AP_Terrain puts them into its grid: 8 blocks to the east, rows of 4.
			north := (int(m.Gridbit)/8*4 + i/4) * 30
			east := (int(m.Gridbit)%8*4 + i%4) * 30
			want := float64(north)/111318.8*10_000 + float64(east)/111318.8/math.Cos(35*math.Pi/180)*1000
			if math.Abs(float64(got)-want) > 0.6 {
				t.Fatalf("bit %d post %d: %d m, want %.1f", m.Gridbit, i, got, want)
			}
		}
	}
	if len(seen) != 56 {
		t.Errorf("%d blocks", len(seen))
	}
}

func TestWhatIsNotKnownIsNotInvented(t *testing.T) {
	t.Parallel()
	var q terrain.Queue
	m := request(1<<56 - 1)
	m.GridSpacing = 100 // reaches to 149.034
	q.Ask(m)
	n := 0
	for {
		if _, ok := q.Next(slope{}); !ok {
			break
		}
		n++
	}
	// 18 posts of 32 lie before 149.02: four whole blocks of eight, in seven rows.
	if n != 28 || q.Counts().Unknown != 28 {
		t.Errorf("%d blocks, %+v", n, q.Counts())
	}
}

func TestOnlyTheBlocksThatAreAskedFor(t *testing.T) {
	t.Parallel()
	var q terrain.Queue
	q.Ask(request(1 | 1<<9 | 1<<55 | 1<<60))
	q.Ask(request(1<<9 | 1<<55)) // it has got the first meanwhile
	var got []uint8
	for {
		m, ok := q.Next(slope{})
		if !ok {
			break
		}
		got = append(got, m.Gridbit)
	}
	if len(got) != 2 || got[0] != 9 || got[1] != 55 {
		t.Errorf("blocks %v", got)
	}
}

func TestNonsenseAndFloodsAreBounded(t *testing.T) {
	t.Parallel()
	var q terrain.Queue
	for _, bad := range []*common.MessageTerrainRequest{
		{Lat: -950000000, GridSpacing: 30, Mask: 1}, {Lon: 1810000000, GridSpacing: 30, Mask: 1}, {Mask: 1},
		{GridSpacing: 30}, {GridSpacing: 60000, Mask: 1}, {GridSpacing: 30, Mask: 1 << 60},
	} {
		q.Ask(bad)
	}
	if c := q.Counts(); c.Refused != 6 {
		t.Errorf("%+v", c)
	}
	for i := range int32(1000) {
		m := request(1<<56 - 1)
		m.Lat += i
		q.Ask(m)
	}
	n := 0
	for {
		if _, ok := q.Next(slope{}); !ok {
			break
		}
		n++
	}
	if c := q.Counts(); n != 4*56 || c.Dropped != 996*56 {
		t.Errorf("%d blocks, %+v", n, c)
	}
	// At the poles and over the date line nothing breaks.
	for _, m := range []*common.MessageTerrainRequest{
		{Lat: 900000000, Lon: 0, GridSpacing: 1000, Mask: 1<<56 - 1}, {Lat: 0, Lon: 1800000000, GridSpacing: 1000, Mask: 1<<56 - 1},
	} {
		q.Ask(m)
		for {
			if _, ok := q.Next(slope{}); !ok {
				break
			}
		}
	}
}

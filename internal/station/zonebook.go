package station

import (
	"sync/atomic"

	"vedette/tracking/zone"
	"vedette/ui/api"
)

// zoneBook holds the zones of now for those who look at them from many goroutines. A list that it has given out is never changed.
type zoneBook struct{ page atomic.Pointer[zonePage] }

type zonePage struct {
	zones []zone.Zone
	told  api.ZoneCollection
}

func newZoneBook(zones []zone.Zone) *zoneBook {
	b := &zoneBook{}
	b.set(zones)
	return b
}

func (b *zoneBook) set(zones []zone.Zone) { b.page.Store(&zonePage{zones, describeZones(zones)}) }

// all are the zones of now; a nil book has none.
func (b *zoneBook) all() []zone.Zone {
	if b == nil {
		return nil
	}
	return b.page.Load().zones
}

// told are the zones as the API tells them, without what people have decided in them.
func (b *zoneBook) told() api.ZoneCollection { return b.page.Load().told }

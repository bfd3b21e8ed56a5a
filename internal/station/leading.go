package station

import (
	"context"
	"time"

	"vedette/internal/access"
	"vedette/mavlink"
)

const (
	leadingCheckEvery = time.Second
	leadingEndTimeout = 15 * time.Second
)

// leadingEnds has the station stop leading vehicles step by step (an orbit, the following of the post) as soon as whoever
// ordered it holds the lease no more: nobody watches then.
func leadingEnds(ctx context.Context, service *mavlink.Service, leases *access.Leases) error {
	ticker := time.NewTicker(leadingCheckEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		for _, v := range service.Vehicles() {
			why := leaseEnded(v, leases)
			if why == "" {
				continue
			}
			end, cancel := context.WithTimeout(ctx, leadingEndTimeout)
			service.EndLeading(end, v.ID, why)
			cancel()
		}
	}
}

// leaseEnded says why a vehicle must not be led any more, "" where it may.
func leaseEnded(v mavlink.Vehicle, leases *access.Leases) string {
	if v.Leading == nil || v.Leading.By == "" {
		return ""
	}
	lease, held := leases.Of(v.ID)
	switch {
	case !held:
		return "nobody holds the control lease any more"
	case lease.Holder != v.Leading.By:
		return lease.Holder + " has taken control"
	default:
		return ""
	}
}

package station

import (
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/mavlink"
)

func TestLeadingEndsWithTheLease(t *testing.T) {
	t.Parallel()
	now := time.Now()
	leases := access.NewLeases(func() time.Time { return now })
	take := func(who string) {
		if _, _, err := leases.Take(1, who, true); err != nil {
			t.Fatal(err)
		}
	}
	led := mavlink.Vehicle{ID: 1, Leading: &mavlink.Leading{Kind: "orbit", By: "anna"}}
	take("anna")
	if why := leaseEnded(led, leases); why != "" {
		t.Errorf("ended although she holds it: %s", why)
	}
	take("bert")
	if why := leaseEnded(led, leases); why != "bert has taken control" {
		t.Errorf("%q", why)
	}
	take("anna")
	now = now.Add(access.LeaseLife)
	if why := leaseEnded(led, leases); why == "" {
		t.Error("goes on although the lease has run out")
	}
	if why := leaseEnded(mavlink.Vehicle{ID: 1}, leases); why != "" {
		t.Errorf("a vehicle that is not led: %q", why)
	}
}

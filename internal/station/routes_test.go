package station

import (
	"errors"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/routing"
)

func TestAnotherStationCommandsWhatItsOperatorOrNobodyHolds(t *testing.T) {
	t.Parallel()
	leases := access.NewLeases(time.Now)
	may := arbiter(leases)
	for _, operator := range []string{"", "anna"} {
		if err := may(1, operator); err != nil {
			t.Errorf("%q, nobody holds it: %v", operator, err)
		}
	}
	if _, _, err := leases.Take(1, "bert", false); err != nil {
		t.Fatal(err)
	}
	var held *access.HeldError
	for _, operator := range []string{"", "anna"} {
		if err := may(1, operator); !errors.As(err, &held) || held.Holder != "bert" {
			t.Errorf("%q, bert holds it: %v", operator, err)
		}
	}
	if err := may(1, "bert"); err != nil {
		t.Error(err)
	}
	if err := may(2, "anna"); err != nil {
		t.Errorf("another vehicle: %v", err)
	}
}

func TestRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	out := describeRoute(mavlink.RouteReport{
		Station: routing.Station{Name: "qgc", Control: true, Operator: "anna", Vehicles: []int{2}},
		Link:    link.Report{State: mavlink.LinkUp, Since: at, Transport: "udpClient", Address: "127.0.0.1:14551", LastHeard: at},
		Peers:   []routing.Peer{{End: link.End{Remote: "127.0.0.1:14551", BytesIn: 7}, Addresses: []routing.Address{{System: 252, Component: 190}}}},
		Counts:  routing.Counts{ToStation: 5, Denied: 2},
		Refusals: []routing.Refusal{
			{Vehicle: 2, Message: 76, Command: 21, Reason: "held by bert", Count: 2, At: at},
		},
	})
	if out.Name != "qgc" || out.Access != "control" || out.Operator != "anna" || out.State != "up" || out.LastHeard.IsZero() || out.Vehicles[0] != 2 ||
		out.Peers[0].Stations[0].System != 252 || out.Peers[0].BytesIn != 7 || out.Routed.ToStation != 5 || out.Routed.Denied != 2 ||
		out.Refusals[0].Command != 21 || out.Refusals[0].Count != 2 || out.Refusals[0].Reason != "held by bert" {
		t.Errorf("%+v", out)
	}
	if quiet := describeRoute(mavlink.RouteReport{}); quiet.Access != "read" || quiet.Peers == nil || quiet.Refusals == nil || !quiet.LastHeard.IsZero() {
		t.Errorf("%+v", quiet)
	}
}

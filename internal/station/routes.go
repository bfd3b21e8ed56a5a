package station

import (
	"context"
	"strconv"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/mavlink"
	"vedette/ui/api"
)

func routeConfigs(routes []config.Route) []mavlink.RouteConfig {
	out := make([]mavlink.RouteConfig, 0, len(routes))
	for _, r := range routes {
		out = append(out, mavlink.RouteConfig{
			Name: r.Name, UDPServer: r.UDPServer, UDPClient: r.UDPClient, TCPServer: r.TCPServer, TCPClient: r.TCPClient,
			Control: r.Access == "control", Operator: r.Operator, Vehicles: r.Vehicles,
		})
	}
	return out
}

// arbiter lets another station command a vehicle while its operator holds the lease, which that renews, or nobody does.
func arbiter(leases *access.Leases) mavlink.Arbiter {
	return func(vehicle int, operator string) error {
		lease, held := leases.Of(vehicle)
		if !held {
			return nil
		}
		if operator == "" {
			return &access.HeldError{Holder: lease.Holder, ExpiresAt: lease.ExpiresAt}
		}
		return leases.Require(vehicle, operator)
	}
}

// viaRoute is how other stations come in, in the audit.
const viaRoute = "route"

// auditRoutes records what other stations did to vehicles, and what they were refused.
func (s *Station) auditRoutes(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-s.mavlink.RouteActs():
			record := access.Record{
				Kind: access.KindCommand, Who: access.Principal{Name: viaRoute + ":" + a.Station, Via: viaRoute},
				Action: "message " + strconv.Itoa(int(a.Message)), Target: strconv.Itoa(a.Vehicle), Outcome: "passed", Address: a.Remote,
				Detail: map[string]any{"operator": a.Operator, "message": a.Message, "command": a.Command},
			}
			if a.Command != 0 {
				record.Action = "command " + strconv.Itoa(int(a.Command))
			}
			if a.Denied != nil {
				record.Outcome, record.Reason = "refused", a.Denied.Error()
				s.log.Warn("another station was refused", "station", a.Station, "vehicle", a.Vehicle, "message", a.Message, "command", a.Command, "reason", record.Reason)
			}
			// What has passed has passed: a full disk must not stop the next ones from being read.
			write, stop := context.WithTimeout(context.WithoutCancel(ctx), auditWait)
			if err := s.access.Audit(write, record); err != nil {
				s.log.Error("what another station did could not be recorded", "station", a.Station, "vehicle", a.Vehicle, "error", err)
			}
			stop()
		}
	}
}

const auditWait = 5 * time.Second

// Routes implements ui.Links.
func (l *links) Routes() []api.Route {
	reports := l.mavlink.Routes()
	out := make([]api.Route, len(reports))
	for i, r := range reports {
		out[i] = describeRoute(r)
	}
	return out
}

func describeRoute(r mavlink.RouteReport) api.Route {
	out := api.Route{
		Name: r.Name, Transport: r.Link.Transport, Address: r.Link.Address, Access: "read", Operator: r.Operator, Vehicles: r.Vehicles,
		State: string(r.Link.State), Since: api.At(r.Link.Since), Problem: r.Link.Problem, Peers: []api.RoutePeer{}, Refusals: []api.Refusal{},
		Routed: api.RouteCounts{
			ToStation: r.Counts.ToStation, ToVehicles: r.Counts.ToVehicles, Dropped: r.Counts.Dropped, Denied: r.Counts.Denied,
			Looped: r.Counts.Looped, Unaddressed: r.Counts.Unaddressed, Unreachable: r.Counts.Unreachable,
		},
		Counters: linkCounters(r.Link.Stats),
	}
	if r.Control {
		out.Access = "control"
	}
	if !r.Link.LastHeard.IsZero() {
		out.LastHeard = api.At(r.Link.LastHeard)
	}
	for _, p := range r.Peers {
		end := linkPeer(p.End)
		peer := api.RoutePeer{
			Remote: end.Remote, LastHeard: end.LastHeard, BytesIn: end.BytesIn, BytesOut: end.BytesOut, Stations: []api.MAVLinkAddress{},
		}
		for _, a := range p.Addresses {
			peer.Stations = append(peer.Stations, api.MAVLinkAddress{System: int(a.System), Component: int(a.Component)})
		}
		out.Peers = append(out.Peers, peer)
	}
	for _, f := range r.Refusals {
		out.Refusals = append(out.Refusals, api.Refusal{
			Vehicle: f.Vehicle, Message: int(f.Message), Command: int(f.Command), Reason: f.Reason, Count: f.Count, T: api.At(f.At),
		})
	}
	return out
}

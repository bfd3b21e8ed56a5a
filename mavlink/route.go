package mavlink

import (
	"net"
	"time"

	"vedette/mavlink/link"
	"vedette/mavlink/routing"
)

// RouteConfig is another station that shares vehicles.
type RouteConfig = routing.Station

// RouteAct is something that another station did to a vehicle, or wanted to.
type RouteAct = routing.Act

// Arbiter says whether another station may command a vehicle now.
type Arbiter = routing.Arbiter

// RouteReport says how one configured route is.
type RouteReport = routing.Report

// Routes gives every configured route, in the order of the configuration.
func (s *Service) Routes() []RouteReport { return s.router.Reports(time.Now()) }

// RouteActs gives what other stations did to vehicles and wanted to, for one reader.
func (s *Service) RouteActs() <-chan RouteAct { return s.router.Acts() }

// RouteAddr is the bound address of a route that is a server, nil until it is bound.
func (s *Service) RouteAddr(name string) net.Addr { return s.router.Addr(name) }

// routed is the service as its router sees it.
type routed struct{ s *Service }

// Systems implements routing.Vehicles.
func (r routed) Systems() []uint8 {
	var all []uint8
	for i := range r.s.systems {
		if r.s.systems[i].Load() != nil {
			all = append(all, uint8(i))
		}
	}
	return all
}

// Autopilot implements routing.Vehicles.
func (r routed) Autopilot(system uint8) (uint8, bool) {
	if sys := r.s.systems[system].Load(); sys != nil {
		return sys.component, true
	}
	return 0, false
}

// Pass implements routing.Vehicles.
func (r routed) Pass(system, component uint8, priority link.Priority, frame link.Raw) bool {
	sys := r.s.systems[system].Load()
	if sys == nil {
		return false
	}
	p, err := sys.way(order{component: component})
	return err == nil && p.Send(priority, frame)
}

// Transferring implements routing.Vehicles.
func (r routed) Transferring(system uint8) string {
	sys := r.s.systems[system].Load()
	if sys == nil {
		return ""
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if t := sys.state.v.Transfer; t != nil && isPlan(t.Kind) {
		return t.Kind
	}
	return ""
}

func isPlan(kind string) bool {
	for _, k := range PlanKinds() {
		if string(k) == kind {
			return true
		}
	}
	return false
}

// Overhear implements routing.Vehicles: ours waits for the end of another station's transfer, and what that changes is noticed.
func (r routed) Overhear(system uint8, f link.Frame) {
	sys := r.s.systems[system].Load()
	m, err := r.s.codec.Decode(f)
	if sys == nil || err != nil {
		return
	}
	if _, _, kind, ok := missionTarget(m); ok {
		now := time.Now()
		r.s.planChanges(sys, sys.overheard(m, kind, foreignStation{f.SystemID, f.ComponentID}, now))
	}
}

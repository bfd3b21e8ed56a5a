package routing

import (
	"errors"
	"fmt"

	"vedette/mavlink/link"
)

// Station is one other station, or a server for any number of them with the same rights.
type Station struct {
	// Name is what logs, counters and the audit call it.
	Name string
	// Exactly one of these is given, as for a link.
	UDPServer, UDPClient, TCPServer, TCPClient string
	// Control lets it command vehicles; else it may only read.
	Control bool
	// Operator is the account whose lease counts as the station's; empty: it commands only while nobody holds one.
	Operator string
	// Vehicles are those that it sees; none are all.
	Vehicles []int
}

func (s Station) link() link.Config {
	return link.Config{Name: s.Name, UDPServer: s.UDPServer, UDPClient: s.UDPClient, TCPServer: s.TCPServer, TCPClient: s.TCPClient, Silent: true}
}

// Validate reports everything that is wrong with the station.
func (s Station) Validate() error {
	var problems []error
	if err := s.link().Validate(); err != nil {
		problems = append(problems, err)
	}
	for i, v := range s.Vehicles {
		if v < 1 || v > 255 {
			problems = append(problems, fmt.Errorf("vehicles[%d]: %d is no system id", i, v))
		}
	}
	if s.Operator != "" && !s.Control {
		problems = append(problems, errors.New("operator: only a station with control has use for one"))
	}
	return errors.Join(problems...)
}

// Vehicles is what a router needs to know of vehicles and can have done with them.
type Vehicles interface {
	// Systems are the ids of the vehicles that were ever heard.
	Systems() []uint8
	// Autopilot gives the component id of a vehicle's autopilot; false: there is no such vehicle.
	Autopilot(system uint8) (component uint8, ok bool)
	// Pass sends a frame to a component of a vehicle (0: its autopilot) as it is; false: there is no way now, or no room.
	Pass(system, component uint8, priority link.Priority, frame link.Raw) bool
	// Transferring names the plan that this station transfers with a vehicle now; empty: none.
	Transferring(system uint8) string
	// Overhear tells of a station's frame of a plan transfer that was passed to a vehicle.
	Overhear(system uint8, f link.Frame)
}

// Arbiter says whether somebody may command a vehicle now, and why not. The operator may be empty: somebody unknown.
type Arbiter func(vehicle int, operator string) error

// Act is something that a station did to a vehicle, or wanted to. The same act counts once in ten seconds.
type Act struct {
	// Station is the configured name, Operator the account that it acts for; Remote is where it came from.
	Station, Operator, Remote string
	Vehicle                   int
	// Message is the id of the message, Command the MAV_CMD in it or 0.
	Message uint32
	Command uint16
	// Denied is why it was not passed on; nil: it was.
	Denied error
}

// Config is what a router is made from.
type Config struct {
	Stations []Station
	Codec    *link.Codec
	Vehicles Vehicles
	// Arbiter is asked before a vehicle is commanded; nil refuses nobody.
	Arbiter Arbiter
	// SystemID and ComponentID are our own station's.
	SystemID, ComponentID uint8
}

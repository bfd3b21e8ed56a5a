package mavlink

import "time"

// Transfer is a long exchange with a vehicle that is going on: a mission, a parameter list, a log file.
type Transfer struct {
	// Kind is "mission", "fence", "rally", "parameters", "file" or "log".
	Kind string
	// Upload tells the direction: to the vehicle.
	Upload bool
	// Done and Total count items, or bytes of files and logs; Total is 0 while it is not known.
	Done, Total int
	Began       time.Time
}

// report shows how far a transfer is to everybody who watches the vehicle; nil says that it has ended.
func (s *Service) report(sys *system, t *Transfer) {
	sys.mu.Lock()
	sys.state.v.Transfer = t
	sys.mu.Unlock()
	s.updates.note(sys, []string{EventState})
}

package mavlink

import "time"

// watchPaths chooses the way to use, tells in the log when it is another one, and measures the flows; mu must be held.
func (s *system) watchPaths(now time.Time) {
	p := &s.state.paths
	used, was := p.best(now), s.state.way
	p.measure(now)
	s.state.way = used
	if used == was || used == nil || was == nil {
		return
	}
	s.log.Info("vehicle is reached by another link", "from", was.Link()+" "+was.Remote(), "to", used.Link()+" "+used.Remote())
}

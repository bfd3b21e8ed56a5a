package video

import "time"

// SetLinger shortens the time that an on-demand feed is pulled after its last viewer. Call it before Run.
func (s *Service) SetLinger(d time.Duration) { s.linger = d }

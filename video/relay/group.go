package relay

// Group returns the current group of pictures as far as it has come, from its key picture on, at the timestamps and times of
// its own; empty where there is none. It belongs to a source that may have fallen silent.
func (s *Stream) Group() []Delivery {
	cached := s.snapshot()
	group := make([]Delivery, len(cached))
	for i, p := range cached {
		group[i] = Delivery{Payload: p.payload, Timestamp: p.ts, Marker: p.marker, Lost: int(p.lost), Taken: p.taken}
	}
	return group
}

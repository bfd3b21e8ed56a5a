package video

import "vedette/video/relay"

// Stats returns the room's counters.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	out := s.gone
	feeds := make([]*feed, 0, len(s.feeds))
	for _, f := range s.feeds {
		feeds = append(feeds, f)
	}
	s.mu.Unlock()
	for _, f := range feeds {
		out.add(f.counts())
		out.addStream(f.stream.Counts())
		out.Viewers += uint64(f.stream.Viewers())
	}
	out.Feeds = uint64(len(feeds))
	out.DetectionsDropped = s.detections.dropped.Load()
	out.WebRTC = s.relay.Connections()
	out.UDP = s.relay.Sent()
	if s.cfg.Recordings != nil {
		out.Recordings = s.cfg.Recordings.Stats()
	}
	return out
}

// add sums the counters that belong to a feed.
func (s *Stats) add(o Stats) {
	s.PacketsIn += o.PacketsIn
	s.BytesIn += o.BytesIn
	s.PacketsLost += o.PacketsLost
	s.PacketsMalformed += o.PacketsMalformed
	s.PacketsRepeated += o.PacketsRepeated
	s.PacketPanics += o.PacketPanics
	s.DataPackets += o.DataPackets
	s.DataPacketsDropped += o.DataPacketsDropped
	s.Metadata.add(o.Metadata)
	s.Reconnects += o.Reconnects
	s.FramesDecoded += o.FramesDecoded
	s.FramesDetected += o.FramesDetected
	s.FramesSkipped += o.FramesSkipped
	s.DecoderErrors += o.DecoderErrors
	s.DecoderRestarts += o.DecoderRestarts
	s.FramesUnseen += o.FramesUnseen
	s.DetectorRestarts += o.DetectorRestarts
	s.DetectorRefused += o.DetectorRefused
	s.Boxes += o.Boxes
	s.ClockRefused += o.ClockRefused
}

// addStream sums the counters that belong to a relayed stream.
func (s *Stats) addStream(c relay.Counts) {
	s.PacketsOut += c.PacketsOut
	s.BytesOut += c.BytesOut
	s.PacketsResent += c.Resent
	s.ViewerPacketsDropped += c.Dropped
	s.ViewerOverflows += c.Overflows
	s.Resyncs += c.Resyncs
	s.MetadataOut += c.MessagesOut
	s.MetadataOutDropped += c.MessagesDropped
}

func (c *MetadataCounts) add(o MetadataCounts) {
	c.Good += o.Good
	c.BadChecksum += o.BadChecksum
	c.Malformed += o.Malformed
	c.TooMany += o.TooMany
	c.ClockOff += o.ClockOff
}

package video

import (
	"time"

	"vedette/video/h264"
	"vedette/video/h265"
	"vedette/video/ingest"
)

func (s *seen) packet264(p ingest.Packet) {
	sps, pps := h264.ParameterSets(p.Payload)
	s.parameterSet(sps)
	s.pictureSet(pps)
	h264.EachStart(p.Payload, func(header byte, body []byte) {
		switch t := header & 0x1f; t {
		case h264.TypePartA, h264.TypePartB, h264.TypePartC:
			s.partitions = true
		case h264.TypeSlice, h264.TypeIDR:
			if t == h264.TypeIDR {
				s.keyPicture(p.Arrival)
			}
			if !s.haveSPS {
				return
			}
			if head, ok := h264.ParseSliceHead(header, body, s.avc); ok {
				before := s.avcOrder.Reordered
				s.avcOrder.Slice(head, s.avc)
				if s.avcOrder.Reordered != before {
					s.reordered = p.Arrival
				}
			}
		}
	})
}

func (s *seen) packet265(p ingest.Packet) {
	_, sps, pps := h265.ParameterSets(p.Payload)
	s.parameterSet(sps)
	s.pictureSet(pps)
	h265.EachStart(p.Payload, func(nalType byte, body []byte) {
		if nalType >= h265.TypeVPS {
			return
		}
		if h265.IsKey(nalType) {
			s.keyPicture(p.Arrival)
		}
		if !s.haveSPS || !s.havePPS {
			return
		}
		if head, ok := h265.ParseSliceHead(nalType, body, s.hevc, s.hevcPPS); ok {
			before := s.hevcOrder.Reordered
			s.hevcOrder.Slice(head, s.hevc)
			if s.hevcOrder.Reordered != before {
				s.reordered = p.Arrival
			}
		}
	})
}

// keyPicture notes that a slice of a key picture begins.
func (s *seen) keyPicture(at time.Time) {
	if s.inKey {
		return
	}
	s.inKey = true
	if s.keys++; s.keys > 1 {
		s.interval = at.Sub(s.lastKey)
	}
	s.lastKey = at
}

// parameterSet reads a sequence parameter set, nil for none.
func (s *seen) parameterSet(sps []byte) {
	if len(sps) == 0 {
		return
	}
	var err error
	if s.codec == ingest.H265 {
		var f h265.Format
		if f, err = h265.ParseSPS(sps); err == nil && f != s.hevc {
			s.hevc = f
			s.hevcOrder.Restart()
		}
	} else {
		var f h264.Format
		if f, err = h264.ParseSPS(sps); err == nil && f != s.avc {
			s.avc = f
			s.avcOrder.Restart()
		}
	}
	if err != nil {
		s.broken = err.Error()
		return
	}
	s.broken, s.haveSPS = "", true
}

// pictureSet reads a picture parameter set, nil for none.
func (s *seen) pictureSet(pps []byte) {
	switch {
	case len(pps) == 0:
	case s.codec == ingest.H265:
		s.hevcPPS, s.havePPS = h265.ParsePPS(pps)
	default:
		s.havePPS = true // nothing in it is needed
	}
}

package relay

import (
	"bytes"

	"vedette/video/h264"
	"vedette/video/h265"
)

// payloads is how the RTP payloads of one codec are read and cut.
type payloads struct {
	// inspect says whether a payload begins a picture where decoding can begin, and whether it holds an SPS.
	inspect func(payload []byte) (key, sps bool)
	// sets returns the parameter sets that a payload holds whole, nil where it has none.
	sets func(payload []byte) ParameterSets
	// aggregate puts parameter sets into one payload.
	aggregate func(nals ...[]byte) []byte
	split     func(payload []byte, limit int, emit func([]byte)) bool
	refitter  func(limit int) refitter
	vps       bool // H.265 has a third kind of parameter set
}

var h264Payloads = payloads{
	inspect: func(p []byte) (key, sps bool) {
		s, _ := h264.Inspect(p)
		return s.IDR, s.SPS
	},
	sets: func(p []byte) ParameterSets {
		sps, pps := h264.ParameterSets(p)
		return ParameterSets{SPS: sps, PPS: pps}
	},
	aggregate: h264.Aggregate, split: h264.Split, refitter: newH264Refitter,
}

var h265Payloads = payloads{
	inspect: func(p []byte) (key, sps bool) {
		s, _ := h265.Inspect(p)
		return s.Key, s.SPS
	},
	sets: func(p []byte) ParameterSets {
		vps, sps, pps := h265.ParameterSets(p)
		return ParameterSets{VPS: vps, SPS: sps, PPS: pps}
	},
	aggregate: h265.Aggregate, split: h265.Split, refitter: newH265Refitter, vps: true,
}

// follow takes up the codec that the stream carries now. It is called by the pushing goroutine.
func (s *Stream) follow() {
	c := s.Codec()
	if s.as != nil && c == s.carried {
		return
	}
	s.carried, s.as = c, &h264Payloads
	if c == H265 {
		s.as = &h265Payloads
	}
	s.fit = s.as.refitter(maxPayload)
	s.known = ParameterSets{}
}

// ParameterSets are what a decoder needs to know before the first picture; only H.265 has a VPS. Nobody changes the bytes.
type ParameterSets struct{ VPS, SPS, PPS []byte }

// merge takes those sets that are there from newer ones.
func (p *ParameterSets) merge(newer ParameterSets) {
	for _, set := range []struct{ old, now *[]byte }{{&p.VPS, &newer.VPS}, {&p.SPS, &newer.SPS}, {&p.PPS, &newer.PPS}} {
		if len(*set.now) > 0 {
			*set.old = bytes.Clone(*set.now)
		}
	}
}

// SetParameterSets gives the parameter sets of the session description of H.264. In-band ones replace them.
func (s *Stream) SetParameterSets(sps, pps []byte) {
	s.SetAllParameterSets(ParameterSets{SPS: sps, PPS: pps})
}

// SetAllParameterSets gives the parameter sets of the session description. In-band ones replace them.
func (s *Stream) SetAllParameterSets(sets ParameterSets) {
	s.follow()
	s.known.merge(sets)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets = s.known
}

// ParameterSets returns the newest parameter sets, empty where there were none yet.
func (s *Stream) ParameterSets() ParameterSets {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sets
}

// prefix is the payload with the parameter sets that a key picture needs which has none of its own; nil where they are not
// known or too large.
func (s *Stream) prefix() []byte {
	k := s.known
	if len(k.SPS) == 0 || len(k.PPS) == 0 || s.as.vps && len(k.VPS) == 0 {
		return nil
	}
	nals := [][]byte{k.SPS, k.PPS}
	if s.as.vps {
		nals = [][]byte{k.VPS, k.SPS, k.PPS}
	}
	if out := s.as.aggregate(nals...); len(out) <= maxPayload {
		return out
	}
	return nil
}

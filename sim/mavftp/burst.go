package mavftp

// Outgoing is one packet of a burst and who gets it.
type Outgoing struct {
	To      Client
	Payload [PayloadSize]uint8
}

func (s *Server) beginBurst(now float64, k key, req Packet) Code {
	x := s.sessions[k]
	switch {
	case x == nil:
		return InvalidSession
	case x.write:
		return Fail
	}
	size := int(req.Size)
	if size == 0 {
		size = DataSize
	}
	if x.burst == nil {
		s.order = append(s.order, k)
	}
	x.usedAt = now
	x.burst = &burst{seq: req.Seq + 1, offset: int(req.Offset), size: size, left: burstPackets}
	return 0
}

// Next gives up to n packets of the bursts that are under way, each in turn. A client that may not be sent to now waits.
func (s *Server) Next(now float64, n int, may func(Client) bool) []Outgoing {
	var out []Outgoing
	waiting := 0
	for len(out) < n && len(s.order) > waiting {
		k := s.order[0]
		s.order = s.order[1:]
		x := s.sessions[k]
		if x == nil || x.burst == nil {
			continue // closed, or read otherwise
		}
		if !may(k.client) {
			s.order = append(s.order, k)
			waiting++
			continue
		}
		x.usedAt = now
		p, more := x.burst.packet(x.data)
		p.Session = k.session
		out = append(out, Outgoing{k.client, p.Payload()})
		if more {
			s.order = append(s.order, k)
		} else {
			x.burst = nil
		}
	}
	return out
}

// packet is the next one; behind the end of the file, and only there, a Nak.
func (b *burst) packet(data []byte) (p Packet, more bool) {
	p = Packet{Seq: b.seq, Opcode: Ack, Requested: BurstReadFile, Offset: uint32(b.offset)}
	b.seq++
	if b.offset >= len(data) {
		p.nak(EndOfFile)
		p.BurstComplete = true
		return p, false
	}
	p.Data = data[b.offset:min(len(data), b.offset+b.size)]
	b.offset += len(p.Data)
	b.left--
	p.BurstComplete = b.left == 0
	return p, b.left > 0
}

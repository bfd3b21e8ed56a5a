package mavlink

import (
	"time"

	"vedette/mavlink/link"
)

// freshPath is how long a way counts as good after the autopilot was last heard on it.
const freshPath = 2 * time.Second

// paths are the ways to one vehicle. The one in use stays so while it is good; else the one heard last is taken.
type paths struct {
	all  map[*link.Peer]*path
	used *link.Peer
	// gone counts what came and was lost on ways that are no more.
	goneReceived, goneLost uint64
}

type path struct {
	heard time.Time
	loss  link.LossMeter
}

func newPaths() paths { return paths{all: make(map[*link.Peer]*path)} }

func (p *paths) heard(peer *link.Peer, sequence uint8, at time.Time) {
	way, ok := p.all[peer]
	if !ok {
		way = &path{}
		p.all[peer] = way
	}
	way.heard = at
	way.loss.Add(sequence, at)
}

func (p *paths) forget(peer *link.Peer) {
	way, ok := p.all[peer]
	if !ok {
		return
	}
	received, lost := way.loss.Totals()
	p.goneReceived += received
	p.goneLost += lost
	delete(p.all, peer)
	if p.used == peer {
		p.used = nil
	}
}

// best is nil when there is none at all.
func (p *paths) best(now time.Time) *link.Peer {
	if way, ok := p.all[p.used]; ok && now.Sub(way.heard) <= freshPath {
		return p.used
	}
	var newest time.Time
	for peer, way := range p.all {
		if way.heard.After(newest) {
			newest = way.heard
			p.used = peer
		}
	}
	return p.used
}

func (p *paths) totals() (received, lost uint64) {
	received, lost = p.goneReceived, p.goneLost
	for _, way := range p.all {
		r, l := way.loss.Totals()
		received += r
		lost += l
	}
	return received, lost
}

func (p *paths) state(now time.Time) LinkState {
	peer := p.best(now)
	if peer == nil {
		return LinkState{}
	}
	s := LinkState{Name: peer.Link(), Remote: peer.Remote()}
	if percent, ok := p.all[peer].loss.Percent(now); ok {
		s.LossPercent = &percent
	}
	return s
}

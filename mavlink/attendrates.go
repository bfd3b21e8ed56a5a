package mavlink

import (
	"context"
	"errors"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const (
	// sharedFor is how long a vehicle counts among those of a link after it was last heard there.
	sharedFor = 30 * time.Second
	// counted is the number of message ids whose frames are counted on each way; all streams are below it.
	counted = 512
)

// keepers are the rates of one vehicle on each of its links in one session: a reboot makes all of them void.
type keepers struct {
	session int
	all     map[*link.Peer]*rateKeeper
}

// askRates asks for the message rates on the ways that are heard: on the one in use, or on the others. Intervals are per
// link on ArduPilot and PX4, so each has its own.
func (s *Service) askRates(ctx context.Context, sys *system, session int, k *keepers, used bool) {
	if k.all == nil || k.session != session {
		k.session, k.all = session, make(map[*link.Peer]*rateKeeper)
	}
	for _, way := range sys.ratedWays(k) {
		if way.used == used {
			s.askRatesOn(ctx, sys, session, way.peer, k.all[way.peer])
		}
	}
}

type ratedWay struct {
	peer *link.Peer
	used bool
}

// ratedWays gives the ways that are heard, with a keeper for each, and forgets those that are gone.
func (s *system) ratedWays(k *keepers) []ratedWay {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for peer := range k.all {
		if _, ok := s.state.paths.all[peer]; !ok {
			delete(k.all, peer)
		}
	}
	used := s.state.paths.best(now)
	var out []ratedWay
	for _, peer := range s.state.paths.fresh(now) {
		if k.all[peer] == nil {
			k.all[peer] = newRateKeeper()
		}
		out = append(out, ratedWay{peer, peer == used})
	}
	return out
}

func (s *Service) askRatesOn(ctx context.Context, sys *system, session int, peer *link.Peer, k *rateKeeper) {
	wanted := ratesFor(peer.Profile(), peer.Bandwidth(), s.sharing(peer.Link()))
	k.want(wanted)
	sys.watchRates(peer, k, wanted)
	for ctx.Err() == nil {
		r, ok := k.due(time.Now())
		if !ok || sys.session() != session {
			return
		}
		o := interval(r.id, r.hz)
		o.via = peer
		_, err := s.execute(ctx, sys, o, link.Background)
		now := time.Now()
		var denied *DeniedError
		switch {
		case err == nil:
			k.granted(r.id, sys.seen(peer, r.id), now)
		case errors.As(err, &denied):
			k.refused(r.id, denied.Result == resultName(common.MAV_RESULT_UNSUPPORTED) || denied.Result == resultName(common.MAV_RESULT_DENIED), now)
			sys.log.Debug("vehicle does not grant a rate", "message", r.id, "hz", r.hz, "link", peer.Link(), "error", err)
		default:
			k.unanswered(now) // the rest would wait as long
			return
		}
	}
}

// watchRates has a keeper look at what has come on its way, and stop what is not needed on a narrow link.
func (s *system) watchRates(peer *link.Peer, k *rateKeeper, wanted []rate) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	way, ok := s.state.paths.all[peer]
	if !ok {
		return
	}
	narrow := peer.Bandwidth() > 0
	for _, t := range way.told {
		k.told(t.id, t.hz, now)
	}
	way.told = nil
	k.watch(way.seen, way.loss(now), narrow, now)
	if narrow {
		for _, id := range spares {
			if way.seen(id) > 0 {
				k.stop(id)
			}
		}
		for _, r := range wanted {
			if r.hz == 0 && way.seen(r.id) > 0 {
				k.stop(r.id)
			}
		}
	}
	if peer == s.state.paths.best(now) {
		for _, r := range wanted {
			if r.id == gimbalAttitudeID && r.hz > 0 {
				s.state.gimbalHz = r.hz
			}
		}
	}
}

func (s *system) seen(peer *link.Peer, id uint32) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if way, ok := s.state.paths.all[peer]; ok {
		return way.seen(id)
	}
	return 0
}

// sharing counts the vehicles that were heard on a link lately.
func (s *Service) sharing(name string) (vehicles int) {
	now := time.Now()
	for i := range s.systems {
		if sys := s.systems[i].Load(); sys != nil && sys.heardOn(name, now) {
			vehicles++
		}
	}
	return vehicles
}

func (s *system) heardOn(name string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for peer, way := range s.state.paths.all {
		if way.autopilot != nil && now.Sub(way.heard) < sharedFor && peer.Link() == name {
			return true
		}
	}
	return false
}

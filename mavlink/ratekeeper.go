package mavlink

import (
	"cmp"
	"slices"
	"time"
)

const (
	// A rate is judged when so many messages were due, at least after judgeAfter.
	judgeMessages = 6
	judgeAfter    = 5 * time.Second
	// disputeFirst is the wait before a rate that somebody else has changed is asked for again; it doubles up to
	// disputeLast, so that two stations on one link do not fight for ever.
	disputeFirst = 10 * time.Second
	disputeLast  = 10 * time.Minute
	// peaceAfter so long as asked for, a dispute is forgotten.
	peaceAfter = 10 * time.Minute
)

// rateKeeper keeps the message rates of one vehicle on one link: what was granted, refused, and undone by others. It has
// no clock and sends nothing. One that is new asks for everything.
type rateKeeper struct {
	kept map[uint32]*keptRate
	// quiet is when the vehicle may be asked again after it did not answer; silences counts that.
	quiet    time.Time
	silences int
}

type keptRate struct {
	rate
	worth            int
	granted, refused bool
	tries            int
	next             time.Time
	// came tells that it has come as asked for: only then is its absence somebody's doing.
	came     bool
	disputes int
	asAsked  time.Time
	// The window in which messages are counted.
	from  time.Time
	count uint32
}

func newRateKeeper() *rateKeeper { return &rateKeeper{kept: make(map[uint32]*keptRate)} }

// want sets what is wanted, the most valuable first; what is granted already and has not changed stays.
func (k *rateKeeper) want(rates []rate) {
	for worth, r := range rates {
		kept, ok := k.kept[r.id]
		switch {
		case !ok && r.hz == 0:
			continue // never asked for, and watched among the spares
		case !ok:
			k.kept[r.id] = &keptRate{rate: r, worth: worth}
		case kept.hz != r.hz:
			*kept = keptRate{rate: r, worth: worth, disputes: kept.disputes}
		}
	}
}

// stop turns off a message that nobody here needs.
func (k *rateKeeper) stop(id uint32) {
	if _, ok := k.kept[id]; !ok {
		k.kept[id] = &keptRate{rate: rate{id: id}, worth: len(streams) + len(spares)}
	}
}

// due gives the most valuable rate that should be asked for now.
func (k *rateKeeper) due(now time.Time) (rate, bool) {
	if now.Before(k.quiet) {
		return rate{}, false
	}
	var open []*keptRate
	for _, r := range k.kept {
		if !r.granted && !r.refused && !now.Before(r.next) {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return rate{}, false
	}
	best := slices.MinFunc(open, func(a, b *keptRate) int { return cmp.Or(cmp.Compare(a.worth, b.worth), cmp.Compare(a.id, b.id)) })
	return best.rate, true
}

// granted notes that the vehicle accepted; seen is how many of the message have come so far.
func (k *rateKeeper) granted(id uint32, seen uint32, now time.Time) {
	k.silences = 0
	if r, ok := k.kept[id]; ok {
		r.granted, r.from, r.count, r.asAsked = true, now, seen, now
	}
}

// refused notes that the vehicle denied; final says that it will always do so.
func (k *rateKeeper) refused(id uint32, final bool, now time.Time) {
	k.silences = 0
	if r, ok := k.kept[id]; ok {
		r.tries++
		r.refused = final || r.tries >= wishTries
		r.next = now.Add(askAgain)
	}
}

// unanswered notes that the vehicle said nothing: it is left alone, for longer each time.
func (k *rateKeeper) unanswered(now time.Time) {
	k.quiet = now.Add(min(askAgain<<min(k.silences, 8), askSeldom))
	k.silences++
}

// watch compares what comes with what was granted. lossPercent is the link's; narrow tells that too much is as bad as too
// little.
func (k *rateKeeper) watch(seen func(id uint32) uint32, lossPercent float64, narrow bool, now time.Time) {
	for _, r := range k.kept {
		passed := now.Sub(r.from)
		expected := r.hz * passed.Seconds()
		if !r.granted || passed < judgeAfter || r.hz > 0 && expected < judgeMessages {
			continue
		}
		count := seen(r.id)
		got := float64(count - r.count)
		r.from, r.count = now, count
		const percent = 100
		little := got < 0.5*expected*(1-lossPercent/percent)
		much := narrow && got > 2*expected+2
		switch {
		case little && r.came, much:
			k.disputed(r, now)
		case !little:
			r.came = true
			if now.Sub(r.asAsked) > peaceAfter {
				r.disputes = 0
			}
		}
	}
}

// told takes what the vehicle says of a rate (MESSAGE_INTERVAL 244), as after another station's wish; hz is 0 for never.
func (k *rateKeeper) told(id uint32, hz float64, now time.Time) {
	r, ok := k.kept[id]
	if !ok || !r.granted || hz > 0.75*r.hz && hz < 1.33*r.hz || hz == 0 && r.hz == 0 {
		return
	}
	k.disputed(r, now)
}

func (k *rateKeeper) disputed(r *keptRate, now time.Time) {
	r.granted, r.tries = false, 0
	r.next = now.Add(min(disputeFirst<<min(r.disputes, 8), disputeLast))
	if r.disputes == 0 {
		r.next = now
	}
	r.disputes++
}

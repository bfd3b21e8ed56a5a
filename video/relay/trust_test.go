package relay

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// way is what a viewer's packets pass, on a clock that the test sets: a queue that is emptied at a rate.
type way struct {
	sink
	room int     // packets
	rate float64 // packets a second

	now, since time.Time
	queued     float64
	lost, came int
	highest    uint16
	under      bool // a picture is
	first      time.Time
	took       []time.Duration // of each picture, from its first packet to its last
	trip       time.Duration   // of the last sender report
	trips      []time.Duration // of all
}

// tripTime is a round trip without a queue.
const tripTime = 20 * time.Millisecond

func (p *way) report(now time.Time, _, _, _ uint32) error {
	p.now = now
	p.empty()
	p.trip = tripTime + time.Duration(p.queued/p.rate*float64(time.Second))
	p.trips = append(p.trips, p.trip)
	return nil
}

// empty has the queue emptied up to now.
func (p *way) empty() {
	p.queued = max(p.queued-p.rate*p.now.Sub(p.since).Seconds(), 0)
	p.since = p.now
}

func (p *way) send(h *rtp.Header, _ []byte, _ time.Time) error {
	p.empty()
	if !p.under {
		p.under, p.first = true, p.now
	}
	if h.Marker {
		p.under, p.took = false, append(p.took, p.now.Sub(p.first))
	}
	if p.queued+1 > float64(p.room) {
		p.lost++
		return nil
	}
	p.queued++
	p.came++
	p.highest = h.SequenceNumber
	return nil
}

const playGroup = 60 // pictures, in 2 s

// show is a stream, by the size of its pictures, and how many watch it.
type show struct{ key, other, viewers int }

var (
	mbits4  = show{150_000, 14_000, 25}
	mbits20 = show{750_000, 70_000, 10}
)

// play sends groups of pictures to one of the viewers, who may tell of them each second.
func play(p *way, of show, groups int, tell func(v *viewer, now time.Time)) {
	s := &Stream{name: "s"}
	src, w := newSource(s), newWorker(nil)
	src.gop = playGroup
	v := newViewer("v", s, p, 65_000, 0, func() {})
	s.add(v)
	s.watchers.Store(int64(of.viewers))
	w.add(v)
	for n := range groups * playGroup {
		size := of.other
		if n%playGroup == 0 {
			size = of.key
		}
		src.picture(size)
		next := src.now.Add(time.Second / 30)
		for due := src.now; !due.IsZero() && due.Before(next); {
			p.now = due
			due = w.round(due)
		}
		if n%30 == 29 && tell != nil {
			tell(v, src.now)
		}
	}
}

func (p *way) tell(v *viewer, now time.Time) { v.trust.report(p.lost, p.highest, p.trip, now) }

// share is how much of what was sent has been lost.
func (p *way) share() float64 { return float64(p.lost) / float64(p.lost+p.came) }

// What comes whole time and again is sent faster, until no picture is held up by the key picture before it.
func TestAViewerWhoLosesNothingGetsKeyPicturesSooner(t *testing.T) {
	t.Parallel()
	const groups = 8
	roomy := &way{room: 1 << 20, rate: 1e4}
	play(roomy, mbits4, groups, roomy.tell)
	silent := &way{room: 1 << 20, rate: 1e4}
	play(silent, mbits4, groups, nil)
	last := (groups - 1) * playGroup
	if got := roomy.took[last]; got > 25*time.Millisecond || roomy.lost != 0 {
		t.Errorf("the key picture of a viewer with room takes %v, and %d packets were lost", got, roomy.lost)
	}
	for key := playGroup; key <= last; key += playGroup {
		if got := silent.took[key]; got < 45*time.Millisecond {
			t.Errorf("the key picture %d of a viewer who tells nothing takes %v: it was sent boldly", key/playGroup, got)
		}
	}
	if roomy.took[2*playGroup] < 22*time.Millisecond {
		t.Errorf("after two groups the key picture takes %v: more than a step was taken at once", roomy.took[2*playGroup])
	}
}

// Where every picture is larger than what is sent at once to a stranger, pictures of one who can take them leave at once.
func TestLargePicturesLeaveAtOnceToAViewerWhoLosesNothing(t *testing.T) {
	t.Parallel()
	const groups = 10
	roomy := &way{room: 1 << 20, rate: 1e5}
	play(roomy, mbits20, groups, roomy.tell)
	for n := range playGroup - 5 {
		early, late := 5+n, (groups-1)*playGroup+5+n
		if n < 20 && roomy.took[early] == 0 {
			t.Errorf("picture %d left at once, before the viewer had told of anything", early)
		}
		if roomy.took[late] != 0 {
			t.Errorf("picture %d took %v", late, roomy.took[late])
		}
	}
}

// A queue that holds what is sent carefully and no more loses little to being tried, however long it is watched.
func TestASmallQueueLosesLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		way  way
	}{
		{"as slow as the careful pace", way{room: 24, rate: 2200}},
		{"64 KiB, read slowly", way{room: 56, rate: 2200}},
		{"64 KiB, read in time", way{room: 56, rate: 4000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := c.way
			play(&p, mbits4, 30, p.tell) // a minute
			if got := p.share(); got > 0.001 {
				t.Errorf("%.2f %% are lost, %d packets", 100*got, p.lost)
			}
			blind := c.way
			play(&blind, mbits4, 30, func(v *viewer, now time.Time) { v.trust.report(0, blind.highest, tripTime, now) })
			if c.way.rate < 4000 && blind.share() < 0.002 {
				t.Errorf("who tells of no loss and no queue loses %.2f %%: the queue is not small", 100*blind.share())
			}
		})
	}
}

var trustBegins = time.Unix(1_800_000_000, 0)

// calmTrust is that in a viewer whose reports have told of no queue.
func calmTrust() *trust {
	c := &trust{shared: &trials{}}
	for range calmReports {
		c.report(0, 0, tripTime, trustBegins)
	}
	return c
}

// climb has one large key picture sent, and perhaps told of.
func climb(c *trust, last uint16, now time.Time, tell bool) (step int) {
	step = c.step(true, true, 1000, now)
	c.sent(true, 200_000, true, last)
	if tell {
		c.report(c.lost, last, tripTime, now)
	}
	return step
}

func TestTrustGrowsByAStepForEachPictureThatIsToldOf(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	for n := range len(paceSteps) + 2 {
		if got, want := climb(c, uint16(65_530+3*n), trustBegins, true), min(n, len(paceSteps)-1); got != want {
			t.Fatalf("picture %d goes at step %d, want %d", n, got, want)
		}
	}
	if got := c.step(false, true, 1000, trustBegins); got != 0 {
		t.Errorf("other pictures go at step %d for what was shown of key pictures", got)
	}
}

func TestAStepIsTriedWithOnePictureUntilTheViewerTells(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	climb(c, 10, trustBegins, true)
	if got := climb(c, 20, trustBegins, false); got != 1 {
		t.Fatalf("step %d, want 1", got)
	}
	for _, highest := range []uint16{10, 19, 65_000} {
		c.report(0, highest, tripTime, trustBegins) // the picture's last packet has not come yet
		if got := climb(c, 30, trustBegins, false); got != 0 {
			t.Fatalf("step %d while only packets up to %d have come", got, highest)
		}
	}
	c.report(0, 20, tripTime, trustBegins)
	if got := climb(c, 40, trustBegins, false); got != 2 {
		t.Errorf("step %d after the picture has come, want 2", got)
	}
}

func TestASmallPictureShowsNothing(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	climb(c, 10, trustBegins, true)
	if got := c.step(true, true, 1000, trustBegins); got != 1 {
		t.Fatalf("step %d, want 1", got)
	}
	c.sent(true, pacerBucket, true, 20)
	c.report(0, 20, tripTime, trustBegins)
	if got := c.step(true, true, 1000, trustBegins); got != 1 {
		t.Errorf("step %d after a picture that leaves at once at any step, want 1", got)
	}
}

func TestALossEndsTrustForLongerEachTime(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	now, hold := trustBegins, trustHold
	for n := range 8 {
		climb(c, 1, now, true)
		climb(c, 2, now, true)
		if got := climb(c, 3, now, true); got < 2 {
			t.Fatalf("time %d: step %d, want 2 or more", n, got)
		}
		c.report(c.lost+1, 4, tripTime, now)
		for _, wait := range []time.Duration{0, hold - time.Second} {
			if got := climb(c, 5, now.Add(wait), true); got != 0 {
				t.Fatalf("time %d: step %d %v after a loss", n, got, wait)
			}
		}
		now = now.Add(hold)
		hold = min(2*hold, trustHoldMost)
	}
	// Who loses when sent to carefully has a lossy path, and no longer hold for it.
	c.lose(now)
	was := c.hold
	c.lose(now.Add(time.Second))
	if c.hold != was || !c.until.Equal(now.Add(time.Second+was)) {
		t.Errorf("the hold of %v became %v", was, c.hold)
	}
	c.forget()
	for n := range calmReports + 1 {
		if got, want := climb(c, uint16(n), now, true), n/calmReports; got != want {
			t.Errorf("step %d for picture %d on another path, want %d", got, n, want)
		}
	}
}

// A picture that was sent faster before a loss became known shows nothing after it.
func TestALossEndsATrialThatIsUnderWay(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	climb(c, 1, trustBegins, true)
	if got := c.step(true, true, 1000, trustBegins); got != 1 {
		t.Fatalf("step %d, want 1", got)
	}
	c.lose(trustBegins)
	c.sent(true, 200_000, true, 2)
	c.report(0, 2, tripTime, trustBegins)
	if c.keys.proven != 0 {
		t.Error("it counts")
	}
}

// What the camera lost, or a full queue refused, is missing in the viewer's numbers and no loss of the path's.
func TestWhatWasLeftOutOnPurposeIsNoLoss(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	climb(c, 1, trustBegins, true)
	c.skip(3)
	climb(c, 2, trustBegins, false)
	c.report(3, 2, tripTime, trustBegins)
	if c.keys.proven != 1 {
		t.Error("numbers that were left out count as lost")
	}
	c.report(4, 3, tripTime, trustBegins)
	if c.keys.proven != 0 {
		t.Error("a packet that was lost beside them does not count")
	}
}

// A queue that shows in the round trip ends trust before it is full; a smaller one keeps it from growing.
func TestAQueueEndsTrust(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	climb(c, 1, trustBegins, true)
	climb(c, 2, trustBegins, true)
	c.report(0, 3, tripTime+calmLag+time.Millisecond, trustBegins)
	for n := range calmReports + 1 {
		if got, want := climb(c, 4, trustBegins, true), 1+n/calmReports; got != want {
			t.Errorf("step %d after a report of a short queue, want %d", got, want)
		}
	}
	c.report(0, 5, tripTime+busyLag+time.Millisecond, trustBegins)
	for n := range calmReports + 1 {
		if got, want := climb(c, 6, trustBegins, true), n/calmReports; got != want {
			t.Errorf("step %d after a report of a long queue, want %d", got, want)
		}
	}
	c.report(0, 7, 0, trustBegins)
	if got := climb(c, 8, trustBegins, true); got > 2 || c.calm > 1 {
		t.Errorf("step %d, %d calm reports after one without a round trip", got, c.calm)
	}
}

// A sender report follows a large key picture closely, and others once a second.
func TestReportsFollowKeyPictures(t *testing.T) {
	t.Parallel()
	p := &way{room: 1 << 20, rate: 3000}
	const groups = 4
	play(p, mbits4, groups, nil)
	if len(p.trips) < 2*groups-2 || len(p.trips) > 2*groups+2 {
		t.Fatalf("%d reports in %d s", len(p.trips), 2*groups)
	}
	behindKey := 0
	for _, trip := range p.trips {
		if trip > tripTime {
			behindKey++
		}
	}
	if behindKey < groups-1 {
		t.Errorf("%d reports met a queue, of %d groups", behindKey, groups)
	}
}

// A path that has become longer is careful ground for some minutes, and then as good as another.
func TestALongerPathIsNoQueueForEver(t *testing.T) {
	t.Parallel()
	c := calmTrust()
	for n := range 600 {
		c.report(0, 1, tripTime+50*time.Millisecond, trustBegins)
		if n == 30 && c.calm > 0 {
			t.Error("a round trip of 50 ms more is no queue after half a minute")
		}
	}
	if c.calm == 0 {
		t.Error("the path is still taken for a queue after ten minutes")
	}
	c.report(0, 1, tripTime, trustBegins)
	c.report(0, 1, tripTime+2*busyLag, trustBegins)
	if c.calm != 0 {
		t.Error("a queue is taken for the path after a report of the short one")
	}
}

// Cameras that mark no picture's end have reports, too.
func TestReportsWithoutMarkers(t *testing.T) {
	t.Parallel()
	f, v, tr, _ := bound(t, true)
	n := 0
	tr.rtcp = func([]rtcp.Packet) error { n++; return nil }
	for range 120 { // 4 s
		f.src.now = f.src.now.Add(time.Second / 30)
		f.src.ts += 3000
		f.src.s.Push(Packet{Payload: []byte{0x65, 1, 2}, Timestamp: f.src.ts, Arrival: f.src.now})
		f.settle()
	}
	if n == 0 || v.header.Marker {
		t.Errorf("%d reports in 4 s", n)
	}
}

func TestFewAreTriedFirst(t *testing.T) {
	t.Parallel()
	const viewers = 24
	var all trials
	now := trustBegins
	taken := func() (n int) {
		for range viewers {
			if all.take(viewers, now) {
				n++
			}
		}
		return n
	}
	grow := func() {
		t.Helper()
		for _, want := range []int{3, 6, 12, 24, 24} {
			if got := taken(); got != want {
				t.Fatalf("%d of %d viewers are tried at once, want %d", got, viewers, want)
			}
			if got := taken(); got != 0 && want < viewers {
				t.Fatalf("%d more are tried before the outcome is known", got)
			}
			now = now.Add(trialWindow)
		}
	}
	grow()
	all.failed(now)
	now = now.Add(trialPause - time.Second)
	if got := taken(); got != 0 {
		t.Errorf("%d are tried soon after one has lost", got)
	}
	now = now.Add(time.Second)
	grow()
	if !new(trials).take(1, now) || !new(trials).take(0, now) {
		t.Error("a viewer who is alone is never tried")
	}
}

func TestTotalLostIsSigned(t *testing.T) {
	t.Parallel()
	for raw, want := range map[uint32]int{0: 0, 5: 5, 0xffffff: -1, 0x7fffff: 1<<23 - 1, 0x800000: -1 << 23} {
		if got := totalLost(rtcp.ReceptionReport{TotalLost: raw}); got != want {
			t.Errorf("%06x is %d, want %d", raw, got, want)
		}
	}
}

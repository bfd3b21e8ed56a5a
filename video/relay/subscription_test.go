package relay

import (
	"context"
	"errors"
	"testing"
	"time"

	"vedette/video/h264"
)

// subscribe lets a reader in; it is closed with the test.
func subscribe(t *testing.T, s *Stream) *Subscription {
	t.Helper()
	r, err := s.Subscribe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// read takes n packets.
func read(t *testing.T, r *Subscription, n int) []Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []Delivery
	for range n {
		d, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("%d packets of %d: %v", len(got), n, err)
		}
		got = append(got, d)
	}
	return got
}

func TestReaderGetsTheGroupDrawnTogetherAndThenTheLiveEdge(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	for range 20 {
		src.picture(3000)
	}
	edge := s.timeline.frontier
	r := subscribe(t, s)
	if s.Viewers() != 1 {
		t.Errorf("%d viewers", s.Viewers())
	}
	for range 5 {
		src.picture(3000)
	}
	replay := read(t, r, 20*3+1)
	if first, second := nalType(replay[0].Payload), nalType(replay[1].Payload); first != 24 || second != h264.TypeIDR {
		t.Errorf("begins with NAL types %d, %d", first, second)
	}
	for i, d := range replay {
		if !d.Taken.IsZero() {
			t.Fatalf("packet %d is replayed and yet has a time", i)
		}
		if i > 0 && int32(d.Timestamp-replay[i-1].Timestamp) < 0 {
			t.Fatalf("packet %d: time runs back", i)
		}
	}
	if last := replay[len(replay)-1]; last.Timestamp != edge || !last.Marker {
		t.Errorf("the replay ends at %d, the live edge is %d", last.Timestamp, edge)
	}
	if span := edge - replay[0].Timestamp; span > clockRate/5 {
		t.Errorf("the replay spans %d ticks: a player would stay behind", span)
	}
	for i, d := range read(t, r, 5*3) {
		if want := edge + uint32(i/3+1)*3000; d.Timestamp != want || d.Taken.IsZero() {
			t.Fatalf("live packet %d: timestamp %d, want %d, taken %v", i, d.Timestamp, want, d.Taken)
		}
	}
	r.Close()
	if s.Viewers() != 0 {
		t.Error("a closed subscription counts as a viewer")
	}
}

func TestReaderSeesPicturesInTheOrderOfTheCamera(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	src.gop = 1000
	src.picture(500)
	// A picture that is shown later is sent before two that are shown earlier, as with B-frames.
	base := src.ts
	// The reader comes after each of them: what was before is replayed, the rest is live.
	order := []uint32{3, 1, 2, 6, 4, 5, 9, 7, 8}
	var readers []*Subscription
	for _, shown := range order {
		src.ts = base + (shown-1)*3000
		src.picture(500)
		readers = append(readers, subscribe(t, s))
	}
	for n, r := range readers {
		got := read(t, r, 2+len(order))[1:] // without the parameter sets
		byPlace := make([]uint32, 1+len(order))
		byPlace[0] = got[0].Timestamp
		for i, shown := range order {
			byPlace[shown] = got[i+1].Timestamp
		}
		for i := 1; i < len(byPlace); i++ {
			if int32(byPlace[i]-byPlace[i-1]) < clockRate/1000 {
				t.Errorf("a reader that comes after %d: %d is not a millisecond before %d", n+1, byPlace[i-1], byPlace[i])
			}
		}
	}
	// Timestamps come round after hours, so nothing is drawn together any more then.
	for range 2 * seam {
		src.ts += clockRate
		src.picture(500)
	}
	if read(t, readers[4], 2*seam); readers[4].squeeze != 1 {
		t.Errorf("drawn together to %g of the time long after the replay", readers[4].squeeze)
	}
}

func TestSlowReaderLosesPicturesUpToTheNextKeyAndHarmsNobody(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	slow, quick := subscribe(t, s), subscribe(t, s)
	pushed := 0
	for s.Counts().Overflows == 0 {
		src.picture(60_000)
		pushed++
		if n := len(read(t, quick, 1+60_000/maxPayload)); n == 0 {
			t.Fatal("the quick reader gets nothing")
		}
		if pushed > 500 {
			t.Fatal("the slow reader's queue never fills")
		}
	}
	if quick.Dropped() != 0 || slow.Dropped() == 0 {
		t.Errorf("dropped: quick %d, slow %d", quick.Dropped(), slow.Dropped())
	}
	for src.n%src.gop != 0 {
		src.picture(1000)
	}
	src.picture(1000) // a key picture
	got := read(t, slow, 2)
	if nalType(got[0].Payload) != 24 || nalType(got[1].Payload) != h264.TypeIDR || got[0].Lost == 0 {
		t.Errorf("goes on with NAL types %d, %d, lost %d", nalType(got[0].Payload), nalType(got[1].Payload), got[0].Lost)
	}
}

func TestReaderIsNotServedWithOldPictures(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	r := subscribe(t, s)
	for range 30 * 5 { // 5 s of a thin stream that nobody reads
		src.picture(100)
	}
	got := read(t, r, 1)[0]
	if age := src.now.Sub(got.Taken); age > maxQueueAge || r.Dropped() == 0 {
		t.Errorf("the first picture is %v old, %d packets were dropped", age, r.Dropped())
	}
	if nalType(got.Payload) != 24 {
		t.Errorf("goes on with NAL type %d", nalType(got.Payload))
	}
}

func TestReaderOutlivesTheSource(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	src.picture(500)
	r := subscribe(t, s)
	before := read(t, r, 2)
	s.Restart()
	src.picture(500) // not a key picture: nothing can be decoded from it
	src.n = 0
	src.ts += 1 << 30
	src.picture(500)
	after := read(t, r, 2)
	if nalType(after[1].Payload) != h264.TypeIDR {
		t.Errorf("goes on with NAL type %d", nalType(after[1].Payload))
	}
	if step := int32(after[0].Timestamp - before[1].Timestamp); step <= 0 || step > clockRate {
		t.Errorf("the timestamp steps by %d", step)
	}
	s.Close()
	if _, err := r.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := s.Subscribe(); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed stream: %v", err)
	}
}

package link

import (
	"context"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLossMeter(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		sequences      []uint8
		received, lost uint64
	}{
		"none":              {[]uint8{1, 2, 3}, 3, 0},
		"over the end":      {[]uint8{254, 255, 0, 1}, 4, 0},
		"one":               {[]uint8{1, 3}, 2, 1},
		"over the end, two": {[]uint8{254, 1}, 2, 2},
		"a copy":            {[]uint8{5, 5, 6}, 2, 0},
		"a late one":        {[]uint8{5, 7, 6, 8}, 4, 0},
		"a late copy":       {[]uint8{5, 7, 6, 8, 6, 5, 7}, 4, 0},
		"late and lost":     {[]uint8{250, 253, 251, 1, 255, 255}, 5, 3},
		"from before":       {[]uint8{5, 4, 6}, 2, 0},
		"a new start":       {[]uint8{5, 200, 201}, 3, 0},
	} {
		var m LossMeter
		for _, s := range c.sequences {
			m.Add(s, start)
		}
		if received, lost := m.Totals(); received != c.received || lost != c.lost {
			t.Errorf("%s: %d received, %d lost, want %d and %d", name, received, lost, c.received, c.lost)
		}
	}
	var m LossMeter
	if _, ok := m.Percent(start); ok {
		t.Error("a loss of nothing")
	}
	m.Add(1, start)
	m.Add(5, start)
	if p, ok := m.Percent(start); !ok || p != 60 {
		t.Errorf("%v %%", p)
	}
	if _, ok := m.Percent(start.Add(time.Minute)); ok {
		t.Error("a loss of a minute ago")
	}
}

func TestUrgentGoesFirstAndAFullQueueRefuses(t *testing.T) {
	t.Parallel()
	q := newQueue()
	ping := func(i int) message.Message { return &common.MessagePing{Seq: uint32(i)} }
	for i := range queueLimit + 3 {
		if ok := q.push(Background, ping(i), time.Time{}); ok != (i < queueLimit) {
			t.Errorf("number %d: %v", i, ok)
		}
	}
	if !q.push(Forwarded, Raw{1}, time.Time{}) || !q.push(Transfer, ping(1000), time.Time{}) || !q.push(Urgent, ping(2000), time.Time{}) {
		t.Error("another priority was refused")
	}
	for _, want := range []uint32{2000, 1000, 0, 1} {
		if seq := q.pop(time.Now()).(*common.MessagePing).Seq; seq != want {
			t.Errorf("%d, want %d", seq, want)
		}
	}
	if d := q.drops(); d != [priorities]uint64{0, 0, 3, 0} {
		t.Errorf("%v", d)
	}
	q.close()
	if q.pop(time.Now()) != nil || q.push(Urgent, ping(1), time.Time{}) {
		t.Error("a closed queue works")
	}
	if d := q.drops(); d != [priorities]uint64{1, 0, queueLimit - 2 + 3, 1} {
		t.Errorf("%v", d)
	}
}

func TestWaitsGrowAndStartAgain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // nothing is waited for
	r := retrier{first: 100 * time.Millisecond, last: 300 * time.Millisecond}
	for _, c := range []struct {
		worked bool
		next   time.Duration
	}{
		{false, 200 * time.Millisecond}, {false, 300 * time.Millisecond}, {false, 300 * time.Millisecond}, {true, 200 * time.Millisecond},
	} {
		if r.wait(ctx, c.worked); r.next != c.next {
			t.Errorf("then %v, want %v", r.next, c.next)
		}
	}
}

func TestWhatWaitedTooLongDoesNotLeave(t *testing.T) {
	t.Parallel()
	q := newQueue()
	ping := func(i uint32) message.Message { return &common.MessagePing{Seq: i} }
	now := time.Now()
	q.push(Urgent, ping(1), now.Add(time.Second))
	q.push(Urgent, ping(2), now.Add(3*time.Second))
	q.push(Background, ping(3), time.Time{})
	now = now.Add(2 * time.Second)
	for _, want := range []uint32{2, 3} {
		if seq := q.pop(now).(*common.MessagePing).Seq; seq != want {
			t.Errorf("message %d left, want %d", seq, want)
		}
	}
	if got := q.drops(); got[Urgent] != 1 {
		t.Errorf("drops %v", got)
	}
}

package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vedette/ui/api"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func msg(kind, id string, n int) message {
	return message{key{kind, id}, fmt.Append(nil, n)}
}

// drain takes everything that is due and writes it as "kind id=data".
func drain(q *queue, now time.Time) string {
	var out []string
	for {
		batch, _ := q.take(now)
		if len(batch) == 0 {
			return strings.Join(out, " ")
		}
		for _, m := range batch {
			out = append(out, m.kind+":"+m.id+"="+string(m.data))
		}
	}
}

func TestOnlyTheLatestOfAThingWaits(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for i := range 3 {
		q.push(start, msg(api.TypeFeed, "a", i))
		q.push(start, msg(api.TypeFeed, "b", i))
		q.push(start, msg(api.TypeAlert, "x", i))
	}
	if got, want := drain(q, start), "alert:x=0 alert:x=1 alert:x=2 feed:a=2 feed:b=2"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if q.coalesced != 4 {
		t.Errorf("%d coalesced, want 4", q.coalesced)
	}
}

func TestRatesAreLimitedAndTheLastStateIsNotLost(t *testing.T) {
	t.Parallel()
	for kind, most := range map[string]int{api.TypeVehicle: 5, api.TypeTrack: 5, api.TypeDetections: 8, api.TypeSensor: 100} {
		q := newQueue()
		sent := 0
		last := ""
		for i := range 100 { // one each 10 ms
			now := start.Add(time.Duration(i) * 10 * time.Millisecond)
			q.push(now, msg(kind, "1", i))
			batch, _ := q.take(now)
			sent += len(batch)
		}
		if sent != most {
			t.Errorf("%s: %d messages in a second, want %d", kind, sent, most)
		}
		for i := range 100 { // then silence
			batch, _ := q.take(start.Add(time.Second + time.Duration(i)*10*time.Millisecond))
			for _, m := range batch {
				last = string(m.data)
			}
		}
		if most != 100 && last != "99" {
			t.Errorf("%s: the last state that arrived is %q, want 99", kind, last)
		}
	}
}

func TestNextSaysWhenMoreIsDue(t *testing.T) {
	t.Parallel()
	q := newQueue()
	q.push(start, msg(api.TypeTrack, "t", 1))
	if batch, _ := q.take(start); len(batch) != 1 {
		t.Fatal("the first is not due at once")
	}
	q.push(start, msg(api.TypeTrack, "t", 2))
	batch, next := q.take(start.Add(10 * time.Millisecond))
	if len(batch) != 0 || !next.Equal(start.Add(200*time.Millisecond)) {
		t.Errorf("batch %v, next %v", batch, next)
	}
	if batch, next = q.take(next); len(batch) != 1 || !next.IsZero() {
		t.Errorf("batch %v, next %v", batch, next)
	}
}

func TestATrackThatIsGoneIsNotToldAgain(t *testing.T) {
	t.Parallel()
	q := newQueue()
	q.push(start, msg(api.TypeTrack, "t", 1))
	q.push(start, msg(api.TypeTrackGone, "t", 0))
	if got := drain(q, start); got != "trackGone:t=0" {
		t.Errorf("sent %q", got)
	}
	q.push(start, msg(api.TypeTrackGone, "t", 0))
	q.push(start, msg(api.TypeTrack, "t", 2))
	if got := drain(q, start.Add(time.Second)); got != "trackGone:t=0 track:t=2" {
		t.Errorf("sent %q", got)
	}
}

func TestSlowClientsLoseDetectionsAndTripsFirst(t *testing.T) {
	t.Parallel()
	q := newQueue()
	q.writing = start
	late := start.Add(slowAfter + time.Millisecond)
	for i, kind := range []string{api.TypeDetections, api.TypeTrip, api.TypeAlert, api.TypeVehicle} {
		q.push(late, msg(kind, "1", i))
	}
	if got := drain(q, late); got != "alert:1=2 vehicle:1=3" {
		t.Errorf("sent %q", got)
	}
	if q.dropped != 2 {
		t.Errorf("%d dropped", q.dropped)
	}
}

func TestAFullQueueKeepsAlertsThenCuts(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for i := range 10_000 { // the same few alerts change all the time: the newest of each stays
		if !q.push(start, msg(api.TypeAlert, fmt.Sprint(i%50), i)) || !q.push(start, msg(api.TypeTrip, "s", i)) {
			t.Fatal("cut, although little is new")
		}
	}
	if len(q.events) > tripEvents+50 {
		t.Errorf("%d events wait", len(q.events))
	}
	ok := true
	for i := 0; ok && i < 2*maxEvents; i++ {
		ok = q.push(start, msg(api.TypeAlert, fmt.Sprint("new", i), i))
	}
	if ok {
		t.Error("a queue without end")
	}
}

func TestForgottenThingsAreSweptAway(t *testing.T) {
	t.Parallel()
	q := newQueue()
	now := start
	for i := range 5000 {
		now = now.Add(100 * time.Millisecond)
		id := fmt.Sprint("t-", i)
		q.push(now, msg(api.TypeTrack, id, 1))
		q.take(now)
		q.push(now, msg(api.TypeTrackGone, id, 1))
		q.take(now)
	}
	if len(q.states) > 200 {
		t.Errorf("%d of 5000 tracks that are gone are still kept", len(q.states))
	}
}

// TestAClientEndsUpWithTheLatestOfEverything pushes and takes at random and compares what the client then knows.
func TestAClientEndsUpWithTheLatestOfEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		now := start
		truth, told := map[string]string{}, map[string]string{}
		alerts, heard := "", ""
		read := func() {
			batch, _ := q.take(now)
			for _, m := range batch {
				switch m.kind {
				case api.TypeTrackGone:
					delete(told, m.id)
				case api.TypeTrack:
					told[m.id] = string(m.data)
				case api.TypeAlert:
					heard += string(m.data) + " "
				}
			}
		}
		for n := range rapid.IntRange(1, 200).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0, 1:
				q.push(now, msg(api.TypeTrack, id, n))
				truth[id] = fmt.Sprint(n)
			case 2:
				q.push(now, msg(api.TypeTrackGone, id, n))
				delete(truth, id)
			case 3:
				q.push(now, msg(api.TypeAlert, id, n))
				alerts += fmt.Sprint(n) + " "
			case 4:
				read()
				now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond)
			}
		}
		for range 20 {
			read()
			now = now.Add(time.Second)
		}
		if fmt.Sprint(told) != fmt.Sprint(truth) {
			t.Fatalf("the client knows %v, true is %v", told, truth)
		}
		if heard != alerts {
			t.Fatalf("alerts heard %q, sent %q", heard, alerts)
		}
	})
}

package live

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// newsOf introduces the tracks from the first number to before the end, with a place that tells which telling it is.
func newsOf(first, end, place uint32) (news []message, rows []byte) {
	for number := first; number < end; number++ {
		news = append(news, message{introduction("t", number), fmt.Appendf(nil, "<%d:%d>", number, place)})
		rows = append(rows, rowOf(number, place)...)
	}
	return news, rows
}

// drainAll takes all that a client would send, and fails where a row comes before what introduces its number.
func drainAll(t *testing.T, q *queue, now time.Time, introduced map[uint32]bool) (texts []string, last map[uint32]uint32) {
	t.Helper()
	last = map[uint32]uint32{}
	for range 1000 {
		due, _ := q.take(now)
		for _, m := range due {
			texts = append(texts, string(m.data))
		}
		if len(due) > 0 {
			continue
		}
		if text := q.takeText(); text != nil {
			texts = append(texts, strings.Split(string(text), ",")...)
			continue
		}
		b, rows, _ := q.takeRows(now, nil)
		if rows == 0 {
			return texts, last
		}
		for _, text := range texts {
			var number, place uint32
			if _, err := fmt.Sscanf(text, "<%d:%d>", &number, &place); err != nil {
				t.Fatalf("a text reads %q: %v", text, err)
			}
			introduced[number] = true
		}
		for number, place := range places(t, b, rows) {
			if !introduced[number] {
				t.Fatalf("a row of track %d before its introduction", number)
			}
			last[number] = place
		}
	}
	t.Fatal("it never ends")
	return nil, nil
}

func TestNewTracksAreIntroducedOnceForAllAndBeforeTheirRows(t *testing.T) {
	t.Parallel()
	const tracks = 2*maxBatch + 5
	now := time.Unix(1_000_000, 0)
	news, rows := newsOf(1, tracks+1, 7)
	b := newBatch(news, rows)
	if len(b.texts) != 3 {
		t.Fatalf("%d texts", len(b.texts))
	}
	for range 2 { // what one client has taken the other has not
		q := newQueue()
		if !q.pushBatch(now, b) {
			t.Fatal("the writer is not woken")
		}
		texts, last := drainAll(t, q, now, map[uint32]bool{})
		if len(texts) != tracks || len(last) != tracks || last[tracks] != 7 {
			t.Errorf("%d introductions and %d rows of %d", len(texts), len(last), tracks)
		}
		if len(q.states) != 0 {
			t.Errorf("a client that keeps up has %d states of its own", len(q.states))
		}
	}
}

func TestAClientThatIsBehindIsToldTheLatestOfEachTrack(t *testing.T) {
	t.Parallel()
	const tracks = 2*maxBatch + 5
	now := time.Unix(1_000_000, 0)
	q := newQueue()
	news, rows := newsOf(1, tracks+1, 0)
	q.pushBatch(now, newBatch(news, rows))
	first := string(q.takeText()) // in the middle of a batch it falls behind
	for place := uint32(1); place < maxShared+2; place++ {
		news, rows = newsOf(tracks-1, tracks+1, place)
		q.pushBatch(now, newBatch(news, rows))
	}
	q.forgetTrack(now, introduction("t", 100), 100)
	introduced := map[uint32]bool{}
	for number := uint32(1); number <= maxBatch; number++ {
		introduced[number] = true
	}
	if n := strings.Count(first, ",") + 1; n != maxBatch {
		t.Fatalf("%d introductions at first", n)
	}
	texts, last := drainAll(t, q, now.Add(gather), introduced)
	if want := tracks - maxBatch - 1; len(texts) != want {
		t.Errorf("%d introductions, want %d: each that was not told, once", len(texts), want)
	}
	if len(last) != tracks-1 || last[tracks] != maxShared+1 || last[1] != 0 {
		t.Errorf("%d rows, the last %d", len(last), last[tracks])
	}
	if _, told := last[100]; told {
		t.Error("a track that has ended is told")
	}
}

func TestNewsWithoutRowsHoldNothingUp(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	q := newQueue()
	news, rows := newsOf(1, 3, 4)
	q.pushBatch(now, newBatch(news, nil))
	q.pushBatch(now, newBatch(nil, rows))
	if texts, last := drainAll(t, q, now, map[uint32]bool{}); len(texts) != 2 || len(last) != 2 {
		t.Errorf("%d introductions and %d rows of 2", len(texts), len(last))
	}
}

package live

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// rowOf is a row of a track with a place that tells which row it is.
func rowOf(number, place uint32) []byte {
	b := make([]byte, rowBytes)
	binary.LittleEndian.PutUint32(b, number)
	binary.LittleEndian.PutUint32(b[4:], place)
	return b
}

// places reads what rowOf wrote, by track.
func places(t *testing.T, b []byte, rows int) map[uint32]uint32 {
	t.Helper()
	if len(b) != rows*rowBytes {
		t.Fatalf("%d bytes for %d rows", len(b), rows)
	}
	out := map[uint32]uint32{}
	for ; len(b) > 0; b = b[rowBytes:] {
		out[binary.LittleEndian.Uint32(b)] = binary.LittleEndian.Uint32(b[4:])
	}
	return out
}

func TestRowsAreGatheredAndTheLatestIsTold(t *testing.T) {
	t.Parallel()
	var q rowQueue
	start := time.Unix(1_000_000, 0)
	for place := range uint32(3) {
		q.push(start, 1, rowOf(1, place))
	}
	q.push(start.Add(gather/2), 2, rowOf(2, 7))
	if _, rows, next := q.take(start.Add(gather/2), nil); rows != 0 || !next.Equal(start.Add(gather)) {
		t.Fatalf("%d rows before the time to gather is over, more at %v", rows, next)
	}
	b, rows, next := q.take(start.Add(gather), nil)
	if got := places(t, b, rows); len(got) != 2 || got[1] != 2 || got[2] != 7 || !next.IsZero() {
		t.Fatalf("told %v, more at %v", got, next)
	}
	// A track that has had its turn waits for the next one, and nobody else waits with it.
	soon := start.Add(2 * gather)
	q.push(soon, 1, rowOf(1, 8))
	if earlier, _ := q.push(soon, 3, rowOf(3, 9)); !earlier {
		t.Fatal("a track that may be told at once waits for one that may not")
	}
	b, rows, next = q.take(soon.Add(gather), nil)
	if got := places(t, b, rows); len(got) != 1 || got[3] != 9 || !next.Equal(start.Add(gather+trackInterval)) {
		t.Fatalf("told %v, more at %v", got, next)
	}
	if b, rows, _ = q.take(next, nil); places(t, b, rows)[1] != 8 {
		t.Fatalf("%d rows at the track's next turn", rows)
	}
}

func TestAClientThatIsBehindGetsTheLatestRowOfEachTrack(t *testing.T) {
	t.Parallel()
	q := newQueue()
	start := time.Unix(1_000_000, 0)
	for place := range uint32(maxShared + 3) {
		q.pushBatch(start, newBatch(nil, append(rowOf(1, place), rowOf(2, 100+place)...)))
	}
	q.forgetTrack(start, introduction("b", 2), 2)
	b, rows, next := q.takeRows(start.Add(gather), nil)
	if got := places(t, b, rows); len(got) != 1 || got[1] != maxShared+2 || !next.IsZero() {
		t.Fatalf("told %v, more at %v", got, next)
	}
	// Having caught up it is told what all are told.
	shared := rowOf(1, 50)
	if !q.pushBatch(start, newBatch(nil, shared)) {
		t.Fatal("its writer is not woken")
	}
	if b, rows, _ = q.takeRows(start, nil); rows != 1 || !bytes.Equal(b, shared) {
		t.Fatalf("%d rows", rows)
	}
}

// tallied counts the writes that reach a connection.
type tallied struct {
	net.Conn

	writes int
	text   bytes.Buffer
	fails  error
}

func (c *tallied) Write(b []byte) (int, error) {
	c.writes++
	if c.fails != nil {
		return 0, c.fails
	}
	return c.text.Write(b)
}

func TestACorkedConnectionWritesAtOnce(t *testing.T) {
	t.Parallel()
	under := &tallied{}
	c := &corked{Conn: under}
	say := func(text string) {
		t.Helper()
		if n, err := io.WriteString(c, text); n != len(text) || err != nil {
			t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
		}
	}
	say("a")
	c.cork()
	say("b")
	say("c")
	if under.writes != 1 {
		t.Fatalf("%d writes while corked", under.writes)
	}
	long := string(make([]byte, corkedBytes+1))
	say(long)
	say("d")
	if err := c.uncork(); err != nil {
		t.Fatal(err)
	}
	say("e")
	if got, want := under.text.String(), "abc"+long+"de"; got != want || under.writes != 5 {
		t.Fatalf("%d bytes in %d writes, want %d bytes in order in 5", len(got), under.writes, len(want))
	}
	c.cork()
	say("f")
	under.fails = net.ErrClosed
	if err := c.uncork(); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("the end of a connection is not told: %v", err)
	}
}

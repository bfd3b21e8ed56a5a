package live

import "time"

const (
	maxRows = 4096 // of one frame
	// gather is how long rows wait for others, so that what the station tells at once goes in one frame.
	gather = 20 * time.Millisecond
)

// rowQueue is which tracks have moved that one client has not been told of: the latest row of each. It is pure.
type rowQueue struct {
	rows  map[uint32]*rowState
	dirty []uint32  // with a row, the longest waiting first
	since time.Time // of the first of them
	swept time.Time
}

// rowState is the latest row of a track; row is nil once it was sent.
type rowState struct {
	row    []byte
	sent   time.Time
	queued bool // its number is in dirty
}

// push is true where the writer should be woken, and coalesced where the row takes the place of one that waits.
func (q *rowQueue) push(now time.Time, number uint32, row []byte) (wake, coalesced bool) {
	if q.rows == nil {
		q.rows = map[uint32]*rowState{}
	}
	st := q.rows[number]
	if st == nil {
		st = &rowState{}
		q.rows[number] = st
	}
	coalesced = st.row != nil
	st.row = row
	if st.queued {
		return false, coalesced
	}
	st.queued = true
	if len(q.dirty) == 0 {
		q.since, wake = now, true
	}
	q.dirty = append(q.dirty, number)
	return wake, coalesced
}

// forget drops what waits of a track that has ended.
func (q *rowQueue) forget(number uint32) {
	if st := q.rows[number]; st != nil {
		st.row = nil
	}
}

// take appends the rows that may be sent now to b, and says how many they are and when there may be more: zero means
// that nothing waits.
func (q *rowQueue) take(now time.Time, b []byte) (_ []byte, rows int, next time.Time) {
	if len(q.dirty) == 0 {
		q.sweep(now)
		return b, 0, time.Time{}
	}
	if due := q.since.Add(gather); now.Before(due) {
		return b, 0, due
	}
	rest := q.dirty[:0]
	for _, number := range q.dirty {
		st := q.rows[number]
		due := st.sent.Add(trackInterval)
		switch {
		case st.row == nil:
			st.queued = false
		case rows >= maxRows || now.Before(due):
			rest = append(rest, number)
			if next.IsZero() || due.Before(next) {
				next = due
			}
		default:
			b = append(b, st.row...)
			rows++
			st.row, st.sent, st.queued = nil, now, false
		}
	}
	q.dirty = rest
	q.since = next // those that are left are due then
	if !next.IsZero() {
		q.since = next.Add(-gather)
	}
	return b, rows, next
}

// sweep forgets tracks that nothing was heard of.
func (q *rowQueue) sweep(now time.Time) {
	if now.Sub(q.swept) < 10*time.Second {
		return
	}
	q.swept = now
	for number, st := range q.rows {
		if st.row == nil && !st.queued && now.Sub(st.sent) > time.Second {
			delete(q.rows, number)
		}
	}
}

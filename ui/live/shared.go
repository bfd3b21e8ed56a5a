package live

import (
	"encoding/binary"
	"time"
)

// maxShared is how many batches a client may be behind before they are its own: the latest of each track.
const maxShared = 4

// batch is what all who take tracks as rows are told at once, made once for everybody and never changed: what the rows do not
// have, and then the rows.
type batch struct {
	news  []message
	texts [][]byte // the news in JSON, maxBatch of them in each, with commas between them
	rows  []byte
}

func newBatch(news []message, rows []byte) *batch {
	b := &batch{news: news, rows: rows}
	for len(news) > 0 {
		n := min(len(news), maxBatch)
		size := n
		for _, m := range news[:n] {
			size += len(m.data)
		}
		text := make([]byte, 0, size)
		for i, m := range news[:n] {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(text, m.data...)
		}
		b.texts = append(b.texts, text)
		news = news[n:]
	}
	return b
}

// pushBatch gives the client what all are told alike. It is true where the writer should be woken.
func (q *queue) pushBatch(now time.Time, b *batch) (wake bool) {
	if len(q.rows.dirty) == 0 && len(q.shared) < maxShared {
		q.shared = append(q.shared, b)
		return len(q.shared) == 1
	}
	q.ownAll(now)
	return q.own(now, b, 0) || len(b.news) > 0
}

// ownAll turns the batches that wait into messages and rows of the client's own.
func (q *queue) ownAll(now time.Time) {
	for _, b := range q.shared {
		q.own(now, b, q.told)
		q.told = 0
	}
	clear(q.shared)
	q.shared = q.shared[:0]
}

// own makes a batch the client's own, but for its texts that have been told. It is true where rows are due earlier than before.
func (q *queue) own(now time.Time, b *batch, told int) (earlier bool) {
	for _, m := range b.news[min(told*maxBatch, len(b.news)):] {
		q.push(now, m) // a track's message is never refused
	}
	for rows := b.rows; len(rows) >= rowBytes; rows = rows[rowBytes:] {
		first, coalesced := q.rows.push(now, binary.LittleEndian.Uint32(rows), rows[:rowBytes])
		earlier = earlier || first
		if coalesced {
			q.coalesced++
		}
	}
	return earlier
}

// forgetTrack drops what waits of a track that has ended.
func (q *queue) forgetTrack(now time.Time, introduced key, number uint32) {
	q.ownAll(now)
	q.forget(introduced)
	q.rows.forget(number)
}

// takeText returns the next news of tracks that all are told alike, which come before the rows of their batch; nil: there are none.
func (q *queue) takeText() []byte {
	for len(q.shared) > 0 {
		b := q.shared[0]
		if q.told < len(b.texts) {
			q.told++
			return b.texts[q.told-1]
		}
		if len(b.rows) > 0 {
			return nil
		}
		q.dropFirst()
	}
	return nil
}

// takeRows appends the rows that may be sent now to b, once takeText has nothing; as rowQueue.take does.
func (q *queue) takeRows(now time.Time, b []byte) (_ []byte, rows int, next time.Time) {
	if len(q.shared) == 0 {
		return q.rows.take(now, b)
	}
	first := q.shared[0].rows
	q.dropFirst()
	return append(b, first...), len(first) / rowBytes, now
}

func (q *queue) dropFirst() {
	copy(q.shared, q.shared[1:])
	q.shared[len(q.shared)-1] = nil
	q.shared, q.told = q.shared[:len(q.shared)-1], 0
}

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// What people and programs did, which is every event with a Who, is chained: each has a link with its number and the SHA-256 of
// the link before and of the event. Whoever changes, removes or slips in a record has to make all links after it anew, and
// then the last hash is another one than was noted elsewhere. The head, a setting, tells how many there should be.
const headKey = "chain/head"

// head is the newest link of the chain.
type head struct {
	no   int64
	hash []byte
}

// linkHash is the hash of a record's link: of the parts below as netstrings, one after the other, so that no two records
// read alike. Times are microseconds since 1970.
func linkHash(before []byte, no int64, e Event) []byte {
	var b bytes.Buffer
	for _, part := range []string{
		"vedette audit 1", hex.EncodeToString(before), strconv.FormatInt(no, 10), strconv.FormatInt(e.Seq, 10), e.Kind,
		strconv.FormatInt(e.ObservedAt.UnixMicro(), 10), strconv.FormatInt(e.StoredAt.UnixMicro(), 10), e.Who, e.Key, string(e.Data),
	} {
		fmt.Fprintf(&b, "%d:%s,", len(part), part)
	}
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}

// link chains events that were written within the transaction. The head is read there too: another process (vedette user)
// may have written since this one looked last.
func link(ctx context.Context, tx *sql.Tx, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	h, err := readHead(tx.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", headKey))
	if err != nil {
		return err
	}
	for _, e := range events {
		h.no++
		h.hash = linkHash(h.hash, h.no, e)
		if _, err := tx.ExecContext(ctx, "INSERT INTO chain (seq, no, hash) VALUES (?, ?, ?)", e.Seq, h.no, h.hash); err != nil {
			return fmt.Errorf("link record %d: %w", e.Seq, err)
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		headKey, fmt.Appendf(nil, "%d %x", h.no, h.hash))
	return err
}

// readHead reads the head; the zero head where nothing was chained yet.
func readHead(row *sql.Row) (h head, err error) {
	var text []byte
	switch err := row.Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return head{}, nil
	case err != nil:
		return head{}, fmt.Errorf("read the head of the chain: %w", err)
	}
	if _, err := fmt.Sscanf(string(text), "%d %x", &h.no, &h.hash); err != nil {
		return head{}, fmt.Errorf("read the head of the chain: %q: %w", text, err)
	}
	return h, nil
}

// Decision is a record of what somebody did, with its link. No is zero and the hashes are empty where the record is older than
// the chain.
type Decision struct {
	Event

	No       int64
	Previous []byte // the hash of the link before
	Hash     []byte
}

// Chain is what a walk along the chain found.
type Chain struct {
	Count  int64     // records that fit
	First  int64     // number of the first of them
	Last   int64     // number of the last link, also where its record was removed after its time
	Hash   []byte    // the last link's
	At     time.Time // when the last record came to disk
	Older  int64     // records that are older than the chain: nothing is known of them
	Pruned int64     // records that were removed from the beginning, as the retention does
}

// BrokenError names the first record that does not fit.
type BrokenError struct {
	No, Seq int64 // number in the chain and sequence number of the record; zero where there is none
	Why     string
}

func (e *BrokenError) Error() string {
	if e.No == 0 {
		return fmt.Sprintf("record %d does not fit: %s", e.Seq, e.Why)
	}
	return fmt.Sprintf("record %d, no. %d of the chain, does not fit: %s", e.Seq, e.No, e.Why)
}

// Verify walks along the chain and calls visit, where it is not nil, with every link's number and hash. The error is a
// *BrokenError for the first record that does not fit. A station may write meanwhile: all is read as it is at one moment.
func (r *Reader) Verify(ctx context.Context, visit func(no int64, hash []byte)) (c Chain, err error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return c, fmt.Errorf("read the chain: %w", inWords(err))
	}
	defer func() { _ = tx.Rollback() }() // it has changed nothing
	h, err := readHead(tx.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", headKey))
	if err != nil {
		return c, inWords(err)
	}
	w := walk{visit: visit}
	if err := w.links(ctx, tx); err != nil {
		return w.Chain, err
	}
	if w.Last != h.no || !bytes.Equal(w.Hash, h.hash) {
		return w.Chain, &BrokenError{No: w.Last + 1, Why: fmt.Sprintf("it is missing: the chain ends at no. %d, and no. %d was written", w.Last, h.no)}
	}
	return w.Chain, w.strangers(ctx, tx)
}

// walk follows the links.
type walk struct {
	Chain

	visit    func(no int64, hash []byte)
	firstSeq int64
}

func (w *walk) links(ctx context.Context, tx *sql.Tx) (err error) {
	rows, err := tx.QueryContext(ctx, `SELECT c.seq, c.no, c.hash, e.seq IS NOT NULL, coalesce(e.kind, ''), coalesce(e.observed_at, 0),
		coalesce(e.stored_at, 0), coalesce(e.who, ''), coalesce(e.key, ''), coalesce(e.data, '')
		FROM chain c LEFT JOIN events e ON e.seq = c.seq ORDER BY c.seq`)
	if err != nil {
		return fmt.Errorf("read the chain: %w", inWords(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d Decision
		var there bool
		var observed, stored int64
		var data string
		if err := rows.Scan(&d.Seq, &d.No, &d.Hash, &there, &d.Kind, &observed, &stored, &d.Who, &d.Key, &data); err != nil {
			return fmt.Errorf("read a link: %w", err)
		}
		d.ObservedAt, d.StoredAt, d.Data = time.UnixMicro(observed).UTC(), time.UnixMicro(stored).UTC(), []byte(data)
		if err := w.next(d, there); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the chain: %w", inWords(err))
	}
	return nil
}

// next looks whether a link follows the one before. Only the first may lack its record: the retention leaves that one.
func (w *walk) next(d Decision, there bool) error {
	first := w.firstSeq == 0
	broken := func(format string, args ...any) error {
		return &BrokenError{No: d.No, Seq: d.Seq, Why: fmt.Sprintf(format, args...)}
	}
	switch {
	case first && !there:
		w.Pruned = d.No
	case first && d.No != 1:
		return broken("the %d before it are missing", d.No-1)
	case d.No != w.Last+1:
		return broken("it follows no. %d", w.Last)
	case !there:
		return broken("it was removed")
	case !bytes.Equal(linkHash(w.Hash, d.No, d.Event), d.Hash):
		return broken("it was changed, or what is before it")
	default:
		w.Count++
		w.At = d.StoredAt
		if w.First == 0 {
			w.First = d.No
		}
	}
	if first {
		w.firstSeq = d.Seq
	}
	w.Last, w.Hash = d.No, d.Hash
	if w.visit != nil {
		w.visit(d.No, d.Hash)
	}
	return nil
}

// strangers looks for records that have no link though the chain had begun, and counts those from before.
func (w *walk) strangers(ctx context.Context, tx *sql.Tx) error {
	if w.firstSeq == 0 {
		w.firstSeq = 1 << 62
	}
	var seq sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT min(seq) FROM events INDEXED BY events_who WHERE who <> '' AND seq > ?
		AND NOT EXISTS (SELECT 1 FROM chain WHERE chain.seq = events.seq)`, w.firstSeq).Scan(&seq)
	if err != nil {
		return fmt.Errorf("look for records without a link: %w", inWords(err))
	}
	if seq.Valid {
		return &BrokenError{Seq: seq.Int64, Why: "it has no place in the chain: somebody else than a station wrote it"}
	}
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM events INDEXED BY events_who WHERE who <> '' AND seq < ?", w.firstSeq).Scan(&w.Older)
	if err != nil {
		return fmt.Errorf("count older records: %w", inWords(err))
	}
	return nil
}

// Decisions calls visit with what people and programs did within a time, in the order of the chain, in pages.
func (r *Reader) Decisions(ctx context.Context, w Within, visit func(Decision) error) error {
	from, to := w.micros()
	for after := int64(0); ; {
		page, err := r.decisions(ctx, after, from, to)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := visit(d); err != nil {
				return err
			}
			after = d.Seq
		}
		if len(page) < MaxRead {
			return nil
		}
	}
}

func (r *Reader) decisions(ctx context.Context, after, from, to int64) (page []Decision, err error) {
	rows, err := r.db.QueryContext(ctx, `SELECT e.seq, e.kind, e.observed_at, e.stored_at, e.who, e.key, e.data, coalesce(c.no, 0), coalesce(c.hash, x''),
		coalesce((SELECT p.hash FROM chain p WHERE p.seq < c.seq ORDER BY p.seq DESC LIMIT 1), x'')
		FROM events e INDEXED BY events_who LEFT JOIN chain c ON c.seq = e.seq
		WHERE e.who <> '' AND e.seq > ? AND e.observed_at >= ? AND e.observed_at < ? ORDER BY e.seq LIMIT ?`, after, from, to, MaxRead)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", inWords(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d Decision
		var observed, stored int64
		var data string
		if err := rows.Scan(&d.Seq, &d.Kind, &observed, &stored, &d.Who, &d.Key, &data, &d.No, &d.Hash, &d.Previous); err != nil {
			return nil, fmt.Errorf("read decision: %w", err)
		}
		d.ObservedAt, d.StoredAt, d.Data = time.UnixMicro(observed).UTC(), time.UnixMicro(stored).UTC(), []byte(data)
		page = append(page, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read decisions: %w", inWords(err))
	}
	return page, nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// request is one thing for the writer to do within the next transaction.
type request struct {
	do    func(context.Context, *sql.Tx) (int64, error) // the context is the writer's, not the caller's
	reply chan result                                   // one place, so that the writer never waits for a caller that gave up
}

type result struct {
	n   int64
	err error
}

// Append writes events in their order, all or none, and returns the sequence number of the last one once they are on
// disk. When the context ends first, the error says so and the events may or may not have been written.
func (s *Store) Append(ctx context.Context, events ...Event) (lastSeq int64, err error) {
	if len(events) == 0 {
		return 0, errors.New("append: no events")
	}
	for _, e := range events {
		if err := e.validate(); err != nil {
			return 0, fmt.Errorf("append: %w", err)
		}
	}
	n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) { return s.insert(ctx, tx, events) })
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	s.counters.appended.Add(uint64(len(events)))
	return n, nil
}

// Post hands over an event without waiting for the disk. It returns false, and the loss is counted, where the queue is
// full, the store is closed or the event is not valid.
func (s *Store) Post(e Event) bool {
	if e.validate() != nil {
		s.counters.postDropped.Add(1)
		return false
	}
	if e.ObservedAt.IsZero() {
		e.ObservedAt = s.cfg.Now()
	}
	select {
	case <-s.closing:
		s.counters.postDropped.Add(1)
		return false
	default:
	}
	select {
	case s.posts <- e:
		return true
	default:
		s.counters.postDropped.Add(1)
		return false
	}
}

// ask sends work to the writer and waits until it is on disk.
func (s *Store) ask(ctx context.Context, do func(context.Context, *sql.Tx) (int64, error)) (int64, error) {
	r := request{do: do, reply: make(chan result, 1)}
	select {
	case <-s.closing:
		return 0, ErrClosed
	default:
	}
	select {
	case s.requests <- r:
	case <-s.closing:
		return 0, ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	select {
	case res := <-r.reply:
		return res.n, res.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: whether it was written is not known", ctx.Err())
	case <-s.done:
		select {
		case res := <-r.reply:
			return res.n, res.err
		default: // queued after the writer's last look
			return 0, ErrClosed
		}
	}
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, events []Event) (last int64, err error) {
	stmt, err := tx.PrepareContext(ctx, "INSERT INTO events (kind, observed_at, stored_at, who, key, data) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	now := s.cfg.Now()
	var decisions []Event
	for _, e := range events {
		if e.ObservedAt.IsZero() {
			e.ObservedAt = now
		}
		if len(e.Data) == 0 {
			e.Data = []byte("null")
		}
		e.StoredAt = now
		res, err := stmt.ExecContext(ctx, e.Kind, e.ObservedAt.UnixMicro(), now.UnixMicro(), e.Who, e.Key, string(e.Data))
		if err != nil {
			return 0, err
		}
		if last, err = res.LastInsertId(); err != nil {
			return 0, err
		}
		if e.Who != "" {
			e.Seq = last
			decisions = append(decisions, e)
		}
	}
	return last, link(ctx, tx, decisions)
}

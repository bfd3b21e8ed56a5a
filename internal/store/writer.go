package store

import (
	"context"
	"fmt"
	"time"
)

const (
	maxBatch   = 512 // requests, and posted events, of one transaction
	retryAfter = time.Second
)

// batch is what the next transaction holds.
type batch struct {
	requests []request
	posts    []Event
}

func (b *batch) empty() bool { return len(b.requests) == 0 && len(b.posts) == 0 }

// run is the writer. Requests are answered with the outcome of their transaction. Posted events that could not be written
// are kept and tried again, so that a disk that was full for a while costs only what did not fit in the queue meanwhile.
func (s *Store) run() {
	defer close(s.done)
	var b batch
	for {
		open := s.gather(&b)
		if b.empty() {
			if !open {
				return
			}
			continue
		}
		err := s.commit(&b)
		if err != nil && !open {
			lost := len(b.posts) + len(s.posts)
			s.counters.postDropped.Add(uint64(lost)) //nolint:gosec // a length is never negative
			s.closeErr = fmt.Errorf("close store: %d events could not be written: %w", lost, err)
			return
		}
	}
}

// gather waits for something to do and gives others the linger to join it. It returns false once the store is closing;
// the batch then holds what was waiting.
func (s *Store) gather(b *batch) (open bool) {
	posts := s.posts
	var retry <-chan time.Time
	if len(b.posts) > 0 { // kept after a failure
		t := time.NewTimer(retryAfter)
		defer t.Stop()
		posts, retry = nil, t.C
	}
	select {
	case r := <-s.requests:
		b.requests = append(b.requests, r)
	case e := <-posts:
		b.posts = append(b.posts, e)
	case <-retry:
	case <-s.closing:
		s.drain(b)
		return false
	}
	if s.cfg.Linger < 0 {
		s.drain(b)
		return true
	}
	linger := time.NewTimer(s.cfg.Linger)
	defer linger.Stop()
	for len(b.requests) < maxBatch && len(b.posts) < maxBatch {
		select {
		case r := <-s.requests:
			b.requests = append(b.requests, r)
		case e := <-s.posts:
			b.posts = append(b.posts, e)
		case <-linger.C:
			return true
		case <-s.closing:
			s.drain(b)
			return false
		}
	}
	return true
}

// drain takes what is waiting, up to a full batch, without waiting for more.
func (s *Store) drain(b *batch) {
	for len(b.requests) < maxBatch && len(b.posts) < maxBatch {
		select {
		case r := <-s.requests:
			b.requests = append(b.requests, r)
		case e := <-s.posts:
			b.posts = append(b.posts, e)
		default:
			return
		}
	}
}

// commit writes the batch in one transaction and answers its requests; on success nothing is left in the batch.
func (s *Store) commit(b *batch) error {
	results, err := s.transact(b)
	s.note(err) // before the answers, so that whoever was refused finds the failure counted
	for i, r := range b.requests {
		if err != nil {
			r.reply <- result{err: err}
		} else {
			r.reply <- result{n: results[i]}
		}
	}
	b.requests = b.requests[:0]
	if err != nil {
		return err
	}
	s.counters.commits.Add(1)
	s.counters.posted.Add(uint64(len(b.posts)))
	b.posts = b.posts[:0]
	return nil
}

func (s *Store) transact(b *batch) ([]int64, error) {
	// The callers' contexts do not reach here: one of them must not undo the others' events.
	ctx := context.Background()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if len(b.posts) > 0 {
		if _, err := s.insert(ctx, tx, b.posts); err != nil {
			return nil, fmt.Errorf("insert events: %w", err)
		}
	}
	results := make([]int64, len(b.requests))
	for i, r := range b.requests {
		if results[i], err = r.do(ctx, tx); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit transaction: %w", err)
	}
	return results, nil
}

// note logs where the disk begins to fail and where it works again: posted events have no caller to return an error to.
func (s *Store) note(err error) {
	if err != nil {
		s.counters.failures.Add(1)
		text := err.Error()
		if s.failing.Swap(&text) == nil {
			s.cfg.Log.Error("the event log cannot be written", "error", err)
		}
		return
	}
	if s.failing.Swap(nil) != nil {
		s.cfg.Log.Warn("the event log can be written again")
	}
}

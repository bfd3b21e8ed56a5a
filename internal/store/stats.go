package store

import "sync/atomic"

type counters struct {
	appended, posted, postDropped, commits, failures atomic.Uint64
}

// Stats count what the store has done since it was opened.
type Stats struct {
	Appended    uint64 // events written through Append
	Posted      uint64 // events written through Post
	PostDropped uint64 // events that Post refused or that were lost at Close
	PostWaiting uint64 // posted events that are not written yet
	Commits     uint64 // transactions
	Failures    uint64 // transactions that failed
	Failing     string // the error of the last transaction; empty: it succeeded
}

// Stats returns the counts so far.
func (s *Store) Stats() Stats {
	st := Stats{
		Appended:    s.counters.appended.Load(),
		Posted:      s.counters.posted.Load(),
		PostDropped: s.counters.postDropped.Load(),
		PostWaiting: uint64(len(s.posts)),
		Commits:     s.counters.commits.Load(),
		Failures:    s.counters.failures.Load(),
	}
	if text := s.failing.Load(); text != nil {
		st.Failing = *text
	}
	return st
}

package store

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkAppend is durable events a second from 64 callers for each core, 300 bytes each.
func BenchmarkAppend(b *testing.B) {
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}()
	e := Event{Kind: "track", Key: "t-1", Data: json.RawMessage(`"` + strings.Repeat("x", 300) + `"`)}
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Append(b.Context(), e); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(s.Stats().Appended)/float64(max(s.Stats().Commits, 1)), "events/commit")
}

package spans_test

import (
	"testing"

	"pgregory.net/rapid"

	"vedette/mavlink/spans"
)

// TestASetAgreesWithAListOfBytes compares the set with the plainest thing that does the same.
func TestASetAgreesWithAListOfBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const size = 60
		var set spans.Set
		var plain [size]bool
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			from, to := rapid.Int64Range(0, size).Draw(t, "from"), rapid.Int64Range(0, size).Draw(t, "to")
			added := int64(0)
			for i := from; i < to; i++ {
				if !plain[i] {
					plain[i] = true
					added++
				}
			}
			if got := set.Add(from, to); got != added {
				t.Fatalf("adding [%d, %d) gave %d new bytes, want %d", from, to, got, added)
			}
			check(t, &set, plain[:])
		}
		again := spans.Of(set.Spans())
		check(t, &again, plain[:])
	})
}

func check(t *rapid.T, set *spans.Set, plain []bool) {
	n, end := int64(0), int64(0)
	for i, has := range plain {
		if has {
			n++
			end = int64(i) + 1
		}
	}
	if set.Len() != n || set.End() != end {
		t.Fatalf("%d bytes to %d, want %d to %d", set.Len(), set.End(), n, end)
	}
	from, to := rapid.Int64Range(0, 60).Draw(t, "gap from"), rapid.Int64Range(0, 60).Draw(t, "gap to")
	var want spans.Span
	found := false
	for i := from; i < to; i++ {
		switch {
		case !plain[i] && !found:
			want, found = spans.Span{From: i, To: i + 1}, true
		case !plain[i] && want.To == i:
			want.To = i + 1
		}
	}
	if got, ok := set.Gap(from, to); ok != found || got != want {
		t.Fatalf("the gap in [%d, %d) is %v %v, want %v %v of %v", from, to, got, ok, want, found, set.Spans())
	}
	if set.Holds(from, to) == found {
		t.Fatalf("holds [%d, %d): %v", from, to, !found)
	}
}

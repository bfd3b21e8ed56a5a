package mavlink

import (
	"testing"
	"time"
)

func TestCorrectionsKeepToTheirShareOfANarrowLink(t *testing.T) {
	t.Parallel()
	const rate = 2304 // 40 % of 5760 bytes a second
	var b budget
	now := time.Now()
	spent := 0
	const seconds = 60
	for range seconds * 5 {
		now = now.Add(200 * time.Millisecond)
		if b.take(700, rate, now) {
			spent += 700
		}
	}
	if most := rate * (seconds + 1); spent > most || spent < most*9/10 {
		t.Errorf("%d bytes in %d s, at most %d", spent, seconds, most)
	}
	if !b.take(1<<20, 0, now) {
		t.Error("a link without a bandwidth has a limit")
	}
}

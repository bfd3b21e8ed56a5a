//go:build !race

// An hour of a night takes half a minute here; the race detector would make it several, and everything runs on one goroutine.

package station

import (
	"cmp"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// playNights plays an hour of a scenario for each seed, two at a time.
func playNights(tb testing.TB, name string, seeds ...int64) *score {
	sum := newScore()
	var mu sync.Mutex
	var wg sync.WaitGroup
	room := make(chan struct{}, 2)
	for _, seed := range seeds {
		s := newScene(tb, name, seed)
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			s.play(time.Hour)
			mu.Lock()
			defer mu.Unlock()
			sum.add(s)
			for _, v := range s.order {
				if v.cause != "crossing" {
					tb.Logf("seed %d, %v: %s: %s, %v, confidence %.2f", seed, v.at.Sub(sceneStart).Round(time.Second), v.cause, v.alert.Title, v.alert.Reasons, v.alert.Confidence)
				}
			}
		})
	}
	wg.Wait()
	tb.Logf("%s: %v", name, sum)
	return sum
}

// TestAlertsInABusyNight is the short form of BenchmarkAlerts, with limits that one hour of any seed keeps.
func TestAlertsInABusyNight(t *testing.T) {
	t.Parallel()
	sum := playNights(t, "busy", 5)
	if sum.crossings < 5 || sum.trips["animal"] < 10 || sum.trips["own"] < 5 || sum.trips["false"] < 5 {
		t.Fatalf("the night was not busy: %v", sum)
	}
	if sum.share() < 0.75 {
		t.Errorf("only %.2f of the crossings were alerted", sum.share())
	}
	if sum.nuisance() > 0.34 {
		t.Errorf("%.2f of the alerts were nuisances", sum.nuisance())
	}
}

// nights are the seeds of BenchmarkAlerts: 101 to 104, or those of the environment's NIGHTS, such as 409-420.
func nights(tb testing.TB) (seeds []int64) {
	text := cmp.Or(os.Getenv("NIGHTS"), "101-104")
	var from, to int64
	if n, err := fmt.Sscanf(text, "%d-%d", &from, &to); n != 2 || from > to {
		tb.Fatalf("NIGHTS=%s is no range such as 409-420: %v", text, err)
	}
	for seed := from; seed <= to; seed++ {
		seeds = append(seeds, seed)
	}
	return seeds
}

// BenchmarkAlerts plays hours of the default scenario and of a busy night, without and with looks. Nothing was tuned on its seeds.
func BenchmarkAlerts(b *testing.B) {
	seeds := nights(b)
	for _, name := range []string{"crossing", "busy", "crossing" + withoutLooks, "busy" + withoutLooks} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sum := playNights(b, name, seeds...)
				b.ReportMetric(sum.share(), "alerted/crossing")
				b.ReportMetric(sum.nuisance(), "nuisances/alert")
				b.ReportMetric(float64(sum.alerts)/sum.hours, "alerts/h")
				b.ReportMetric(float64(sum.looks)/sum.hours, "looks/h")
				b.ReportMetric(quantile(sum.delays, 0.5), "s-to-alert")
				b.ReportMetric(quantile(sum.eyesNear, 0.95), "s-to-eyes-p95")
				b.ReportMetric(sum.soon(), "eyes-in-6s/cue-near")
				b.ReportMetric(quantile(sum.spotNear, 0.95), "s-to-spot-p95")
				b.ReportMetric(sum.onSpot(), "spot-in-6s/cue-near")
			}
		})
	}
}

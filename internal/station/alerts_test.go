//go:build !race

// An hour of a night takes half a minute here; the race detector would make it several, and everything runs on one goroutine.

package station

import (
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

// BenchmarkAlerts plays four hours of the default scenario and of a busy night with seeds that nothing was tuned on, without and with looks.
func BenchmarkAlerts(b *testing.B) {
	for _, name := range []string{"crossing", "busy", "crossing" + withLooks, "busy" + withLooks} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sum := playNights(b, name, 101, 102, 103, 104)
				b.ReportMetric(sum.share(), "alerted/crossing")
				b.ReportMetric(sum.nuisance(), "nuisances/alert")
				b.ReportMetric(float64(sum.alerts)/sum.hours, "alerts/h")
				b.ReportMetric(float64(sum.looks)/sum.hours, "looks/h")
				b.ReportMetric(quantile(sum.delays, 0.5), "s-to-alert")
				b.ReportMetric(quantile(sum.eyesNear, 0.95), "s-to-eyes-p95")
			}
		})
	}
}

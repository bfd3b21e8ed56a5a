package loadtest

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A run is disturbed from these limits on: the harness itself is late, or its cores have nothing left, or the host gives
// them to others.
const (
	maxLagMS  = 10
	minIdle   = 0.05
	maxStolen = 0.02
	// maxUneven is by how much the share of the cores that other programs took may differ between the two runs of a round.
	maxUneven = 0.10
)

// unfit says why a run cannot be used; empty: it can.
func (f figures) unfit() string {
	var why []string
	if f.lagMS > maxLagMS {
		why = append(why, fmt.Sprintf("the harness was late by %.1f ms (p99; limit %d)", f.lagMS, maxLagMS))
	}
	if f.machine.idle < minIdle {
		why = append(why, fmt.Sprintf("the cores were idle for %.1f %% (limit %.0f)", 100*f.machine.idle, 100*minIdle))
	}
	if f.machine.stolen > maxStolen {
		why = append(why, fmt.Sprintf("the host took %.1f %% of the cores (limit %.0f)", 100*f.machine.stolen, 100*maxStolen))
	}
	return strings.Join(why, ", ")
}

// unequal says why the two runs of a round cannot be compared though each can be used; empty: they can.
func (p pair) unequal() string {
	plain, ours := p.plain.machine.foreign, p.ours.machine.foreign
	if math.Abs(plain-ours) <= maxUneven {
		return ""
	}
	return fmt.Sprintf("other programs took %.0f %% of the cores beside the plain relay and %.0f %% beside ours (limit: %.0f apart)",
		100*plain, 100*ours, 100*maxUneven)
}

// ticks is what all cores together have done since the start of the system (proc(5), stat).
type ticks struct{ all, idle, stolen float64 }

// share is how a time was spent, each from 0 to 1 of all cores: foreign by programs that are neither harness nor relay.
type share struct{ idle, stolen, foreign float64 }

func readMachine(b *testing.B) ticks {
	b.Helper()
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		b.Fatal(err)
	}
	t, err := parseStat(string(text))
	if err != nil {
		b.Fatal(err)
	}
	return t
}

func parseStat(text string) (t ticks, err error) {
	const idle, waiting, stolen, guest = 3, 4, 7, 8 // fields; what guests use is in the first two already
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) <= guest || fields[0] != "cpu" {
		return ticks{}, fmt.Errorf("/proc/stat begins with %q", line)
	}
	for i, f := range fields[1 : guest+1] {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return ticks{}, fmt.Errorf("/proc/stat: %w", err)
		}
		t.all += v
		switch i {
		case idle, waiting:
			t.idle += v
		case stolen:
			t.stolen += v
		}
	}
	return t, nil
}

// since is what became of the time, of which harness and relay used own seconds.
func (t ticks) since(was ticks, own float64) share {
	all := max(t.all-was.all, 1)
	s := share{idle: (t.idle - was.idle) / all, stolen: (t.stolen - was.stolen) / all}
	s.foreign = max(1-s.idle-s.stolen-own*ticksASecond/all, 0)
	return s
}

func TestStatIsRead(t *testing.T) {
	t.Parallel()
	const first, second = "cpu  100 10 50 800 40 0 5 20 7 0\ncpu0 1 1\n", "cpu  150 10 75 860 50 0 5 75 7 0\n"
	a, err := parseStat(first)
	if err != nil || a != (ticks{all: 1025, idle: 840, stolen: 20}) {
		t.Fatal(a, err)
	}
	b, err := parseStat(second)
	if err != nil || b.since(a, 0.25) != (share{idle: 0.35, stolen: 0.275, foreign: 0.25}) {
		t.Error(b.since(a, 0.25), err)
	}
	if got := b.since(a, 9).foreign; got != 0 {
		t.Errorf("others took %v of what was all used by the relay", got)
	}
	for _, bad := range []string{"", "intr 5 5 5 5 5 5 5 5 5", "cpu 1 2 3", "cpu 1 2 3 4 5 6 7 x 9"} {
		if got, err := parseStat(bad); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}

func TestADisturbedRoundHasNoRatio(t *testing.T) {
	t.Parallel()
	run := func(cpu float64, change func(*figures)) figures {
		f := figures{cpu: cpu, p95: 10, memoryMB: 50, firstP95: 100, lagMS: 2, machine: share{idle: 0.4}}
		if change != nil {
			change(&f)
		}
		return f
	}
	quiet := pair{plain: run(4, nil), ours: run(2, nil)}
	busy := func(f *figures) { f.machine.foreign = 0.3 }
	if report, invalid := summary([]pair{{plain: run(4, busy), ours: run(2, busy)}}); report["cpu-ratio"] != 0.5 || len(invalid) != 0 {
		t.Errorf("others beside both runs: %v, %v", report, invalid)
	}
	for _, bad := range []pair{{plain: run(4, busy), ours: run(2, nil)}, {plain: run(4, nil), ours: run(2, busy)}} {
		report, invalid := summary([]pair{bad, quiet})
		if report["cpu-ratio"] != 0.5 || report["invalid-rounds"] != 1 || len(invalid) != 1 || !strings.Contains(invalid[0], "other programs") {
			t.Errorf("others beside one run alone: %v, %v", report, invalid)
		}
	}
	report, invalid := summary([]pair{quiet})
	if len(invalid) != 0 || report["cpu-ratio"] != 0.5 || report["invalid-rounds"] != 0 {
		t.Errorf("a quiet round: %v, %v", report, invalid)
	}
	for name, change := range map[string]func(*figures){
		"late": func(f *figures) { f.lagMS = 11 },
		"idle": func(f *figures) { f.machine.idle = 0.01 },
		"took": func(f *figures) { f.machine.stolen = 0.03 },
	} {
		for _, bad := range []pair{{plain: run(9, change), ours: run(2, nil)}, {plain: run(4, nil), ours: run(9, change)}} {
			report, invalid := summary([]pair{bad})
			if len(report) != 1 || report["invalid-rounds"] != 1 || len(invalid) != 1 || !strings.Contains(invalid[0], name) {
				t.Errorf("%s alone: %v, %v", name, report, invalid)
			}
			report, invalid = summary([]pair{bad, quiet})
			if report["cpu"] != 2 || report["cpu-ratio"] != 0.5 || report["invalid-rounds"] != 1 || len(invalid) != 1 {
				t.Errorf("%s beside a quiet one: %v, %v", name, report, invalid)
			}
		}
	}
}

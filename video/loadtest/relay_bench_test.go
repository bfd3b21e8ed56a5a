package loadtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// load is one point of the benchmark.
type load struct {
	kbps, viewers int
	queue         int // bytes of a viewer's receive buffer
	rounds        int // of both relays, in turns
}

// BenchmarkRelay compares the relay with a plain forwarder under the loads of docs/benchmarks.md. It prints no figure of a
// round in which the machine was busy with other things or at its limit: invalid-rounds says how many there were, the log why.
func BenchmarkRelay(b *testing.B) {
	for _, l := range []load{
		{4000, 25, 4 << 20, 3}, {4000, 25, 64 << 10, 2}, {4000, 100, 4 << 20, 1},
		{20_000, 10, 4 << 20, 2}, {20_000, 10, 64 << 10, 1},
	} {
		b.Run(fmt.Sprintf("kbps=%d/viewers=%d/queueKiB=%d", l.kbps, l.viewers, l.queue>>10), func(b *testing.B) {
			for b.Loop() {
				compare(b, l)
			}
		})
	}
}

// figures are what one run shows.
type figures struct {
	cpu      float64 // s a viewer-second
	p50, p95 float64 // ms, of whole pictures, until they are in the viewer's socket
	oldest   float64 // ms, likewise
	keyP50   float64 // ms, of key pictures
	behind   float64 // ms, the median of the pictures behind them
	restP95  float64 // ms, of all others
	readP95  float64 // ms, until the viewer has read and decrypted them, beside all others and on the same cores
	firstP95 float64 // ms
	lost     float64 // per cent of packets
	memoryMB float64
	lagMS    float64 // of the harness: p99 of how late its timer fires
	machine  share   // of the run
}

// metrics are what is printed of a load.
var metrics = []struct {
	name  string
	of    func(figures) float64
	ratio bool // ours to plain, too
}{
	{"cpu", func(f figures) float64 { return f.cpu }, true},
	{"p95-ms", func(f figures) float64 { return f.p95 }, true},
	{"read-p95-ms", func(f figures) float64 { return f.readP95 }, true},
	{"MB", func(f figures) float64 { return f.memoryMB }, true},
	{"first-p95-ms", func(f figures) float64 { return f.firstP95 }, true},
	{"lost-%", func(f figures) float64 { return f.lost }, false},
	{"oldest-ms", func(f figures) float64 { return f.oldest }, false},
	{"key-p50-ms", func(f figures) float64 { return f.keyP50 }, false},
	{"behind-p50-ms", func(f figures) float64 { return f.behind }, false},
	{"rest-p95-ms", func(f figures) float64 { return f.restP95 }, true},
	{"p50-ms", func(f figures) float64 { return f.p50 }, false},
	{"harness-lag-ms", func(f figures) float64 { return f.lagMS }, false},
	{"idle-%", func(f figures) float64 { return 100 * f.machine.idle }, false},
	{"foreign-%", func(f figures) float64 { return 100 * f.machine.foreign }, false},
	{"stolen-%", func(f figures) float64 { return 100 * f.machine.stolen }, false},
}

func compare(b *testing.B, l load) {
	b.Helper()
	cam, at := camera(b, l.kbps)
	var rounds []pair
	for range l.rounds {
		rounds = append(rounds, pair{plain: measure(b, "plain", cam.URL(), at, l), ours: measure(b, "ours", cam.URL(), at, l)})
	}
	report, invalid := summary(rounds)
	for _, why := range invalid {
		b.Logf("INVALID: %s", why)
	}
	for name, value := range report {
		b.ReportMetric(value, name)
	}
	b.ReportMetric(0, "ns/op") // says nothing here
}

// pair is a round: both relays, one after the other.
type pair struct{ plain, ours figures }

// summary is what is printed of some rounds: the means of the valid ones and their ratios. A round counts where neither
// of its runs was disturbed, nor one more than the other, since a ratio with a disturbed run says nothing. invalid says what is wrong with the others.
func summary(rounds []pair) (report map[string]float64, invalid []string) {
	var plain, ours []figures
	void := 0
	for n, r := range rounds {
		fit := true
		for _, run := range []struct {
			kind string
			f    figures
		}{{"plain", r.plain}, {"ours", r.ours}} {
			if why := run.f.unfit(); why != "" {
				invalid = append(invalid, fmt.Sprintf("round %d, %s: %s", n+1, run.kind, why))
				fit = false
			}
		}
		if why := r.unequal(); fit && why != "" {
			invalid = append(invalid, fmt.Sprintf("round %d: %s", n+1, why))
			fit = false
		}
		if fit {
			plain, ours = append(plain, r.plain), append(ours, r.ours)
		} else {
			void++
		}
	}
	report = map[string]float64{"invalid-rounds": float64(void)}
	if len(ours) == 0 {
		return report, invalid
	}
	for _, m := range metrics {
		o, p := mean(ours, m.of), mean(plain, m.of)
		report[m.name], report["plain-"+m.name] = o, p
		if m.ratio && p > 0 {
			report[m.name+"-ratio"] = o / p
		}
	}
	return report, invalid
}

func mean(runs []figures, of func(figures) float64) float64 {
	sum := 0.0
	for _, f := range runs {
		sum += of(f)
	}
	return sum / float64(len(runs))
}

// settle is how long both relays have before anything is counted: the replays are over, and a relay that goes by its viewers'
// reports, of which each sends one a second, has heard enough.
const settle = 16 * time.Second

// measure runs one relay under a load.
func measure(b *testing.B, kind, camera string, at *clock, l load) figures {
	b.Helper()
	base, pid, stop := start(b, kind, camera)
	defer stop()
	var viewers []*viewer
	defer func() {
		for _, v := range viewers {
			v.close()
		}
	}()
	// The relay has its source, and a group of pictures, before anybody is timed.
	early, err := connect(base, at, l.queue)
	if err != nil {
		b.Fatalf("%s: %v", kind, err)
	}
	await(b, kind, []*viewer{early})
	early.close()
	// They meet every phase of a group.
	stagger := time.NewTicker(max(2*time.Second/time.Duration(l.viewers), 20*time.Millisecond))
	defer stagger.Stop()
	for range l.viewers {
		<-stagger.C
		v, err := connect(base, at, l.queue)
		if err != nil {
			b.Fatalf("%s: %v", kind, err)
		}
		viewers = append(viewers, v)
	}
	await(b, kind, viewers)
	lag := time.NewTicker(5 * time.Millisecond)
	defer lag.Stop()
	<-time.After(settle)
	for _, v := range viewers {
		v.count(true)
	}
	const span = 12 * time.Second
	cpu, harness, began, before := cpuSeconds(b, pid), cpuSeconds(b, os.Getpid()), time.Now(), readMachine(b)
	var late []float64
	for last := began; time.Since(began) < span; {
		<-lag.C
		now := time.Now()
		late = append(late, ms(max(now.Sub(last)-5*time.Millisecond, 0)))
		last = now
	}
	cpu, harness = cpuSeconds(b, pid)-cpu, cpuSeconds(b, os.Getpid())-harness
	out := figures{cpu: cpu / time.Since(began).Seconds() / float64(l.viewers), memoryMB: residentMB(b, pid), lagMS: at99(late), machine: readMachine(b).since(before, cpu+harness)}
	var delays, read, first, keys, behind, rest []float64
	lost, got := 0, 0
	for _, v := range viewers {
		v.mu.Lock()
		for _, p := range v.seen {
			delays, read = append(delays, ms(p.arrived)), append(read, ms(p.read))
			of := &rest
			switch p.number {
			case 0:
				of = &keys
			case 1:
				of = &behind
			}
			*of = append(*of, ms(p.arrived))
		}
		if v.first > 0 {
			first = append(first, ms(v.first))
		}
		lost, got = lost+v.lost, got+v.got
		v.mu.Unlock()
	}
	if len(delays) == 0 {
		b.Fatalf("%s: no picture came whole", kind)
	}
	out.p50, out.p95, out.oldest = quantile(delays, 0.5), quantile(delays, 0.95), quantile(delays, 1)
	out.readP95 = quantile(read, 0.95)
	out.keyP50, out.behind, out.restP95 = quantile(keys, 0.5), quantile(behind, 0.5), quantile(rest, 0.95)
	out.firstP95, out.lost = quantile(first, 0.95), 100*float64(lost)/float64(max(got, 1))
	return out
}

// await returns when all have a picture, or after 30 s.
func await(b *testing.B, kind string, viewers []*viewer) {
	b.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); slices.ContainsFunc(viewers, func(v *viewer) bool { return !v.hasPicture() }); <-tick.C {
		if time.Now().After(deadline) {
			b.Logf("%s: not every viewer has a picture after 30 s", kind)
			return
		}
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func at99(values []float64) float64 { return quantile(values, 0.99) }

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(int(q*float64(len(values))), len(values)-1)]
}

// start runs a relay as a process of its own.
func start(b *testing.B, kind, camera string) (base string, pid int, stop func()) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), relayEnv+"="+kind, cameraEnv+"="+camera)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &base) != nil {
		b.Fatalf("%s does not start: %q (%v)", kind, line, err)
	}
	return base, cmd.Process.Pid, func() {
		cancel()
		_ = cmd.Wait() // ended by a signal
	}
}

// cpuSeconds is what a process has used, system time included (proc(5), stat).
func cpuSeconds(b *testing.B, pid int) float64 {
	b.Helper()
	fields := strings.Fields(procFile(b, pid, "stat"))
	user, err := strconv.ParseFloat(fields[13], 64)
	if err != nil {
		b.Fatal(err)
	}
	system, err := strconv.ParseFloat(fields[14], 64)
	if err != nil {
		b.Fatal(err)
	}
	return (user + system) / ticksASecond
}

const ticksASecond = 100 // on every Linux that Go runs on

func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	_, rest, _ := strings.Cut(procFile(b, pid, "status"), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

func procFile(b *testing.B, pid int, name string) string {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

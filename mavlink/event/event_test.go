package event

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var start = time.Unix(1_700_000_000, 0)

func TestIDsAreThoseOfPX4(t *testing.T) {
	t.Parallel()
	// Computed by FNV-1a, 32 bits, of the names; the second is a published test vector of the hash ("a" is 0xe40c292c).
	for name, want := range map[string]uint32{"": 0x811c9dc5&0xFFFFFF | 1<<24, "a": 0x0c292c | 1<<24, "foobar": 0x9cf968 | 1<<24} {
		if got := ID(name); got != want {
			t.Errorf("%q: %#x, want %#x", name, got, want)
		}
	}
	if len(meanings) < 70 {
		t.Errorf("%d meanings: two names have the same id", len(meanings))
	}
}

// world sends n events through a wire that loses, repeats and swaps, with a sender that answers requests.
func TestEveryEventComesOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		const n, first = 300, math.MaxUint16 - 100 // the counter starts over on the way
		var r Receiver
		var got []uint16
		take := func(ready []Event) {
			for _, e := range ready {
				got = append(got, e.Sequence)
			}
		}
		var wire []Event
		now := start
		send := func(e Event) {
			if rnd.Float64() < 0.2 {
				return
			}
			wire = append(wire, e)
			if rnd.Float64() < 0.1 {
				wire = append(wire, e)
			}
		}
		sent := 0
		for step := range 20000 {
			now = now.Add(10 * time.Millisecond)
			if sent < n && step%3 == 0 {
				send(Event{Sequence: uint16(first + sent)})
				sent++
			}
			if step%100 == 99 && sent > 0 {
				take(r.Current(uint16(first+sent-1), false, now))
			}
			if len(wire) > 0 && rnd.Float64() < 0.7 {
				i := rnd.IntN(min(3, len(wire)))
				take(r.Take(wire[i], now))
				wire = slices.Delete(wire, i, i+1)
			}
			q, due, ready := r.Ask(now)
			take(ready)
			if due {
				for s := q.First; s != q.Last+1; s++ {
					send(Event{Sequence: s})
				}
			}
		}
		if r.Lost > 3 || len(got)+int(r.Lost) < n-history {
			t.Errorf("seed %d: %d of %d, %d lost", seed, len(got), n, r.Lost)
		}
		for i := 1; i < len(got); i++ {
			if int16(got[i]-got[i-1]) <= 0 {
				t.Fatalf("seed %d: %d after %d", seed, got[i], got[i-1])
			}
		}
	}
}

func TestEventsThatAreGone(t *testing.T) {
	t.Parallel()
	var r Receiver
	now := start
	r.Take(Event{Sequence: 10}, now)
	if ready := r.Take(Event{Sequence: 15}, now); len(ready) != 0 {
		t.Errorf("%v", ready)
	}
	now = now.Add(settle)
	q, due, _ := r.Ask(now)
	if !due || q != (Request{11, 14}) {
		t.Errorf("%v %+v", due, q)
	}
	if _, due, _ := r.Ask(now.Add(retry / 2)); due {
		t.Error("asked too soon")
	}
	// Those before 13 are gone.
	r.Refused(11, 13, now)
	r.Take(Event{Sequence: 13}, now)
	if ready := r.Take(Event{Sequence: 14}, now); len(ready) != 2 || ready[1].Sequence != 15 || r.Lost != 2 {
		t.Errorf("%v, %d lost", ready, r.Lost)
	}
	// Nobody answers at all.
	r.Take(Event{Sequence: 18}, now)
	var ready []Event
	asked := 0
	for range 100 {
		now = now.Add(settle)
		_, due, free := r.Ask(now)
		if due {
			asked++
		}
		ready = append(ready, free...)
	}
	if asked != tries || len(ready) != 1 || ready[0].Sequence != 18 || r.Lost != 4 {
		t.Errorf("asked %d times, then %v, %d lost", asked, ready, r.Lost)
	}
	// The component has begun anew.
	r.Current(2, true, now)
	now = now.Add(settle)
	if q, due, _ := r.Ask(now); !due || q != (Request{0, 2}) {
		t.Errorf("after a restart: %v %+v", due, q)
	}
}

func summary(canArm uint32) (e Event) {
	e.ID, e.Level = ID("commander_arming_check_summary"), levelProtocol
	binary.LittleEndian.PutUint32(e.Arguments[17:], canArm)
	return e
}

func TestAReportBecomesReasons(t *testing.T) {
	t.Parallel()
	var c Checks
	mag := Event{ID: ID("check_mag_consistency"), Level: levelError}
	binary.LittleEndian.PutUint16(mag.Arguments[5:], 45)
	events := []Event{
		summary(0b100), mag, {ID: ID("check_modes_manual_control"), Level: 4}, {ID: 1<<24 | 99, Level: 2, Arguments: [40]byte{1, 0, 0, 0, 2, 7}},
		{ID: ID("commander_rc_lost"), Level: 6}, {ID: ID("check_battery_low"), Level: 9},
	}
	for i, e := range events {
		if _, taken, done := c.Take(e); done || taken != (i < 4) {
			t.Errorf("%d: taken %v, done %v", i, taken, done)
		}
	}
	report, _, done := c.Take(Event{ID: ID("commander_health_summary"), Level: levelProtocol})
	want := []Finding{
		{"the compasses differ by 45 degrees", false}, {"there is no manual control: connect sticks, or choose an automatic mode", true},
		{"event 99 of component 1, arguments 01 00 00 00 02 07", false},
	}
	if !done || report.CanArm != 0b100 || !slices.Equal(report.Findings, want) {
		t.Errorf("%v %+v", done, report)
	}
	if _, _, done := c.Take(Event{ID: ID("commander_health_summary")}); done {
		t.Error("an end without a beginning")
	}
	c.Take(summary(1))
	if report, _, _ := c.Take(Event{ID: ID("commander_health_summary")}); len(report.Findings) != 0 {
		t.Errorf("the next report: %+v", report)
	}
	rc := Event{ID: ID("commander_rc_regained")}
	binary.LittleEndian.PutUint32(rc.Arguments[:], math.Float32bits(2.5))
	if text, ok := rc.Notice(); !ok || text != "manual control is back after 2.50 s" {
		t.Errorf("%q", text)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add([]byte{1, 0, 0, 2, 0, 5, 0, 1, 3, 9, 9, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r Receiver
		now := start
		last := -1
		check := func(ready []Event) {
			for _, e := range ready {
				if last >= 0 && e.Sequence == uint16(last) {
					t.Fatal("an event twice in a row")
				}
				last = int(e.Sequence)
			}
		}
		for len(b) >= 3 {
			seq := binary.LittleEndian.Uint16(b[1:])
			now = now.Add(time.Duration(b[0]) * time.Millisecond)
			switch b[0] % 5 {
			case 0, 1:
				check(r.Take(Event{Sequence: seq}, now))
			case 2:
				last = -1
				check(r.Current(seq, b[0]&8 != 0, now))
			case 3:
				check(r.Refused(seq, seq+uint16(b[0]), now))
			case 4:
				_, _, ready := r.Ask(now)
				check(ready)
			}
			if len(r.waiting) > 2*window {
				t.Fatalf("%d events wait", len(r.waiting))
			}
			b = b[3:]
		}
	})
}

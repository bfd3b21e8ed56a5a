package mission

import (
	"errors"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/mavlinktest/virtual"
)

func mustReplace(t *testing.T, p Peer, kind Kind, items []Item) *Replace {
	t.Helper()
	r, err := NewReplace(p, kind, items)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// windowed is a peer of which several items may be asked for at once.
func windowed(rtt time.Duration) Peer {
	p := peer
	p.Window, p.RTT = 20, rtt
	return p
}

// TestGoalsOnBadLinks holds the goals G5 to G7 of the research page, read back included, on a vehicle that takes 6 ms for
// a message and asks again after a second.
func TestGoalsOnBadLinks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n                int
		delay, jitter    time.Duration
		loss, copies     float64
		bytesPerS        float64
		limit            time.Duration
		typical          bool // the limit holds for the middle of the seeds
		inOrder, ordered bool
	}{
		"G5 loopback":            {n: 1000, limit: 12 * time.Second},
		"G6 100 ms round trip":   {n: 200, delay: 50 * time.Millisecond, limit: 23 * time.Second},
		"G6 loss":                {n: 200, delay: 50 * time.Millisecond, loss: 0.05, limit: 60 * time.Second, typical: true},
		"G6 copies, late":        {n: 200, delay: 50 * time.Millisecond, copies: 0.1, jitter: 60 * time.Millisecond, limit: 50 * time.Second},
		"G7 narrow":              {n: 200, delay: 5 * time.Millisecond, bytesPerS: 5760, limit: 13 * time.Second},
		"everything":             {n: 60, delay: 80 * time.Millisecond, jitter: 200 * time.Millisecond, loss: 0.1, copies: 0.1, bytesPerS: 5760, limit: 150 * time.Second},
		"one that wants order":   {n: 200, delay: 50 * time.Millisecond, loss: 0.03, inOrder: true, limit: 110 * time.Second},
		"PX4, one after another": {n: 100, delay: 50 * time.Millisecond, loss: 0.03, inOrder: true, ordered: true, limit: 80 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var total time.Duration
			const seeds = 9
			for seed := range uint64(seeds) {
				w := newWorld(seed)
				w.Delay, w.Jitter, w.Loss, w.Copies, w.Wire, w.Think = c.delay, c.jitter, c.loss, c.copies, width(c.bytesPerS), 6*time.Millisecond
				w.vehicle.inOrder = c.inOrder
				p := windowed(2 * c.delay)
				if c.ordered {
					p.Window = 1
				}
				begun := w.Now
				r := mustReplace(t, p, Flight, list(c.n))
				if err := w.run(t, r); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				took := w.Now.Sub(begun)
				total += took
				if !c.typical && took > c.limit || took > 2*c.limit {
					t.Errorf("seed %d took %v", seed, took)
				}
				if done, of, back := r.Progress(); done != c.n || of != c.n || !back {
					t.Errorf("progress %d of %d, %v", done, of, back)
				}
				if Difference(list(c.n), r.Stored()) != "" {
					t.Errorf("seed %d: stored otherwise", seed)
				}
			}
			if mean := total / seeds; mean > c.limit {
				t.Errorf("%v on average", mean)
			} else {
				t.Logf("%v on average, read back included", mean.Round(10*time.Millisecond))
			}
		})
	}
}

func TestADownloadKeepsSeveralOnTheWay(t *testing.T) {
	t.Parallel()
	for _, loss := range []float64{0, 0.05} {
		w := newWorld(3)
		for i, it := range list(200) {
			w.vehicle.stored = append(w.vehicle.stored, it.message(peer, Flight, i))
		}
		w.Loss = loss
		begun := w.Now
		d := NewDownload(windowed(100*time.Millisecond), Flight)
		if err := w.run(t, d); err != nil || Difference(list(200), d.Items()) != "" {
			t.Fatalf("loss %v: %v", loss, err)
		}
		// One after the other takes 20 s at 100 ms each.
		if took := w.Now.Sub(begun); took > 10*time.Second {
			t.Errorf("loss %v: %v", loss, took)
		}
	}
}

func TestACutLinkIsBridged(t *testing.T) {
	t.Parallel()
	for _, cut := range []time.Duration{2 * time.Second, 5 * time.Second, 12 * time.Second, 30 * time.Second} {
		for _, begin := range []time.Duration{1500 * time.Millisecond, 5200 * time.Millisecond, 10500 * time.Millisecond} {
			w := newWorld(5)
			w.CutFrom = w.Now.Add(begin)
			w.CutTo = w.CutFrom.Add(cut)
			r := mustReplace(t, windowed(100*time.Millisecond), Flight, list(100))
			begun := w.Now
			if err := w.run(t, r); err != nil {
				t.Errorf("a cut of %v after %v: %v", cut, begin, err)
				continue
			}
			if w.Now.Before(w.CutFrom) {
				t.Errorf("the cut after %v did not cut: done in %v", begin, w.Now.Sub(begun))
			}
			if took := w.Now.Sub(begun); took > cut+35*time.Second {
				t.Errorf("a cut of %v after %v took %v", cut, begin, took)
			}
		}
	}
	w := newWorld(5)
	w.CutFrom, w.CutTo = w.Now.Add(3*time.Second), w.Now.Add(time.Hour)
	if err := w.run(t, mustReplace(t, peer, Flight, list(100))); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("a link that stays away: %v", err)
	}
}

func TestAShortCutContinuesWithoutBeginningAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(5)
	w.CutFrom = w.Now.Add(5 * time.Second)
	w.CutTo = w.CutFrom.Add(4 * time.Second)
	if err := w.run(t, mustReplace(t, peer, Flight, list(100))); err != nil {
		t.Fatal(err)
	}
	if w.sends > 103 {
		t.Errorf("%d items were sent", w.sends)
	}
}

func TestAnUploadThatTheVehicleGaveUpBeginsAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*world){
		"cancelled": func(w *world) { w.vehicle.loading = false; w.ack(common.MAV_MISSION_OPERATION_CANCELLED) },
		"rebooted":  func(w *world) { w.vehicle.loading = false },
		"forgotten": func(w *world) { w.vehicle.loading = false; w.ack(common.MAV_MISSION_ERROR) },
		// The late word about an earlier transfer: the upload goes on.
		"late": func(w *world) { w.ack(common.MAV_MISSION_OPERATION_CANCELLED) },
	} {
		w := newWorld(1)
		r := mustReplace(t, peer, Flight, list(30))
		spoiled := false
		err := w.run(t, watch{r, func() {
			if done, _, _ := r.Progress(); done == 10 && !spoiled {
				spoiled = true
				spoil(w)
			}
		}})
		if err != nil || !spoiled || len(w.vehicle.stored) != 30 {
			t.Errorf("%s: %v, %d stored", name, err, len(w.vehicle.stored))
		}
		if name == "late" && w.sends > 30 {
			t.Errorf("late: begun again, %d items sent", w.sends)
		}
	}
}

// watch looks on at each step of a machine.
type watch struct {
	*Replace
	look func()
}

func (w watch) Tick(now time.Time) Step { w.look(); return w.Replace.Tick(now) }

func (w watch) Handle(m message.Message, now time.Time) Step {
	s := w.Replace.Handle(m, now)
	w.look()
	return s
}

func TestAListThatReadsBackEmptyIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(1)
	w.vehicle.forget = 1
	if err := w.run(t, mustReplace(t, peer, Flight, list(3))); err != nil || len(w.vehicle.stored) != 3 {
		t.Errorf("%v, %d stored", err, len(w.vehicle.stored))
	}
	w = newWorld(1)
	w.vehicle.forget = 99
	var differs *DiffersError
	if err := w.run(t, mustReplace(t, peer, Flight, list(3))); !errors.As(err, &differs) || differs.Why == "" {
		t.Errorf("one that never stores: %v", err)
	}
}

func TestAnAcknowledgementOfAnEarlierTransferEndsNothing(t *testing.T) {
	t.Parallel()
	// It comes when the last item has just been sent, and that is lost.
	w := newWorld(1)
	r := mustReplace(t, peer, Flight, list(5))
	lied := false
	err := w.run(t, watch{r, func() {
		if done, _, _ := r.Progress(); done == 5 && !lied {
			lied = true
			w.OnWay = nil
			w.Loss = 1
			w.ack(common.MAV_MISSION_ACCEPTED)
			w.Loss = 0
			w.OnWay = append(w.OnWay, virtual.Packet{At: w.Now.Add(time.Millisecond), Message: &common.MessageMissionAck{TargetSystem: 255, TargetComponent: 190}})
			w.CutFrom, w.CutTo = w.Now, w.Now.Add(20*time.Millisecond)
		}
	}})
	if err != nil || !lied || len(w.vehicle.stored) != 5 {
		t.Errorf("%v, %d stored", err, len(w.vehicle.stored))
	}
}

func TestAnEmptyListIsCleared(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Flight, Fence, Rally} {
		w := newWorld(1)
		w.Loss = 0.2
		for i, it := range list(3) {
			w.vehicle.stored = append(w.vehicle.stored, it.message(peer, Flight, i))
		}
		if kind != Flight {
			continue // the vehicle of this test has one list
		}
		if err := w.run(t, mustReplace(t, peer, kind, nil)); err != nil || len(w.vehicle.stored) != 0 {
			t.Errorf("%v: %v, %d left", kind, err, len(w.vehicle.stored))
		}
	}
}

func TestNamesOfCommands(t *testing.T) {
	t.Parallel()
	for id := range uint16(0xFFFF) {
		back, ok := CommandID(CommandName(id))
		if !ok || back != id {
			t.Fatalf("%d is called %q, which is %d, %v", id, CommandName(id), back, ok)
		}
	}
	for name, want := range map[string]uint16{"waypoint": 16, "NAV_WAYPOINT": 16, "MAV_CMD_NAV_WAYPOINT": 16, "nav_waypoint": 16, "16": 16, "DO_JUMP": 177, "4444": 4444} {
		if id, ok := CommandID(name); !ok || id != want {
			t.Errorf("%q is %d, %v", name, id, ok)
		}
	}
	for _, name := range []string{"", "fire", "-1", "70000", "MAV_CMD_", "NAV_"} {
		if id, ok := CommandID(name); ok {
			t.Errorf("%q is %d", name, id)
		}
	}
}

func TestATransferThatIsGivenUpIsCancelled(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r := mustReplace(t, peer, Fence, list(3))
	r.Tick(now)
	if sent := r.Cancel(); len(sent) != 0 {
		t.Errorf("before the vehicle asked: %+v", sent)
	}
	r.Handle(&common.MessageMissionRequest{TargetSystem: 255, TargetComponent: 190, MissionType: Fence}, now)
	sent := r.Cancel()
	if len(sent) != 1 || sent[0].(*common.MessageMissionAck).Type != common.MAV_MISSION_OPERATION_CANCELLED || sent[0].(*common.MessageMissionAck).MissionType != Fence {
		t.Errorf("%+v", sent)
	}
	if step := r.Tick(now); !step.Done || len(r.Cancel()) != 0 {
		t.Errorf("it goes on: %+v", step)
	}
}

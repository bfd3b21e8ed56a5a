package mission

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// moved is a list with some items put elsewhere.
func moved(items []Item, at ...int) []Item {
	items = slices.Clone(items)
	for _, i := range at {
		items[i].Lat += 0.001
	}
	return items
}

// holding makes the vehicle hold a list.
func (w *world) holding(items []Item) {
	w.vehicle.stored = nil
	for i, it := range items {
		w.vehicle.stored = append(w.vehicle.stored, it.message(peer, Flight, i))
	}
}

func mustPartly(t *testing.T, items []Item, part Part) *Replace {
	t.Helper()
	r, err := NewPartly(windowed(100*time.Millisecond), Flight, items, part)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatChangedInAListIsFound(t *testing.T) {
	t.Parallel()
	held := list(10)
	shorter, current, held3, nan := held[:9], slices.Clone(held), slices.Clone(held), slices.Clone(held)
	current[2].Current, current[2].Seq = true, 77
	held3[3].Params[0]++
	nan[4].Params[3] = math.NaN()
	for name, c := range map[string]struct {
		wanted []Item
		part   Part
		ok     bool
	}{
		"nothing":              {held, Part{}, false},
		"home":                 {moved(held, 0), Part{}, false},
		"which one is flown":   {current, Part{}, false},
		"one":                  {moved(held, 4), Part{4, 4}, true},
		"the last":             {moved(held, 9), Part{9, 9}, true},
		"two and between them": {moved(held, 3, 6), Part{3, 6}, true},
		"too much":             {moved(held, 3, 8), Part{}, false},
		"a parameter":          {held3, Part{3, 3}, true},
		"not a number":         {nan, Part{4, 4}, true},
		"fewer":                {shorter, Part{}, false},
		"none":                 {nil, Part{}, false},
	} {
		part, ok := Held{Told: held}.Changed(c.wanted, 1)
		if ok != c.ok || ok && part != c.part {
			t.Errorf("%s: %v, %v", name, part, ok)
		}
	}
	if part, ok := (Held{Told: nan}).Changed(nan, 1); !ok || part != (Part{4, 4}) {
		t.Errorf("what is not a number is written again: %v, %v", part, ok)
	}
	// The vehicle has rounded what it was given: neither form of an item is a change, as long as it tells the same.
	rounded := slices.Clone(held)
	for i := range rounded {
		rounded[i].Params[3] = 0
	}
	mixed := slices.Concat(rounded[:5], moved(held, 5)[5:])
	h := Held{Given: held, Told: rounded}
	if part, ok := h.Tells(slices.Clone(rounded)).Changed(mixed, 1); !ok || part != (Part{5, 5}) {
		t.Errorf("one of two forms: %v, %v", part, ok)
	}
	if part, ok := h.Tells(moved(rounded, 2)).Changed(mixed, 1); ok {
		t.Errorf("it tells something else: %v", part)
	}
}

func TestAPartIsWrittenAloneAndEverythingReadBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ loss, copies float64 }{"good": {}, "bad": {0.1, 0.1}} {
		for seed := range uint64(20) {
			w := newWorld(seed)
			w.Loss, w.Copies, w.Jitter = c.loss, c.copies, time.Duration(c.loss*float64(time.Second))
			w.holding(list(100))
			wanted := moved(list(100), 40, 42)
			r := mustPartly(t, wanted, Part{40, 42})
			if err := w.run(t, r); err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			if Difference(wanted, r.Stored()) != "" || w.vehicle.parts == 0 {
				t.Errorf("%s, seed %d: %d parts, %s", name, seed, w.vehicle.parts, Difference(wanted, r.Stored()))
			}
			if c.loss == 0 && w.sends != 3 {
				t.Errorf("%d items were sent", w.sends)
			}
		}
	}
}

func TestAVehicleThatTakesNoPartsGetsTheWholeList(t *testing.T) {
	t.Parallel()
	wanted := moved(list(30), 7)
	for name, change := range map[string]func(w *world){
		"refused":                func(w *world) { w.vehicle.noParts = true },
		"refused twice":          func(w *world) { w.vehicle.noParts, w.Delay = true, 800*time.Millisecond },
		"not known":              func(w *world) { w.vehicle.deafToParts = true },
		"it holds another list":  func(w *world) { w.holding(moved(list(30), 20)) },
		"it holds a shorter one": func(w *world) { w.holding(list(5)) },
		"it holds a longer one":  func(w *world) { w.holding(list(40)) },
		"it holds nothing":       func(w *world) { w.holding(nil) },
		"it forgets":             func(w *world) { w.vehicle.forget = 1 },
	} {
		w := newWorld(1)
		w.holding(list(30))
		change(w)
		r := mustPartly(t, wanted, Part{7, 7})
		if err := w.run(t, r); err != nil || Difference(wanted, r.Stored()) != "" || w.sends < 30 {
			t.Errorf("%s: %v, %d items were sent, %s", name, err, w.sends, Difference(wanted, r.Stored()))
		}
	}
}

func TestAPartOutlivesACutLink(t *testing.T) {
	t.Parallel()
	w := newWorld(1)
	w.holding(list(100))
	wanted := moved(list(100), 10, 40)
	w.CutFrom, w.CutTo = w.Now.Add(time.Second), w.Now.Add(21*time.Second)
	r := mustPartly(t, wanted, Part{10, 40})
	if err := w.run(t, r); err != nil || Difference(wanted, r.Stored()) != "" || w.vehicle.parts < 2 {
		t.Errorf("%v, %d parts, %s", err, w.vehicle.parts, Difference(wanted, r.Stored()))
	}
}

func TestPartsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, part := range []Part{{-1, 2}, {3, 2}, {0, 5}, {5, 5}} {
		if _, err := NewPartly(peer, Flight, list(5), part); err == nil {
			t.Errorf("%v is taken", part)
		}
	}
	// A vehicle that is busy is not told everything instead.
	w := newWorld(1)
	w.holding(list(5))
	r := mustPartly(t, moved(list(5), 1), Part{1, 1})
	r.Tick(w.Now)
	step := r.Handle(&common.MessageMissionAck{TargetSystem: 255, TargetComponent: 190, Type: common.MAV_MISSION_DENIED}, w.Now)
	var refused *RefusedError
	if !step.Done || !errors.As(step.Err, &refused) || len(step.Send) != 0 {
		t.Errorf("%+v", step)
	}
}

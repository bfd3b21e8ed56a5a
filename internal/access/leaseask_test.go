package access

import (
	"errors"
	"fmt"
	"testing"
)

func TestControlIsAskedForAndHandedOver(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := NewLeases(c.now)
	if _, err := l.AskFor(1, "bob", "battery"); !errors.Is(err, ErrNobodyHolds) {
		t.Errorf("nobody holds it: %v", err)
	}
	if _, _, err := l.Take(1, "ann", false); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AskFor(1, "ann", ""); !errors.Is(err, ErrYouHold) {
		t.Errorf("she holds it: %v", err)
	}
	for range 2 { // again: once
		if holder, err := l.AskFor(1, "bob", "battery"); err != nil || holder != "ann" {
			t.Fatalf("%q, %v", holder, err)
		}
	}
	if asks := l.Asks(1); len(asks) != 1 || asks[0].Who != "bob" || asks[0].Reason != "battery" {
		t.Fatalf("%+v", asks)
	}
	var held *HeldError
	if _, err := l.Grant(1, "carl", "bob"); !errors.As(err, &held) || held.Holder != "ann" {
		t.Errorf("carl has nothing to hand over: %v", err)
	}
	if _, err := l.Grant(1, "ann", "carl"); !errors.Is(err, ErrNoAsk) {
		t.Errorf("carl did not ask: %v", err)
	}
	if err := l.Refuse(1, "ann", "bob", "on target"); err != nil {
		t.Fatal(err)
	}
	if asks := l.Asks(1); len(asks) != 1 || !asks[0].Refused || asks[0].Note != "on target" {
		t.Errorf("bob does not see it: %+v", asks)
	}
	if _, err := l.Grant(1, "ann", "bob"); !errors.Is(err, ErrNoAsk) {
		t.Errorf("what was refused is not granted: %v", err)
	}
	if _, err := l.AskFor(1, "bob", "please"); err != nil {
		t.Fatal(err)
	}
	if lease, err := l.Grant(1, "ann", "bob"); err != nil || lease.Holder != "bob" {
		t.Fatalf("%+v, %v", lease, err)
	}
	if asks := l.Asks(1); len(asks) != 0 {
		t.Errorf("what is granted is asked for no more: %+v", asks)
	}
	if err := l.Require(1, "ann"); !errors.As(err, &held) || held.Holder != "bob" {
		t.Errorf("ann commands still: %v", err)
	}
}

func TestRequestsForControlEnd(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := NewLeases(c.now)
	take := func() {
		t.Helper()
		if _, _, err := l.Take(1, "ann", false); err != nil {
			t.Fatal(err)
		}
	}
	take()
	for i := range mostAsks {
		if _, err := l.AskFor(1, fmt.Sprint("n", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.AskFor(1, "one-too-many", ""); !errors.Is(err, ErrManyAsks) {
		t.Error(err)
	}
	if err := l.TakeBack(1, "n3"); err != nil || len(l.Asks(1)) != mostAsks-1 {
		t.Errorf("%v, %d left", err, len(l.Asks(1)))
	}
	if err := l.TakeBack(1, "n3"); !errors.Is(err, ErrNoAsk) {
		t.Error(err)
	}
	for range 3 { // she goes on, they run out
		c.move(AskLife / 3)
		take()
	}
	if asks := l.Asks(1); len(asks) != 0 {
		t.Errorf("old requests stand: %+v", asks)
	}
	if _, err := l.AskFor(1, "bob", ""); err != nil {
		t.Fatal(err)
	}
	c.move(LeaseLife)
	if asks := l.Asks(1); len(asks) != 0 {
		t.Errorf("nobody can answer: %+v", asks)
	}
}

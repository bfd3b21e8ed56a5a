package groundsensor

import (
	"bytes"
	"testing"
	"time"

	"vedette/sim/world"
)

// play runs a tape of the default scenario and gives all that it sent, by gateway.
func playTape(t *testing.T, seed int64, d time.Duration) (map[string][]byte, Stats) {
	t.Helper()
	w, err := world.New(world.Config{Seed: seed, Start: epoch})
	if err != nil {
		t.Fatal(err)
	}
	tape, err := NewTape(Config{World: w, Seed: seed}, epoch)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for at := epoch; at.Before(epoch.Add(d)); {
		var sent []Sent
		before := at
		at, sent = tape.Step()
		if at.Sub(before) != stepEvery {
			t.Fatalf("a step of %v", at.Sub(before))
		}
		for _, s := range sent {
			out[s.Gateway+s.Address] = append(out[s.Gateway+s.Address], s.Data...)
		}
	}
	return out, tape.Stats()
}

func TestATapeIsTheSameStoryForTheSameSeed(t *testing.T) {
	t.Parallel()
	a, counts := playTape(t, 1, 70*time.Second)
	b, _ := playTape(t, 1, 70*time.Second)
	c, _ := playTape(t, 2, 70*time.Second)
	if len(a) != 5 || counts.Trips == 0 || !bytes.HasPrefix(a["north"], []byte("$VGS,")) || !bytes.HasPrefix(a[world.GatewayShake+"127.0.0.11"], []byte("{'EHZ', ")) {
		t.Fatalf("%d senders, %+v", len(a), counts)
	}
	for sender := range a {
		if !bytes.Equal(a[sender], b[sender]) {
			t.Errorf("%s differs from run to run", sender)
		}
		if bytes.Equal(a[sender], c[sender]) {
			t.Errorf("%s does not depend on the seed", sender)
		}
	}
	if n := bytes.Count(a[world.GatewayShake+"127.0.0.11"], []byte("{")); n != 4*70 {
		t.Errorf("%d datagrams in 70 s", n)
	}
}

func TestATapeNeedsAWorld(t *testing.T) {
	t.Parallel()
	if _, err := NewTape(Config{}, epoch); err == nil {
		t.Error("no error")
	}
}

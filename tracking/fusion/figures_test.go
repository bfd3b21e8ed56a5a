package fusion

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFigureOfAReplay draws a walker whose camera's frames stay out for eight seconds and then come all at once: what was shown at each
// second, and what the same seconds look like once the late frames are worked in at their time. UPDATE_FIGURES=1 writes the file.
func TestFigureOfAReplay(t *testing.T) {
	t.Parallel()
	const scale = 8.0
	walk := func(s float64) vec2 {
		if s < 15 {
			return vec2{1.5 * s, 0}
		}
		return vec2{22.5, 1.5 * (s - 15)}
	}
	live, ordered := newTracker(t, Config{}, camera("c")), newTracker(t, Config{}, camera("c"))
	r := rand.New(rand.NewPCG(12, 12))
	var held []Scan
	var b strings.Builder
	draw := func(tk Track, colour string) {
		e, n := offset(tk.Position)
		major, minor := sym2{tk.EE, tk.EN, tk.NN}.axes()
		turn := -math.Atan2(major[1], major[0]) * 180 / math.Pi
		fmt.Fprintf(&b, `<ellipse cx="%.1f" cy="%.1f" rx="%.1f" ry="%.1f" transform="rotate(%.1f %.1f %.1f)" fill="none" stroke="%s"/>`+"\n",
			60+scale*e, 300-scale*n, 2*scale*math.Hypot(major[0], major[1]), 2*scale*math.Hypot(minor[0], minor[1]), turn, 60+scale*e, 300-scale*n, colour)
	}
	var final [2]Track
	for k := range 57 {
		s := float64(k) / 2
		sc := look("c", uint64(k+1), s, likelyPerson, noisy(r, walk(s)))
		ordered.AddScan(sc)
		if s > 14 && s < 22 {
			sc.Arrival = at(22.2)
			held = append(held, sc)
		} else {
			if s == 22 {
				for _, h := range held {
					live.AddScan(h)
				}
			}
			live.AddScan(sc)
		}
		if k%4 != 0 || s < 6 {
			continue
		}
		if got := live.Tracks(at(s)); len(got) == 1 {
			draw(got[0], "#c30")
			final[0] = got[0]
		}
		if got := ordered.Tracks(at(s)); len(got) == 1 {
			draw(got[0], "#06c")
			final[1] = got[0]
		}
	}
	if !equalTracks(unnamed(final[:1]), unnamed(final[1:])) {
		t.Errorf("after the replay\n%+v\nin order\n%+v", final[0], final[1])
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" font-family="sans-serif" font-size="13"><title>Replay of late frames</title>` + "\n" +
		`<rect width="100%" height="100%" fill="#fff"/>` + "\n" + b.String() +
		`<path d="M60 300L240 300L240 138" stroke="#999" fill="none" stroke-dasharray="4 3"/>` + "\n" +
		`<text x="290" y="200" fill="#c30">as shown live: from 14 s on no frame comes,</text>` + "\n" +
		`<text x="290" y="218" fill="#c30">the track goes straight on and grows vague;</text>` + "\n" +
		`<text x="290" y="236" fill="#c30">at 22 s fifteen frames come at once</text>` + "\n" +
		`<text x="290" y="262" fill="#06c">in order: the two are the same from 22 s on</text>` + "\n</svg>\n"
	path := filepath.Join("..", "..", "docs", "figures", "replay.svg")
	if os.Getenv("UPDATE_FIGURES") != "" {
		if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Processors differ in the last digits of a coordinate, so only what is drawn is compared.
	if strings.Count(string(old), "<") != strings.Count(svg, "<") {
		t.Error("replay.svg is out of date: run with UPDATE_FIGURES=1")
	}
}

package fusion

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A vehicle that drives on between two rows of geophones is told of four times a second, each time by a likelihood that is broad. A filter
// whose speeds fade by themselves would lag behind it, 12 m at 18 m/s, since words so weak cannot hold a speed up.
func TestAVehicleThatOnlyGeophonesHearIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	const speed = 18.0
	var behind, slow, n float64
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 5))
		tr := New(Config{})
		var nodes []Sensor
		told := map[string]float64{}
		for k := range 100 {
			nodes = append(nodes, seismic(fmt.Sprintf("s%d", k), 40*float64(k), 150*float64(k%2)-75))
			if err := tr.AddSensor(nodes[k]); err != nil {
				t.Fatal(err)
			}
		}
		for s := 0.0; s < 150; s += 0.5 {
			is := vec2{200 + speed*s, 0}
			for k := range nodes {
				e, nn := offset(nodes[k].Position)
				d := math.Hypot(is[0]-e, is[1]-nn)
				last, ever := told[nodes[k].ID]
				if d > 180 || r.Float64() > 0.9*(1-math.Pow(d/180, 4)) || (ever && s-last < 2) {
					continue
				}
				told[nodes[k].ID] = s
				tr.AddTrip(Trip{
					Sensor: nodes[k].ID, Time: at(s), Confidence: 0.9, Class: ClassProbs{0.15, 0.7, 0.15},
					SNRdB: thresholdDB + 20*math.Log10(180/max(d, 3)) + 3*r.NormFloat64(),
				})
			}
			if s < 30 || s != math.Floor(s) {
				continue
			}
			for _, x := range confirmedOf(tr.Tracks(at(s))) {
				if e, nn := offset(x.Position); math.Hypot(e-is[0], nn-is[1]) < 150 {
					behind += is[0] - e
					slow += speed - x.VE
					n++
				}
			}
		}
	}
	if n < 8*100 {
		t.Fatalf("the vehicle had a track in %v of 960 reports", n)
	}
	t.Logf("behind by %.1f m, too slow by %.2f m/s", behind/n, slow/n)
	if behind/n > 4 || slow/n > 0.6 {
		t.Errorf("the track is behind by %.1f m and too slow by %.2f m/s", behind/n, slow/n)
	}
}

//go:build !race

package station_test

import (
	"fmt"
	"testing"
	"time"

	"vedette/sim/world"
	"vedette/video/thermal"
)

func (s *set) deer(id string, e, n, heading float64) world.Object {
	return world.Object{
		ID: id, Class: world.Animal, E: e, N: n, U: s.world.GroundU(e, n), HeadingDeg: heading,
		LengthM: 1.3, WidthM: 0.4, HeightM: 1.1, TempC: 30, Moving: true,
	}
}

// crowd puts twelve people, cars and animals into a picture, or one or two people.
func (s *set) crowd(pose world.CameraPose, no int, sparse bool) []world.Object {
	var objects []world.Object
	for k := range 12 {
		if sparse && (k%6 != 2 || k > 2+no%2*6) {
			continue
		}
		e, n, ok := s.ground(pose, 60+float64(k%4)*150+float64((no*37+k*23)%70), 60+float64(k/4)*150+float64((no*53+k*31)%70))
		if !ok {
			continue
		}
		id, heading := fmt.Sprintf("%d-%d", no, k), float64(no*71+k*133)
		switch {
		case k%6 == 1:
			objects = append(objects, s.car(id, e, n, heading))
		case k%6 == 4:
			objects = append(objects, s.deer(id, e, n, heading))
		default:
			objects = append(objects, s.walker(id, e, n, heading))
		}
	}
	return objects
}

// BenchmarkSight looks at 144 of the simulator's pictures with the built-in weights and tells what is found, by height: shares of the people, cars and
// animals that are truly to be seen, and boxes on nothing a picture.
func BenchmarkSight(b *testing.B) {
	w, err := thermal.StandardWeights()
	if err != nil {
		b.Fatal(err)
	}
	d, err := thermal.NewLearned(w, thermal.LearnedConfig{})
	if err != nil {
		b.Fatal(err)
	}
	s := newSet(b)
	for _, name := range []string{"crowded", "sparse"} {
		for _, height := range []float64{30, 50, 65, 80, 100, 130} {
			b.Run(fmt.Sprintf("%s/height=%gm", name, height), func(b *testing.B) {
				var c tally
				for b.Loop() {
					c = tally{}
					s.dozen(d, &c, height, name == "sparse")
				}
				reportShare(b, c.peopleFound, c.people, "people")
				reportShare(b, c.carsFound, c.cars, "cars")
				reportShare(b, c.animalsFound, c.animals, "animals")
				b.ReportMetric(float64(c.wrong)/float64(c.pictures), "onNothing/picture")
			})
		}
	}
}

// dozen looks at twelve pictures from a height.
func (s *set) dozen(d thermal.Detector, c *tally, height float64, sparse bool) {
	no := int(height)
	for _, tilt := range []float64{30, 60, 90} {
		for _, place := range [][2]float64{{-100, -250}, {-480, -150}, {300, -100}, {120, -420}} {
			no++
			pose := s.above(place[0], place[1], height, float64(no*70), tilt)
			c.look(s, d, pose, sightStart.Add(time.Duration(no)*700*time.Millisecond), s.crowd(pose, no, sparse), 0.06)
		}
	}
}

func reportShare(b *testing.B, part, whole int, of string) {
	b.Helper()
	if whole > 0 {
		b.ReportMetric(float64(part)/float64(whole), of)
	}
}

package zone

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// mostPoints bounds a line or ring: looking for places where it crosses itself takes the square of their number.
const mostPoints = 2000

// validateShape refuses lines and rings on which left and right, or inside and outside, mean nothing.
func validateShape(g orb.Geometry) error {
	var problems []error
	eachPath(g, func(path orb.LineString) {
		if len(path) > mostPoints {
			problems = append(problems, fmt.Errorf("%d points are more than %d", len(path), mostPoints))
			return
		}
		for i := 1; i < len(path); i++ {
			if math.Abs(path[i].Lon()-path[i-1].Lon()) > 180 {
				problems = append(problems, errors.New("it crosses the 180th meridian: make two zones of it, one on each side"))
				return
			}
		}
		if a, b, crosses := crossesItself(path); crosses {
			problems = append(problems, fmt.Errorf("it crosses itself: the parts after point %d and after point %d meet", a+1, b+1))
		}
	})
	return errors.Join(problems...)
}

// crossesItself finds two parts of a path that meet other than at the point that they share.
func crossesItself(path orb.LineString) (first, second int, found bool) {
	n := len(path) - 1
	ring := n > 2 && path[0] == path[n]
	for i := range n {
		for k := i + 2; k < n; k++ {
			if ring && i == 0 && k == n-1 {
				continue // neighbours at the closing point
			}
			if meet(path[i], path[i+1], path[k], path[k+1]) {
				return i, k, true
			}
		}
	}
	return 0, 0, false
}

// meet tells whether two segments have a point in common; degrees are as good as metres for that.
func meet(a, b, c, d orb.Point) bool {
	s1, s2 := leftOf(a, b, c), leftOf(a, b, d)
	s3, s4 := leftOf(c, d, a), leftOf(c, d, b)
	if s1*s2 < 0 && s3*s4 < 0 {
		return true
	}
	on := func(p, q, x orb.Point, side float64) bool {
		return side == 0 && x[0] >= min(p[0], q[0]) && x[0] <= max(p[0], q[0]) && x[1] >= min(p[1], q[1]) && x[1] <= max(p[1], q[1])
	}
	return on(a, b, c, s1) || on(a, b, d, s2) || on(c, d, a, s3) || on(c, d, b, s4)
}

package network

import "fmt"

const maxBends = 64

// Calibration turns the scores of a network into probabilities. It is a line with bends from 0, 0: points of score and
// probability, both rising.
type Calibration [][2]float64

const (
	bendScore = iota
	bendProbability
)

// Probability is what a score means. What lies beyond the last bend is as likely as what lies there.
func (c Calibration) Probability(score float64) float64 {
	return c.follow(score, bendScore, bendProbability)
}

// Score is the score that means a probability.
func (c Calibration) Score(probability float64) float64 {
	return c.follow(probability, bendProbability, bendScore)
}

func (c Calibration) follow(v float64, from, to int) float64 {
	before := [2]float64{}
	for _, bend := range c {
		if v <= bend[from] {
			if bend[from] == before[from] {
				return bend[to]
			}
			return before[to] + (v-before[from])/(bend[from]-before[from])*(bend[to]-before[to])
		}
		before = bend
	}
	return before[to]
}

// check reports the first thing for which the line could not be followed both ways.
func (c Calibration) check() error {
	if len(c) < 2 || len(c) > maxBends {
		return fmt.Errorf("a calibration of %d points; 2 to %d are read", len(c), maxBends)
	}
	for k, bend := range c {
		for side, v := range bend {
			if !(v >= 0 && v <= 1) || k > 0 && v <= c[k-1][side] {
				return fmt.Errorf("point %d of the calibration, %v, must be between 0 and 1 and above the one before", k, bend)
			}
		}
	}
	if first := c[0]; (first[bendScore] == 0) != (first[bendProbability] == 0) {
		return fmt.Errorf("the calibration begins at %v: both must be 0 or neither", first)
	}
	return nil
}

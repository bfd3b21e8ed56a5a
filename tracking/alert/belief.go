package alert

import (
	"cmp"
	"math"
	"slices"

	"vedette/internal/geo"
)

// belief says how well each explanation fits what was sensed: natural logarithms, up to a constant. Trips are weighed as a
// naive Bayes classifier would, with two corrections for what is not independent: what one sensor repeats counts less and less,
// and no single trip counts more than its own confidence allows.
type belief struct{ nothing, animal, person, vehicle, both float64 }

// The priors, as logarithms against one person: how often what trips a sensor is what. That of animals is Config's.
const (
	priorNothing = 1.0
	priorVehicle = -1.5
	priorBoth    = -1.2 // a person among animals
)

const (
	// mostOfOne bounds what a single trip can say.
	mostOfOne = 3.0
	// repeats is what each further trip of one sensor counts, as a part of the one before.
	repeats = 0.7
	// againFalse and elsewhereFalse are the logarithms of how many false trips are to be expected within the pair window, at the
	// same sensor and at those around it.
	againFalse, elsewhereFalse = -2.7, -1.6
	// strideAnimal is what another sensor in time for a walker says against an animal: those graze and turn.
	strideAnimal = -0.7
	// knows is how sure a track must be of its object to rule out that there is nothing.
	knows = 4.0
	// cameraKnows is how much more a track counts by itself at which a camera looked for lookedFrames frames: what it is shows better in a
	// picture than in the ground.
	cameraKnows  = 1.5
	lookedFrames = 30
	// seenKnows is what the evidence of cameras counts beside trips: fusion takes frames of one camera for less than they say, since they
	// err alike, and a detector that stays undecided for many frames looks at no person.
	seenKnows = 2.0
	// leastClass keeps a track's class from being certain.
	leastClass = 0.005
)

// hooves is the least that the name of an animal says against a person, at whatever confidence from half: a person's even steps are hardly
// ever taken for four feet, though an animal's are sometimes taken for a person's.
const hooves = 2.2

// firm is 0 for a name that is as likely wrong as right, and 1 from a confidence of 0.7.
func firm(c float64) float64 { return min(1, max(0, (c-0.5)/0.2)) }

// logit is what a confidence says of a name, as a logarithm of odds.
func logit(c float64) float64 {
	odds := min(0.97, max(0.5, c))
	return min(mostOfOne, math.Log(odds/(1-odds)))
}

// fourFooted is what the name of an animal says.
func fourFooted(c float64) float64 { return max(logit(c), hooves*min(1, max(0, (c-0.45)/0.1))) }

// weak is what a confidence says for nothing at all: what nobody makes is weak, and what somebody makes is seldom so.
func weak(c float64) float64 {
	if c < 0.55 {
		return 1.5 * min(1, (0.55-c)/0.1)
	}
	return -2 * min(1, (c-0.55)/0.2)
}

// add takes one trip: count is how many of its sensor were taken before, apartM how far it is from the first of all, which first tells.
func (b *belief) add(t Trip, count int, apartM, reachM float64, first bool) {
	w := math.Pow(repeats, float64(count))
	says := w * logit(t.Confidence)
	mixed := math.Log((1 + math.Exp(-says)) / 2)
	switch t.Detail {
	case detailWalk:
		b.animal -= says
		b.vehicle -= says + w
		b.both += mixed
	case detailAnimal:
		says = w * fourFooted(t.Confidence)
		b.person -= says
		b.vehicle -= 2 * says
		b.both += math.Log((1 + math.Exp(-says)) / 2)
	case detailVehicle:
		sure := says + 2*w*firm(t.Confidence) // nobody's feet sound like it
		b.person -= sure
		b.animal -= sure
		b.both -= sure
		b.nothing -= 1.5 * w * firm(t.Confidence) // nor does a gust or a falling branch
	case detailUnknown: // a person's steps have a cadence
		b.person -= 0.6 * w
		b.both -= 0.3 * w
	case detailL2R, detailR2L: // a beam runs too high for what is small
		b.animal -= 0.4 * w
	}
	b.nothing += w * weak(t.Confidence)
	switch {
	case first:
	case count > 0:
		b.nothing += w * againFalse
	default:
		// The farther sensors may be apart, as where something drives, the more of them trip by chance meanwhile.
		far := math.Log(max(1, apartM/reachM))
		b.nothing += elsewhereFalse + far
		if b.animal += far; far == 0 {
			b.animal += strideAnimal
		}
	}
}

// addTrack takes what a track is: by everything that it rests on, or, beside trips, which speak for themselves, by what was seen alone.
func (b *belief) addTrack(t Track, besideTrips bool) {
	sure := min(1, max(0, t.Existence))
	class, weight := t.Class, sure
	alone := besideTrips && t.Seen != nil
	switch {
	case alone:
		class, weight = t.Seen, seenKnows*sure
	case t.looked():
		weight *= cameraKnows
	}
	if !alone || t.seen() {
		b.nothing -= knows * sure
	}
	part := func(name string) float64 { return weight * math.Log(max(leastClass, class[name])) }
	b.person += part(classPerson)
	b.animal += part(classAnimal)
	b.vehicle += part(classVehicle)
	b.both += part(classPerson)
}

// shares are the probabilities of the explanations.
type shares struct{ nothing, animal, person, vehicle float64 }

func (s shares) human() float64 { return s.person + s.vehicle }

func (b belief) shares() shares {
	most := max(b.nothing, b.animal, b.person, b.vehicle, b.both)
	p := func(v float64) float64 { return math.Exp(v - most) }
	out := shares{nothing: p(b.nothing), animal: p(b.animal), person: p(b.person) + p(b.both), vehicle: p(b.vehicle)}
	sum := out.nothing + out.animal + out.person + out.vehicle
	return shares{nothing: out.nothing / sum, animal: out.animal / sum, person: out.person / sum, vehicle: out.vehicle / sum}
}

// weigh judges trips, and a track where there is one, by what is to be expected beforehand.
func (c *Config) weigh(trips []Trip, track *Track, beforehand expected) shares {
	b := belief{nothing: priorNothing, animal: math.Log(beforehand.animals), vehicle: priorVehicle, both: priorBoth}
	b.nothing += max(0, math.Log(beforehand.nuisance)) // that people came says nothing of how often a sensor trips for nothing
	b.animal += math.Log(beforehand.nuisance) / 2      // animals that were called false count among those expected as well
	sorted := slices.Clone(trips)
	// The strongest of a sensor count most.
	slices.SortStableFunc(sorted, func(x, y Trip) int {
		return cmp.Or(cmp.Compare(y.Confidence, x.Confidence), x.At.Compare(y.At), cmp.Compare(x.Sensor, y.Sensor))
	})
	count := map[string]int{}
	for i, t := range sorted {
		b.add(t, count[t.Sensor], geo.Distance(t.place(), sorted[0].place()), c.PairReachM, i == 0)
		count[t.Sensor]++
	}
	if track != nil {
		b.addTrack(*track, len(trips) > 0)
	}
	return b.shares()
}

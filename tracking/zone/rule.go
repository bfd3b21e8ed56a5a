package zone

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rule narrows when a zone matters. The zero value is always and for everything.
type Rule struct {
	// Classes are "person" and "vehicle", where only some matter.
	Classes []string
	// From and To are times of the day in UTC, since midnight; equal: all day. From after To is over midnight.
	From, To time.Duration
	// Days are those on which the time begins; none: every day.
	Days []time.Weekday
	// MinSpeedMS and MaxSpeedMS bound the speed that matters, in metres a second; 0: no bound.
	MinSpeedMS, MaxSpeedMS float64
	// Loiter is how long something must be inside an area.
	Loiter time.Duration
	// Direction is the way of crossing a border that matters; empty: both.
	Direction Direction
}

// Active tells whether the rule holds at an instant.
func (r Rule) Active(at time.Time) bool {
	at = at.UTC()
	day := at.Weekday()
	since := at.Sub(at.Truncate(24 * time.Hour))
	inside := r.From == r.To
	switch {
	case r.From < r.To:
		inside = since >= r.From && since < r.To
	case r.From > r.To && since < r.To: // it began yesterday
		inside, day = true, (day+6)%7
	case r.From > r.To:
		inside = since >= r.From
	}
	return inside && (len(r.Days) == 0 || slices.Contains(r.Days, day))
}

// Means tells whether something of a class and speed matters.
func (r Rule) Means(class string, speedMS float64) bool {
	return (len(r.Classes) == 0 || slices.Contains(r.Classes, class)) &&
		speedMS >= r.MinSpeedMS && (r.MaxSpeedMS == 0 || speedMS <= r.MaxSpeedMS)
}

func (r Rule) validate(kind Kind) error {
	var problems []error
	for _, c := range r.Classes {
		if c != "person" && c != "vehicle" {
			problems = append(problems, fmt.Errorf("class %q is neither person nor vehicle", c))
		}
	}
	const day = 24 * time.Hour
	if r.From < 0 || r.From >= day || r.To < 0 || r.To >= day {
		problems = append(problems, errors.New("a time of the day is from 00:00 to 23:59"))
	}
	if r.MinSpeedMS < 0 || r.MaxSpeedMS < 0 || r.MaxSpeedMS > 0 && r.MaxSpeedMS < r.MinSpeedMS {
		problems = append(problems, errors.New("the speeds are not from a lower to a higher"))
	}
	if r.Loiter < 0 || r.Loiter > 0 && kind != Area {
		problems = append(problems, errors.New("loitering is a matter of areas"))
	}
	switch {
	case r.Direction != "" && kind != Border:
		problems = append(problems, errors.New("a direction is a matter of borders"))
	case r.Direction != "" && r.Direction != LeftToRight && r.Direction != RightToLeft:
		problems = append(problems, fmt.Errorf("direction %q is neither %s nor %s", r.Direction, LeftToRight, RightToLeft))
	}
	return errors.Join(problems...)
}

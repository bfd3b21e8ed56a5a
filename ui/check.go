package ui

import (
	"fmt"

	"vedette/ui/api"
)

// Limits of what a body may ask for. They catch slips and nonsense; what a vehicle may really do is for the vehicle, its
// fence and the operator to say.
const (
	maxAGL  = 5000.0  // m
	minAMSL = -500.0  // m: the lowest land is at -430
	maxAMSL = 10000.0 // m
	maxRate = 360.0   // degrees a second
	maxNote = 2000    // bytes
)

func within[T ~float64](name string, v *T, low, high float64) error {
	if v != nil && !(float64(*v) >= low && float64(*v) <= high) {
		return api.BadRequest("%s must be from %s to %s", name, short(low), short(high))
	}
	return nil
}

func short(v float64) string { return fmt.Sprintf("%g", v) }

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

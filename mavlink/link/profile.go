package link

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
)

// The profiles that have names.
const (
	// ProfileFull is for networks, ProfileRadio for telemetry radios, ProfileMinimal for what is hardly a link.
	ProfileFull    = "full"
	ProfileRadio   = "radio"
	ProfileMinimal = "minimal"

	maxHz = 500
)

// Profile says which messages a vehicle shall repeat on a link, and how often.
type Profile struct {
	// Name is one of the profiles above; empty is the richest that fits the link's bandwidth.
	Name string
	// Rates in hertz, by message id, stand above the named profile; 0 is never.
	Rates map[uint32]float64
}

func (p Profile) validate() error {
	var problems []error
	switch p.Name {
	case "", ProfileFull, ProfileRadio, ProfileMinimal:
	default:
		problems = append(problems, fmt.Errorf("profile: %q is not one of full, radio, minimal", p.Name))
	}
	for id, hz := range p.Rates {
		if !(hz >= 0 && hz <= maxHz) {
			problems = append(problems, fmt.Errorf("rates: %v a second of message %d is not between 0 and %d", hz, id, maxHz))
		}
	}
	return errors.Join(problems...)
}

// MessageID finds a message by its name in the MAVLink dialects, as "GLOBAL_POSITION_INT".
func MessageID(name string) (uint32, bool) {
	wanted := plain(name)
	for _, m := range all.Dialect.Messages {
		if plain(strings.TrimPrefix(reflect.TypeOf(m).Elem().Name(), "Message")) == wanted {
			return m.GetID(), true
		}
	}
	return 0, false
}

func plain(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "_", "")) }

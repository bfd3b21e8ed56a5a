package api

// Parameter is one parameter of a vehicle, with what is known about it.
type Parameter struct {
	Name           string   `json:"name"`
	Value          *float64 `json:"value"`                    // null where the vehicle has something that is no number
	Text           *string  `json:"text,omitempty"`           // where the setting of a component is a text, or has more digits than a number holds
	Type           string   `json:"type,omitempty"`           // int8, uint16, real32, …
	Default        *float64 `json:"default,omitempty"`        // of the firmware, where the vehicle tells it
	Units          string   `json:"units,omitempty"`          // "m", "cm/s", …
	Description    string   `json:"description,omitempty"`    // what it does
	Min            *float64 `json:"min,omitempty"`            // range that makes sense
	Max            *float64 `json:"max,omitempty"`            //
	Values         []Choice `json:"values,omitempty"`         // of an enumeration
	Bits           []Choice `json:"bits,omitempty"`           // of a bit mask, by the number of the bit
	RebootRequired bool     `json:"rebootRequired,omitempty"` // a change counts only after a restart
	Increment      *float64 `json:"increment,omitempty"`      // in which people change it
	DecimalPlaces  *int     `json:"decimalPlaces,omitempty"`  // that are worth showing
	Group          string   `json:"group,omitempty"`          // as the firmware sorts its parameters
	Category       string   `json:"category,omitempty"`       //
}

// Choice is a value, or the number of a bit, with its meaning.
type Choice struct {
	Value float64 `json:"value"`
	Label string  `json:"label"`
}

// ParameterQuery says which parameters are wanted.
type ParameterQuery struct {
	Search  string // words that must all be in the name, the description or the choices
	Changed bool   // only those that are not at their default
	Cached  bool   // as they were last read, at once, where they were
}

// ParameterList is what a station knows of a vehicle's parameters.
type ParameterList struct {
	Parameters []Parameter
	At         Time   // when they were read
	Verified   bool   // since the vehicle was last found
	About      string // "vehicle" where that tells what its parameters are, else why it does not; empty: not asked yet
}

// ParameterValue is the body of PUT /vehicles/{id}/parameters/{name}.
type ParameterValue struct {
	Value *float64 `json:"value,omitempty"`
	Text  *string  `json:"text,omitempty"` // instead of a value, for a setting of a component
}

// ParameterResult is what became of one parameter of many.
type ParameterResult struct {
	Name   string   `json:"name"`            // as the vehicle calls it
	Asked  string   `json:"asked,omitempty"` // the name in the request where it is another one
	Result string   `json:"result"`          // set, unchanged, denied, invalid, unknown, noAnswer, notSent
	Value  *float64 `json:"value,omitempty"` // as the vehicle has it now
	Reason string   `json:"reason,omitempty"`
}

// ParameterResults is the answer to PUT /vehicles/{id}/parameters.
type ParameterResults struct {
	Results []ParameterResult `json:"results"` // in the order of the names; never null
}

// ParameterComparison is the body of POST /vehicles/{id}/parameters/compare: exactly one of what to compare with is given.
type ParameterComparison struct {
	Vehicle  *int    `json:"vehicle,omitempty"`  // another vehicle
	File     *string `json:"file,omitempty"`     // the text of a file
	Saved    string  `json:"saved,omitempty"`    // the name of a saved set
	Defaults bool    `json:"defaults,omitempty"` // what the firmware sets
}

// ParameterDifferences is what differs between a vehicle and something else.
type ParameterDifferences struct {
	Compared    int                   `json:"compared"`    // how many names are on both sides
	Differences []ParameterDifference `json:"differences"` // never null
	OnlyVehicle []string              `json:"onlyVehicle"` // never null
	OnlyOther   []string              `json:"onlyOther"`   // never null
}

// ParameterDifference is a parameter that has two values.
type ParameterDifference struct {
	Name           string   `json:"name"`
	Value          *float64 `json:"value"` // the vehicle's
	Other          *float64 `json:"other"`
	Units          string   `json:"units,omitempty"`
	Description    string   `json:"description,omitempty"`
	RebootRequired bool     `json:"rebootRequired,omitempty"`
}

// SaveParameters is the body of POST /vehicles/{id}/parameters/save.
type SaveParameters struct {
	Name string `json:"name"`
}

// SavedParameters is a set of parameters that somebody kept.
type SavedParameters struct {
	Name string `json:"name"`
	At   Time   `json:"at"`
}

package api

// CameraBias is how far a camera places things beside the truth, as fusion has learned it from what its neighbours see too, and how sure
// that is (one sigma). Places are corrected by it already.
type CameraBias struct {
	Feed          string  `json:"feed"`
	EastM         float64 `json:"eastM"`
	NorthM        float64 `json:"northM"`
	YawDeg        float64 `json:"yawDeg"`   // clockwise
	PitchDeg      float64 `json:"pitchDeg"` // up: things are placed too far out
	EastSigmaM    float64 `json:"eastSigmaM"`
	NorthSigmaM   float64 `json:"northSigmaM"`
	YawSigmaDeg   float64 `json:"yawSigmaDeg"`
	PitchSigmaDeg float64 `json:"pitchSigmaDeg"`
	ClockMs       float64 `json:"clockMs"` // ahead: frames were taken before their times say
	ClockSigmaMs  float64 `json:"clockSigmaMs"`
}

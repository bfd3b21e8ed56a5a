package station

import "vedette/tracking/fusion"

// fusionCounts is what /metrics shows of the tracker.
type fusionCounts struct {
	fusion.Stats
	Cameras []cameraCounts
	Clocks  []clockCounts
}

// clockCounts is how far the clock of a ground sensor is ahead, as far as fusion could tell it by tracks that cameras saw.
type clockCounts struct {
	Name           string
	AheadS, SigmaS float64
	Trips          int // that told of it
	Corrected      int // 1: fusion reckons with it
}

// cameraCounts is the systematic error of one camera, as far as fusion has learned it.
type cameraCounts struct {
	Name                       string
	ErrorEastM, ErrorNorthM    float64
	ErrorYawDeg                float64
	ErrorPitchDeg              float64
	SigmaEastM, SigmaNorthM    float64
	SigmaYawDeg, SigmaPitchDeg float64
	ErrorClockS, SigmaClockS   float64 // of its frames' times: ahead
}

func countsOf(t *fusion.Tracker) *fusionCounts {
	out := &fusionCounts{Stats: t.Stats()}
	for _, e := range t.CameraErrors() {
		out.Cameras = append(out.Cameras, cameraCounts{
			Name: e.Sensor, ErrorEastM: e.EastM, ErrorNorthM: e.NorthM, ErrorYawDeg: e.YawDeg, ErrorPitchDeg: e.PitchDeg,
			SigmaEastM: e.EastSigmaM, SigmaNorthM: e.NorthSigmaM, SigmaYawDeg: e.YawSigmaDeg, SigmaPitchDeg: e.PitchSigmaDeg,
			ErrorClockS: e.ClockAhead.Seconds(), SigmaClockS: e.ClockSigma.Seconds(),
		})
	}
	for _, c := range t.ClockErrors() {
		k := clockCounts{Name: c.Sensor, AheadS: c.Ahead.Seconds(), SigmaS: c.Sigma.Seconds(), Trips: c.Words}
		if c.Corrected {
			k.Corrected = 1
		}
		out.Clocks = append(out.Clocks, k)
	}
	return out
}

// fusionStats is the newest of them; all zero before the first step.
func (p *picture) fusionStats() fusionCounts {
	if c := p.counted.Load(); c != nil {
		return *c
	}
	return fusionCounts{}
}

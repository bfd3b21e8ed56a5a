package station

import "vedette/tracking/fusion"

// fusionCounts is what /metrics shows of the tracker.
type fusionCounts struct {
	fusion.Stats
	Cameras []cameraCounts
}

// cameraCounts is the systematic error of one camera, as far as fusion has learned it.
type cameraCounts struct {
	Name                       string
	ErrorEastM, ErrorNorthM    float64
	ErrorYawDeg                float64
	ErrorPitchDeg              float64
	SigmaEastM, SigmaNorthM    float64
	SigmaYawDeg, SigmaPitchDeg float64
}

func countsOf(t *fusion.Tracker) *fusionCounts {
	out := &fusionCounts{Stats: t.Stats()}
	for _, e := range t.CameraErrors() {
		out.Cameras = append(out.Cameras, cameraCounts{
			Name: e.Sensor, ErrorEastM: e.EastM, ErrorNorthM: e.NorthM, ErrorYawDeg: e.YawDeg, ErrorPitchDeg: e.PitchDeg,
			SigmaEastM: e.EastSigmaM, SigmaNorthM: e.NorthSigmaM, SigmaYawDeg: e.YawSigmaDeg, SigmaPitchDeg: e.PitchSigmaDeg,
		})
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

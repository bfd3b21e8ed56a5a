package station

import (
	"context"
	"slices"

	"vedette/mavlink"
	"vedette/ui/api"
)

// Bias implements ui.Picture.
func (p *picture) Bias(id int) ([]api.CameraBias, error) {
	if err := p.mustKnow(id); err != nil {
		return nil, err
	}
	var out []api.CameraBias
	for _, c := range p.fusionStats().Cameras {
		if place, ok := p.cfg.feeds.place(c.Name); ok && place.vehicle == id {
			out = append(out, api.CameraBias{
				Feed: c.Name, EastM: c.ErrorEastM, NorthM: c.ErrorNorthM, YawDeg: c.ErrorYawDeg, PitchDeg: c.ErrorPitchDeg,
				EastSigmaM: c.SigmaEastM, NorthSigmaM: c.SigmaNorthM, YawSigmaDeg: c.SigmaYawDeg, PitchSigmaDeg: c.SigmaPitchDeg,
				ClockMs: 1000 * c.ErrorClockS, ClockSigmaMs: 1000 * c.SigmaClockS,
			})
		}
	}
	return out, nil
}

// ForgetBias implements ui.Picture.
func (p *picture) ForgetBias(ctx context.Context, id int) error {
	if err := p.mustKnow(id); err != nil {
		return err
	}
	forgotten := false
	err := p.do(ctx, func() {
		for feed := range p.cameras {
			if place, ok := p.cfg.feeds.place(feed); ok && place.vehicle == id && p.tracker.ForgetCameraError(feed) {
				forgotten = true
			}
		}
	})
	if err == nil && !forgotten {
		return api.Conflict("no camera of vehicle %d has placed anything yet, so there is nothing to forget", id)
	}
	return err
}

func (p *picture) mustKnow(id int) error {
	if slices.ContainsFunc(p.cfg.mavlink.Vehicles(), func(v mavlink.Vehicle) bool { return v.ID == id }) {
		return nil
	}
	return api.NotFound("there is no vehicle %d", id)
}

package camera

import (
	"fmt"
	"math"

	"vedette/sim/render"
	"vedette/sim/world"
)

// style is what all cameras of one kind share.
type style struct {
	kind          string
	width, height int
	hfovDeg       float64
	bitsPerSecond int
	dusk          bool
	sps, pps      []byte
}

// newStyle opens an encoder for a moment, to learn the parameter sets and that there is one at all.
func newStyle(kind string, cfg Config) (style, error) {
	st := style{kind: kind, width: 640, height: 512, hfovDeg: cfg.ThermalHFOVDeg, bitsPerSecond: 1_000_000}
	if kind == KindEO {
		st = style{kind: kind, width: 960, height: 540, hfovDeg: cfg.EOHFOVDeg, bitsPerSecond: 1_500_000, dusk: cfg.Dusk}
	}
	e, err := NewEncoder(st.encoder())
	if err != nil {
		return style{}, fmt.Errorf("%s cameras: %w", kind, err)
	}
	defer e.Close()
	if st.sps, st.pps, err = e.ParameterSets(); err != nil {
		return style{}, fmt.Errorf("%s cameras: %w", kind, err)
	}
	return st, nil
}

func (st style) encoder() EncoderConfig {
	return EncoderConfig{
		Width: st.width, Height: st.height, FPS: framesPerSecond, BitsPerSecond: st.bitsPerSecond, IDRFrames: idrFrames,
	}
}

func (st style) render(s render.Scene) render.Config {
	mode := render.Thermal
	switch {
	case st.kind == KindEO && st.dusk:
		mode = render.Dusk
	case st.kind == KindEO:
		mode = render.Day
	}
	return render.Config{Scene: s, Mode: mode, Width: st.width, Height: st.height, HFOVDeg: st.hfovDeg}
}

// hfovAt is the horizontal field of view in degrees with the zoom of a pose.
func (st style) hfovAt(pose world.CameraPose) float64 {
	zoom := pose.EOZoom
	if st.kind == KindThermal {
		zoom = pose.ThermalZoom
	}
	return 2 * math.Atan(math.Tan(st.hfovDeg*math.Pi/360)/max(zoom, 1)) * 180 / math.Pi
}

package camera

import (
	"image"
	"testing"
)

func mustEncoder(t testing.TB, cfg EncoderConfig) Encoder {
	t.Helper()
	e, err := NewEncoder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func ramp(w, h, shift int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			img.Y[y*img.YStride+x] = byte(x + 3*y + shift)
		}
	}
	return img
}

func TestEncoderStartsOnKeyFrameAndKeepsItsPeriod(t *testing.T) {
	t.Parallel()
	e := mustEncoder(t, EncoderConfig{Width: 320, Height: 240, FPS: 15, BitsPerSecond: 500_000, IDRFrames: 30})
	sps, pps, err := e.ParameterSets()
	if err != nil || nalType(sps) != nalSPS || nalType(pps) != nalPPS {
		t.Fatalf("parameter sets %x %x: %v", sps, pps, err)
	}
	if sps[1] != 66 || sps[2]&0x40 == 0 {
		t.Errorf("profile %d, constraints %#x: not constrained baseline", sps[1], sps[2])
	}
	for i := range 40 {
		nals, err := e.Encode(ramp(320, 240, i), i == 7)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []int
		for _, n := range nals {
			kinds = append(kinds, nalType(n))
		}
		key := len(kinds) == 3 && kinds[0] == nalSPS && kinds[1] == nalPPS && kinds[2] == nalIDR
		plain := len(kinds) == 1 && kinds[0] == 1
		if want := i == 0 || i == 7 || i == 37; key != want || !key && !plain {
			t.Errorf("picture %d has units %v", i, kinds)
		}
		if key && string(nals[0]) != string(sps) {
			t.Errorf("picture %d has another SPS", i)
		}
	}
}

func TestEncoderRefusesWrongPictures(t *testing.T) {
	t.Parallel()
	e := mustEncoder(t, EncoderConfig{Width: 320, Height: 240, FPS: 15, BitsPerSecond: 500_000})
	if _, err := e.Encode(ramp(160, 120, 0), false); err == nil {
		t.Error("a picture of another size was encoded")
	}
	e.Close()
	e.Close()
	if _, err := e.Encode(ramp(320, 240, 0), false); err == nil {
		t.Error("a closed encoder encoded")
	}
	if _, err := NewEncoder(EncoderConfig{Width: 320, Height: 240}); err == nil {
		t.Error("no frame rate, yet an encoder")
	}
}

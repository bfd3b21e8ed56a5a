//go:build !race

package station_test

import (
	"testing"
	"time"

	"vedette/sim/camera"
	"vedette/sim/world"
	"vedette/video/decode/openh264"
	"vedette/video/thermal"
)

// BenchmarkDecodeAndLook decodes the simulator's thermal feed and looks at every picture, as a station does ten times a second.
func BenchmarkDecodeAndLook(b *testing.B) {
	w, err := thermal.StandardWeights()
	if err != nil {
		b.Fatal(err)
	}
	detector, err := thermal.NewLearned(w, thermal.LearnedConfig{MinScore: 0.035, LargeEvery: 2})
	if err != nil {
		b.Fatal(err)
	}
	stream := thermalStream(b, newSet(b), 50)
	decoder, _, err := openh264.NewDecoder()
	if err != nil {
		b.Skip(err)
	}
	defer decoder.Close()
	looks, id := 0, uint64(0)
	for b.Loop() {
		id++
		p, ok, err := decoder.Decode(stream[int(id-1)%len(stream)], id)
		if err != nil {
			b.Fatal(err)
		}
		if ok {
			looks++
			detector.Detect(&thermal.Gray{Pix: p.Luma, Stride: p.Stride, Width: p.Width, Height: p.Height})
		}
	}
	if looks == 0 {
		b.Error("no picture was looked at")
	}
}

// thermalStream is the encoded stream of a camera that flies over a walker, one access unit a frame.
func thermalStream(b *testing.B, s *set, frames int) (units [][]byte) {
	encoder, err := camera.NewEncoder(camera.EncoderConfig{Width: sightWidth, Height: sightHeight, FPS: 10, BitsPerSecond: 1_000_000, IDRFrames: 20})
	if err != nil {
		b.Skip(err)
	}
	defer encoder.Close()
	pose := s.above(-100, -250, 70, 20, 45)
	e, n, ok := s.ground(pose, 300, 250)
	if !ok {
		b.Fatal("the sky is no place for a walker")
	}
	for i := range frames {
		pose.E += 0.5
		s.take(pose, sightStart.Add(time.Duration(i)*100*time.Millisecond), []world.Object{s.walker("walker", e, n, 40)}...)
		nals, err := encoder.Encode(s.picture, i == 0)
		if err != nil {
			b.Fatal(err)
		}
		var unit []byte
		for _, nal := range nals {
			unit = append(append(unit, 0, 0, 0, 1), nal...)
		}
		units = append(units, unit)
	}
	return units
}

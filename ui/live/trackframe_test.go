package live

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"vedette/ui/api"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/trackframe.json anew")

// vector is a frame and what it says; the console reads the same file.
type vector struct {
	Seq    uint64      `json:"seq"`
	Now    time.Time   `json:"now"`
	Tracks []api.Track `json:"tracks"`
	Frame  string      `json:"frame"` // hex
}

func someTracks(now time.Time) []api.Track {
	return []api.Track{
		api.NewFeature("t-1", orb.Point{149.1651234, -35.3630001}, api.TrackProperties{
			Status: "confirmed", Class: "person", Speed: new(1.42), CourseDeg: new(359.99), Existence: new(1.0),
			ClassProbabilities: map[string]float64{"person": 0.8, "vehicle": 0.2},
			Ellipse:            &api.Ellipse{SemiMajorM: 24.5, SemiMinorM: 11, BearingDeg: 70, Confidence: 0.95},
			LastSeen:           api.At(now.Add(-9 * time.Second)), T: api.At(now.Add(-150 * time.Millisecond)),
		}),
		api.NewFeature("t-2", orb.Point{-180, 90}, api.TrackProperties{Status: "coasting", Class: "unknown", LastSeen: api.At(now)}),
	}
}

func frameOf(seq uint64, now time.Time, tracks []api.Track) []byte {
	b := beginFrame(nil, seq, now, len(tracks))
	for i := range tracks {
		b, _ = appendRow(b, uint32(i+1), &tracks[i])
	}
	return b
}

// TestTrackFramesReadAsTheConsoleReadsThem holds the encoder to the file that the console's decoder is held to.
func TestTrackFramesReadAsTheConsoleReadsThem(t *testing.T) {
	t.Parallel()
	const file = "testdata/trackframe.json"
	now := time.Date(2026, 11, 26, 20, 30, 0, 250e6, time.UTC)
	v := vector{Seq: 1<<40 + 7, Now: now, Tracks: someTracks(now)}
	v.Frame = hex.EncodeToString(frameOf(v.Seq, v.Now, v.Tracks))
	if *rewrite {
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want vector
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if v.Frame != want.Frame {
		t.Errorf("frame\n%s, in %s\n%s: the format has changed; a change that the console cannot read needs a new version", v.Frame, file, want.Frame)
	}
}

func TestATrackThatIsNowhereHasNoRow(t *testing.T) {
	t.Parallel()
	for _, at := range []orb.Geometry{nil, orb.LineString{}, orb.Point{0, 90.1}, orb.Point{-181, 0}, orb.Point{math.NaN(), 0}, orb.Point{0, math.Inf(1)}} {
		track := api.Track{ID: "t", Geometry: api.Geometry{Coordinates: at}}
		if b, placed := appendRow(nil, 1, &track); placed || len(b) > 0 {
			t.Errorf("%v has a row", at)
		}
	}
}

// TestRowsKeepWhatTheyHold draws tracks with any numbers, hostile ones too: each row has its length, and place and time are kept.
func TestRowsKeepWhatTheyHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		any64 := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -1e300}))
		lat, lon := rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")
		ms := rapid.Int64Range(0, 4e12).Draw(t, "ms")
		track := api.NewFeature("t", orb.Point{lon, lat}, api.TrackProperties{
			Status: rapid.String().Draw(t, "status"), Speed: new(any64.Draw(t, "speed")), CourseDeg: new(any64.Draw(t, "course")),
			Existence: new(any64.Draw(t, "existence")), ClassProbabilities: map[string]float64{"person": any64.Draw(t, "person")},
			Ellipse: &api.Ellipse{SemiMajorM: any64.Draw(t, "major"), BearingDeg: any64.Draw(t, "bearing")}, T: api.At(time.UnixMilli(ms)),
		})
		b, placed := appendRow(nil, 9, &track)
		if !placed || len(b) != rowBytes {
			t.Fatalf("placed %v, %d bytes", placed, len(b))
		}
		le := binary.LittleEndian
		gotLat, gotLon := float64(int32(le.Uint32(b[4:])))/1e7, float64(int32(le.Uint32(b[8:])))/1e7
		if math.Abs(gotLat-lat) > 1e-7 || math.Abs(gotLon-lon) > 1e-7 {
			t.Fatalf("%v %v read back as %v %v", lat, lon, gotLat, gotLon)
		}
		if uint64(le.Uint32(b[12:])) != uint64(ms)&math.MaxUint32 {
			t.Fatalf("time %d", le.Uint32(b[12:]))
		}
	})
}

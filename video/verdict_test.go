package video

import (
	"bufio"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/video/h264"
	"vedette/video/ingest"
)

// stream reads the NAL units of a stream that ffmpeg made; slices are cut after 40 bytes.
func stream(t testing.TB, name string) (nals [][]byte) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "streams", name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	for lines := bufio.NewScanner(f); lines.Scan(); {
		nal, err := hex.DecodeString(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		nals = append(nals, nal)
	}
	return nals
}

var start = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)

// play lets a verdict see NAL units, one in 40 ms, and returns the time of the last.
func play(v *verdict, codec ingest.Codec, nals [][]byte) time.Time {
	v.begin(ingest.Track{Codec: codec}, start)
	now := start
	for _, n := range nals {
		now = now.Add(40 * time.Millisecond)
		v.packet(ingest.Packet{Payload: n, Marker: true, Arrival: now})
	}
	return now
}

func TestVerdictOnStreamsOfRealEncoders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		codec ingest.Codec
		want  ProblemCode
		plays Plays
		words string
	}{
		{"base", ingest.H264, "", "", ""},
		{"high", ingest.H264, "", "", ""},
		{"bframes", ingest.H264, ProblemBFrames, PlaysNo, "IPPP"},
		{"bpyramid", ingest.H264, ProblemBFrames, PlaysNo, "IPPP"},
		{"inter", ingest.H264, ProblemInterlaced, PlaysSome, "progressive"},
		{"c422", ingest.H264, ProblemChroma, PlaysSome, "4:2:2"},
		{"c444", ingest.H264, ProblemChroma, PlaysSome, "4:4:4"},
		{"ten", ingest.H264, ProblemBitDepth, PlaysSome, "10 bits"},
		{"h265", ingest.H265, ProblemH265, PlaysSome, "H.264"},
		{"h265b", ingest.H265, ProblemBFrames, PlaysNo, "IPPP"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var v verdict
			now := play(&v, tc.codec, stream(t, tc.name))
			got, hints := v.look(now, true)
			if got.Code != tc.want || got.Plays != tc.plays || !strings.Contains(got.Words, tc.words) || len(hints) != 0 {
				t.Errorf("got %+v %v", got, hints)
			}
			if w, h := v.size(); w != 320 && w != 1280 || h != 256 && h != 720 {
				t.Errorf("size %d x %d", w, h)
			}
			if n := v.pictures(); n != 16 {
				t.Errorf("%d pictures, want 16", n)
			}
		})
	}
}

func TestStreamThatCouldHaveBFramesAndHasNonePlays(t *testing.T) {
	t.Parallel()
	// The parameter sets of a stream with B-frames, and of its pictures only those that keep the order: I and P.
	nals := stream(t, "bframes")
	f, err := h264.ParseSPS(nals[0])
	if err != nil || !f.MayReorder {
		t.Fatalf("%+v %v: the stream does not say that it may reorder", f, err)
	}
	var kept [][]byte
	for _, n := range nals {
		head, ok := h264.ParseSliceHead(n[0], n[1:], f)
		if typ := n[0] & 0x1f; typ > 5 || ok && !head.B {
			kept = append(kept, n)
		}
	}
	var v verdict
	now := play(&v, ingest.H264, kept)
	if got, _ := v.look(now, true); got.Code != "" {
		t.Errorf("got %+v", got)
	}
}

func TestBFramesAreForgivenWhenTheyStop(t *testing.T) {
	t.Parallel()
	var v verdict
	now := play(&v, ingest.H264, stream(t, "bframes"))
	if got, _ := v.look(now.Add(disorder-time.Second), true); got.Code != ProblemBFrames {
		t.Errorf("after %v: %+v", disorder-time.Second, got)
	}
	if got, _ := v.look(now.Add(disorder+time.Second), true); got.Code == ProblemBFrames {
		t.Error("B-frames count for ever")
	}
}

func TestLossIsNoReordering(t *testing.T) {
	t.Parallel()
	var v verdict
	nals := stream(t, "base")
	v.begin(ingest.Track{Codec: ingest.H264, SPS: nals[0], PPS: nals[1]}, start)
	// From the middle of a group to the beginning of the same group: order counts fall, with loss between.
	for i, n := range [][]byte{nals[8], nals[9], nals[3], nals[4]} {
		lost := 0
		if i == 2 {
			lost = 1
		}
		v.packet(ingest.Packet{Payload: n, Marker: true, Lost: lost, Arrival: start})
	}
	if got, _ := v.look(start, true); got.Code != "" {
		t.Errorf("got %+v", got)
	}
}

func TestVerdictWaitsForWhatADecoderNeeds(t *testing.T) {
	t.Parallel()
	nals := stream(t, "base")
	sps, pps, idr, p := nals[0], nals[1], nals[2], nals[3]
	tests := []struct {
		name string
		nals [][]byte
		want ProblemCode
	}{
		{"no parameter sets", [][]byte{idr, p}, ProblemParameterSets},
		{"no picture parameter set", [][]byte{sps, idr, p}, ProblemParameterSets},
		{"no key picture", [][]byte{sps, pps, p}, ProblemNoKey},
		{"all there", [][]byte{sps, pps, idr, p}, ""},
	}
	for _, tc := range tests {
		var v verdict
		now := play(&v, ingest.H264, tc.nals)
		if got, _ := v.look(now, true); got.Code != "" {
			t.Errorf("%s: %+v at once", tc.name, got)
		}
		if got, _ := v.look(start.Add(keyWait+time.Second), false); got.Code != "" {
			t.Errorf("%s: %+v without packets", tc.name, got)
		}
		if got, _ := v.look(start.Add(keyWait+time.Second), true); got.Code != tc.want {
			t.Errorf("%s: got %+v", tc.name, got)
		}
	}
	var v verdict
	now := play(&v, ingest.H264, [][]byte{{0x67, 1, 2, 3, 4}, pps, idr})
	if got, _ := v.look(now, true); got.Code != ProblemParameterSets || got.Plays != PlaysNo {
		t.Errorf("parameter set that cannot be read: %+v", got)
	}
}

func TestOtherProfilesAndPartitionsAreNamed(t *testing.T) {
	t.Parallel()
	nals := stream(t, "base")
	extended := append([]byte(nil), nals[0]...)
	extended[1] = 88
	level6 := append([]byte(nil), nals[0]...)
	level6[3] = 60
	partition := append([]byte(nil), nals[3]...)
	partition[0] = partition[0]&0xe0 | h264.TypePartA
	tests := []struct {
		name  string
		nals  [][]byte
		want  ProblemCode
		plays Plays
	}{
		{"Extended", [][]byte{extended, nals[1], nals[2]}, ProblemProfile, PlaysNo},
		{"level 6.0", [][]byte{level6, nals[1], nals[2]}, ProblemLevel, PlaysSome},
		{"data partitioning", [][]byte{nals[0], nals[1], nals[2], partition}, ProblemPartitions, PlaysNo},
	}
	for _, tc := range tests {
		var v verdict
		now := play(&v, ingest.H264, tc.nals)
		if got, _ := v.look(now, true); got.Code != tc.want || got.Plays != tc.plays {
			t.Errorf("%s: got %+v", tc.name, got)
		}
	}
}

func TestRareKeyPicturesAreAHint(t *testing.T) {
	t.Parallel()
	nals := stream(t, "base")
	var v verdict
	v.begin(ingest.Track{Codec: ingest.H264, SPS: nals[0], PPS: nals[1]}, start)
	key := func(at time.Time) { v.packet(ingest.Packet{Payload: nals[2], Marker: true, Arrival: at}) }
	key(start)
	if _, hints := v.look(start.Add(keyWait), true); len(hints) != 0 {
		t.Errorf("a hint after %v: %v", keyWait, hints)
	}
	_, hints := v.look(start.Add(keyWait+2*time.Second), true)
	if len(hints) != 1 || hints[0].Code != HintRareKeys || !strings.Contains(hints[0].Words, "12 s apart") {
		t.Errorf("hints %v", hints)
	}
	key(start.Add(15 * time.Second))
	if _, hints := v.look(start.Add(16*time.Second), true); len(hints) != 1 {
		t.Errorf("after a group of 15 s: %v", hints)
	}
	key(start.Add(17 * time.Second))
	if _, hints := v.look(start.Add(18*time.Second), true); len(hints) != 0 {
		t.Errorf("after a group of 2 s: %v", hints)
	}
}

func TestUnplayableIsRefusedOnlyWhereCertain(t *testing.T) {
	t.Parallel()
	for code, want := range map[ProblemCode]bool{
		ProblemBFrames: true, ProblemPartitions: true, ProblemNoVideo: true, ProblemProfile: true,
		ProblemNoKey: false, ProblemParameterSets: false, ProblemSignIn: false, ProblemSource: false,
	} {
		if got := (Problem{Code: code, Plays: PlaysNo}).ofStream(); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if (Problem{Code: ProblemProfile, Plays: PlaysSome}).ofStream() {
		t.Error("what some browsers play is refused")
	}
}

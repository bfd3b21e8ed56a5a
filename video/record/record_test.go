package record

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/video/h265"
)

func TestSegmentsHoldEveryPictureAndTheirTime(t *testing.T) {
	t.Parallel()
	l, _ := library(t, func(c *Config) { c.Segment = 4 * time.Second })
	all := pictures(t, 15*9) // 9 s
	list := recordAll(t, l, all)
	if len(list) != 3 {
		t.Fatalf("%d segments, want 3 of 4, 4 and 1 s: %+v", len(list), list)
	}
	total := 0
	for i, s := range list {
		at := began.Add(time.Duration(i) * 4 * time.Second)
		if off := s.Start.Sub(at).Abs(); off > time.Microsecond {
			t.Errorf("segment %d begins at %v, want %v", i, s.Start, at)
		}
		if !strings.HasPrefix(s.Name, "1-eo_20261126T0800") || s.Open || s.WidthPx != 320 || s.HeightPx != 256 || s.Codec != H264 {
			t.Errorf("%+v", s)
		}
		want := min(4, 9-4*i)
		if off := s.End.Sub(s.Start) - time.Duration(want)*time.Second; off.Abs() > 10*time.Millisecond {
			t.Errorf("segment %d is %v long, want %d s", i, s.End.Sub(s.Start), want)
		}
		f, size := openSegment(t, l.fileOf(s))
		c, err := scan(f, size)
		if err != nil || c.end != size || size != s.Bytes || len(c.pieces) != want {
			t.Errorf("segment %d: %v, %d fragments in %d of %d bytes", i, err, len(c.pieces), c.end, size)
		}
		for _, p := range c.pieces {
			total += p.pictures
		}
	}
	if total != len(all) {
		t.Errorf("%d pictures in the files, want %d", total, len(all))
	}
	st := l.Stats()
	if st.Pictures != uint64(len(all)) || st.Segments != 3 || st.Fragments != 9 || st.PicturesDropped != 0 || st.Failures != 0 {
		t.Errorf("%+v", st)
	}
}

func TestPlayersReadSegmentsWithoutAWarning(t *testing.T) {
	t.Parallel()
	l, _ := library(t, func(c *Config) { c.Segment = 4 * time.Second; c.Fragment = 500 * time.Millisecond })
	list := recordAll(t, l, pictures(t, 15*6))
	if len(list) != 2 {
		t.Fatal(list)
	}
	for i, want := range []int{60, 30} {
		n, seconds := probe(t, l.fileOf(list[i]))
		if n != want || math.Abs(seconds-float64(want)/15) > 0.01 {
			t.Errorf("segment %d: %d pictures in %.3f s, want %d in %.3f s", i, n, seconds, want, float64(want)/15)
		}
	}
}

// encoded makes a stream with ffmpeg and returns its access units, with the picture's number as their order of showing.
func encoded(t *testing.T, codec Codec, args ...string) []Unit {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	name, ext := "libx264", "h264"
	if codec == H265 {
		name, ext = "libx265", "hevc"
	}
	path := filepath.Join(t.TempDir(), "s."+ext)
	mp4 := filepath.Join(t.TempDir(), "s.mp4")
	base := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=4", "-pix_fmt", "yuv420p", "-c:v", name}
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(append(base, args...), mp4)...).CombinedOutput(); err != nil {
		t.Skipf("ffmpeg does not encode %s: %v %s", codec, err, out)
	}
	filter := map[Codec]string{H264: "h264_mp4toannexb,h264_metadata=aud=insert", H265: "hevc_mp4toannexb,hevc_metadata=aud=insert"}[codec]
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", mp4, "-c", "copy", "-bsf:v", filter, path).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	probed, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", mp4).Output()
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.Fields(strings.ReplaceAll(string(probed), ",", ""))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []Unit
	for _, nal := range split(data) {
		if aud := codec == H264 && nal[0]&0x1f == 9 || codec == H265 && h265.Type(nal) == 35; aud {
			if len(all) == len(shown) {
				break
			}
			seconds, err := time.ParseDuration(shown[len(all)] + "s")
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Unit{Codec: codec, Timestamp: uint32(units(seconds) + 1e6), Time: began.Add(seconds)})
		}
		u := &all[len(all)-1]
		u.Data = append(append(u.Data, 0, 0, 0, 1), nal...)
		u.Key = u.Key || codec == H264 && nal[0]&0x1f == 5 || codec == H265 && h265.IsKey(h265.Type(nal))
	}
	if len(all) != len(shown) || len(all) != 100 {
		t.Fatalf("%d access units, %d times", len(all), len(shown))
	}
	return all
}

func TestStreamsOfRealEncodersAreReadBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		codec Codec
		args  []string
	}{
		"High with B-frames":      {H264, []string{"-g", "25", "-bf", "2"}},
		"High 4:2:2":              {H264, []string{"-g", "25", "-bf", "0", "-pix_fmt", "yuv422p"}},
		"H.265":                   {H265, []string{"-g", "25", "-bf", "0", "-x265-params", "log-level=none"}},
		"H.265 with B-frames":     {H265, []string{"-g", "25", "-bf", "2", "-x265-params", "log-level=none:open-gop=0"}},
		"H.265 of Main 10":        {H265, []string{"-g", "25", "-bf", "0", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none"}},
		"H.265 of an open group":  {H265, []string{"-g", "25", "-bf", "2", "-x265-params", "log-level=none:open-gop=1"}},
		"a key picture every 4 s": {H264, []string{"-g", "100", "-bf", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := library(t, nil)
			list := recordAll(t, l, encoded(t, tc.codec, tc.args...))
			if len(list) != 1 {
				t.Fatalf("%+v %+v", list, l.Stats())
			}
			n, seconds := probe(t, l.fileOf(list[0]))
			if n != 100 || math.Abs(seconds-4) > 0.05 {
				t.Errorf("%d pictures in %.3f s, want 100 in 4 s", n, seconds)
			}
		})
	}
}

func TestNewConnectionAndNewSizeBeginSegments(t *testing.T) {
	t.Parallel()
	l, _ := library(t, nil)
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	stop := running(t, r.Run)
	all := pictures(t, 60)
	for _, u := range all[:30] {
		r.Picture(u)
	}
	r.Cut() // another SSRC, or the camera came back
	for _, u := range all[31:45] {
		r.Picture(u) // cannot be decoded: the key picture was lost
	}
	for _, u := range all[45:60] {
		r.Picture(u)
	}
	leapt := pictures(t, 15)
	for i := range leapt {
		leapt[i].Timestamp += 3_000_000_000 // the camera's clock was set
		leapt[i].Time = leapt[i].Time.Add(10 * time.Second)
		r.Picture(leapt[i])
	}
	other := encoded(t, H264, "-g", "25", "-bf", "0") // 320x240
	for i := range other {
		other[i].Time = other[i].Time.Add(20 * time.Second)
		other[i].Timestamp += leapt[14].Timestamp
		r.Picture(other[i])
	}
	stop()
	list := segments(t, l)
	if len(list) != 4 {
		t.Fatalf("%d segments, want 4: %+v", len(list), list)
	}
	for i, want := range []int{30, 15, 15, 100} {
		if n, _ := probe(t, l.fileOf(list[i])); n != want {
			t.Errorf("segment %d has %d pictures, want %d", i, n, want)
		}
	}
	if list[3].HeightPx != 240 {
		t.Errorf("%+v", list[3])
	}
	if n := l.Stats().PicturesDropped; n != 14 {
		t.Errorf("%d pictures dropped, want the 14 without their key picture", n)
	}
}

func TestCrashLosesAtMostTheOpenFragment(t *testing.T) {
	t.Parallel()
	l, index := library(t, nil)
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	running(t, r.Run)
	for _, u := range pictures(t, 15*5+7) {
		r.Picture(u)
	}
	poll(t, "5 s are on disk", func() bool { return l.Stats().Fragments == 5 })
	left := segments(t, l)[0]
	whole, err := os.ReadFile(l.fileOf(Segment{Feed: left.Feed, Name: left.Name, Open: true}))
	if err != nil {
		t.Fatal(err)
	}
	f, size := openSegment(t, l.fileOf(Segment{Feed: left.Feed, Name: left.Name, Open: true}))
	c, err := scan(f, size)
	if err != nil || len(c.pieces) != 5 {
		t.Fatalf("%v: %d fragments", err, len(c.pieces))
	}
	third := c.pieces[2]
	for name, tc := range map[string]struct {
		bytes []byte
		want  int // pictures
	}{
		"as it was":                           {whole, 75},
		"cut within the last fragment":        {whole[:len(whole)-100], 60},
		"cut within a box's head":             {whole[:third.at+5], 30},
		"cut right after a fragment":          {whole[:third.at], 30},
		"a tail of zeros, as after power cut": {append(bytes.Clone(whole[:third.at]), make([]byte, 5000)...), 30},
		"a tail of noise":                     {append(bytes.Clone(whole[:third.at]), bytes.Repeat([]byte{0xa7}, 5000)...), 30},
		"no fragment":                         {whole[:c.pieces[0].at+c.pieces[0].size-1], 0},
		"half a header":                       {whole[:200], 0},
		"nothing":                             {nil, 0},
		"index torn":                          {append(append(bytes.Clone(whole[:c.roomAt]), bytes.Repeat([]byte{0xff}, 300)...), whole[c.roomAt+300:]...), 75},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "1-eo", left.Name+extension)
			if err := os.Mkdir(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path+openMark, tc.bytes, 0o640); err != nil {
				t.Fatal(err)
			}
			again := newMemory()
			again.all[left.Name] = left
			after, err := Open(context.Background(), Config{Folder: folder, Index: again, KeepFree: 1})
			if err != nil {
				t.Fatal(err)
			}
			list := segments(t, after)
			if tc.want == 0 {
				if len(list) != 0 || len(files(t, after)) != 0 || after.Stats().Lost != 1 {
					t.Errorf("%+v %v %+v", list, files(t, after), after.Stats())
				}
				return
			}
			if len(list) != 1 || list[0].Open || after.Stats().Recovered != 1 {
				t.Fatalf("%+v %+v", list, after.Stats())
			}
			if got, want := list[0].End.Sub(list[0].Start).Seconds(), float64(tc.want)/15; math.Abs(got-want) > 0.01 {
				t.Errorf("%.3f s, want %.3f s", got, want)
			}
			if n, seconds := probe(t, path); n != tc.want || math.Abs(seconds-float64(tc.want)/15) > 0.01 {
				t.Errorf("%d pictures in %.3f s, want %d", n, seconds, tc.want)
			}
		})
	}
	_ = index
}

func TestIndexFollowsTheFiles(t *testing.T) {
	t.Parallel()
	l, index := library(t, func(c *Config) { c.Segment = time.Second })
	list := recordAll(t, l, pictures(t, 45))
	if len(list) != 3 {
		t.Fatal(list)
	}
	if err := os.Remove(l.fileOf(list[0])); err != nil {
		t.Fatal(err)
	}
	if err := index.Remove(context.Background(), list[1].Name); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(l.cfg.Folder, "1-eo", "notes.mp4")
	if err := os.WriteFile(stray, []byte("not ours"), 0o640); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	got := segments(t, again)
	if len(got) != 2 || got[0].Name != list[1].Name || got[1].Name != list[2].Name {
		t.Errorf("%+v", got)
	}
	if off := got[0].End.Sub(list[1].End).Abs(); off > time.Millisecond {
		t.Errorf("read from the file it ends at %v, not %v", got[0].End, list[1].End)
	}
	if _, err := os.Stat(stray); err != nil {
		t.Errorf("a file that is not ours: %v", err)
	}
}

func TestKLVLiesBesideThePicture(t *testing.T) {
	t.Parallel()
	l, _ := library(t, nil)
	r := l.Recorder("1-eo", nil)
	r.KLV([]byte("before recording"), began)
	r.Set(true)
	stop := running(t, r.Run)
	r.KLV([]byte("before the first picture"), began)
	var want []KLV
	for i, u := range pictures(t, 45) {
		r.Picture(u)
		k := KLV{Data: []byte{6, 14, 43, 52, byte(i), 0, 0}, Time: u.Time.Add(7 * time.Millisecond)}
		want = append(want, k)
		r.KLV(k.Data, k.Time)
	}
	stop()
	list := segments(t, l)
	f, size := openSegment(t, l.fileOf(list[0]))
	got, err := ReadKLV(f, size)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v: %d packets, want %d", err, len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i].Data, want[i].Data) || got[i].Time.Sub(want[i].Time).Abs() > time.Millisecond {
			t.Errorf("packet %d: %v %x, want %v %x", i, got[i].Time, got[i].Data, want[i].Time, want[i].Data)
		}
	}
	if n, _ := probe(t, l.fileOf(list[0])); n != 45 {
		t.Errorf("%d pictures beside the metadata", n)
	}
	if st := l.Stats(); st.KLV != 45 || st.KLVDropped != 1 {
		t.Errorf("%+v", st)
	}
}

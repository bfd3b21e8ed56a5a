package rtspout_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/h264"
	"vedette/video/h265"
	"vedette/video/relay"
	"vedette/video/rtspout"
)

// ffmpeg runs the program and returns what it writes; the test is skipped where it is not installed.
func ffmpeg(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed (make test-deps)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"-nostdin", "-v", "error", "-xerror"}, args...)...)
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg %q: %v: %s", args, err, words.String())
	}
	if words.Len() > 0 {
		t.Errorf("ffmpeg %q says %s", args, words.String())
	}
	return out.Bytes()
}

// film is a coded film that a feed plays in a loop, with pictures in the order of decoding.
type film struct {
	stream   *relay.Stream
	codec    relay.Codec
	pictures []picture
}

// picture holds the NAL units of a picture and when it is shown, in pictures.
type picture struct {
	nals  [][]byte
	shown int
}

const filmFPS = 15

// newFilm codes a film with ffmpeg.
func newFilm(t *testing.T, codec relay.Codec, settings ...string) *film {
	t.Helper()
	dir := t.TempDir()
	whole, raw, bsf := filepath.Join(dir, "film.mkv"), filepath.Join(dir, "film.raw"), "h264_mp4toannexb"
	form := "h264"
	if codec == relay.H265 {
		bsf, form = "hevc_mp4toannexb", "hevc"
	}
	args := []string{"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=320x256:rate=%d", filmFPS), "-frames:v", "60", "-pix_fmt", "yuv420p"}
	ffmpeg(t, append(append(args, settings...), whole)...)
	ffmpeg(t, "-i", whole, "-c", "copy", "-bsf:v", bsf, "-f", form, raw)
	stream, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	f := &film{codec: codec}
	for line := range strings.Lines(string(ffmpeg(t, "-i", whole, "-c", "copy", "-bsf:v", bsf, "-f", "framecrc", "-"))) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		column := strings.Split(line, ",")
		ms, err1 := strconv.Atoi(strings.TrimSpace(column[2]))
		size, err2 := strconv.Atoi(strings.TrimSpace(column[4]))
		if err1 != nil || err2 != nil || size > len(stream) {
			t.Fatalf("line %q", line)
		}
		p := picture{shown: (ms*filmFPS + 500) / 1000}
		for nal := range bytes.SplitSeq(stream[:size], []byte{0, 0, 1}) {
			if nal = bytes.TrimRight(nal, "\x00"); len(nal) > 2 {
				p.nals = append(p.nals, nal)
			}
		}
		f.pictures, stream = append(f.pictures, p), stream[size:]
	}
	if len(f.pictures) != 60 {
		t.Fatalf("%d pictures", len(f.pictures))
	}
	return f
}

func (f *film) Describe(context.Context, string) (video.Format, error) {
	return video.Format{Codec: f.codec, ParameterSets: f.stream.ParameterSets()}, nil
}

func (f *film) Subscribe(context.Context, string) (*relay.Subscription, error) {
	return f.stream.Subscribe()
}

// run plays the film until ctx ends.
func (f *film) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second / filmFPS)
	defer tick.Stop()
	for n := 0; ; n++ {
		p := f.pictures[n%len(f.pictures)]
		ts := uint32(n/len(f.pictures)*len(f.pictures)+p.shown) * 90_000 / filmFPS
		for i, nal := range p.nals {
			var pieces [][]byte
			emit := func(b []byte) { pieces = append(pieces, b) }
			if f.codec == relay.H265 {
				h265.Split(nal, 1400, emit)
			} else {
				h264.Split(nal, 1400, emit)
			}
			for j, b := range pieces {
				f.stream.Push(relay.Packet{
					Payload: b, Timestamp: ts, Marker: i == len(p.nals)-1 && j == len(pieces)-1, Arrival: time.Now(),
				})
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func TestOtherSoftwareDecodesWhatBrowsersMayNot(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		codec    relay.Codec
		settings []string
	}{
		{"H.264 high with B-frames", relay.H264, []string{"-c:v", "libx264", "-profile:v", "high", "-g", "15", "-bf", "2"}},
		{"H.264 baseline", relay.H264, []string{"-c:v", "libx264", "-profile:v", "baseline", "-g", "15"}},
		{"H.265", relay.H265, []string{"-c:v", "libx265", "-x265-params", "log-level=error:keyint=15:bframes=0"}},
		{"H.265 with B-frames", relay.H265, []string{"-c:v", "libx265", "-x265-params", "log-level=error:keyint=15:bframes=3"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFilm(t, tc.codec, tc.settings...)
			r, err := relay.New(relay.Config{ListenHost: "127.0.0.1"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
			f.stream = r.NewStream("a")
			f.stream.SetCodec(tc.codec)
			run(t, f.run)
			s, err := rtspout.New(t.Context(), rtspout.Config{Feeds: f, Gate: &gate{}, Listen: "127.0.0.1:0"})
			if err != nil {
				t.Fatal(err)
			}
			run(t, s.Run)
			poll(t, "the film plays", func() bool { return len(f.stream.ParameterSets().PPS) > 0 })
			out := ffmpeg(t, "-rtsp_transport", "tcp", "-i", urlForm+s.Addr()+"/a", "-frames:v", "40", "-fps_mode", "passthrough", "-f", "framemd5", "-")
			seen, last := map[string]bool{}, -1
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, "#") {
					continue
				}
				column := strings.Split(strings.TrimSpace(line), ",")
				if shown, err := strconv.Atoi(strings.TrimSpace(column[2])); err != nil || shown < last {
					t.Errorf("a picture is shown at %q after %d", column[2], last)
				} else {
					last = shown
				}
				seen[column[5]] = true
			}
			if len(seen) < 35 {
				t.Errorf("%d different pictures were decoded of 40", len(seen))
			}
			if strings.Contains(tc.name, "B-frames") {
				return // of those ffmpeg does not know the order of decoding from RTSP, whoever serves it
			}
			ffmpeg(t, "-rtsp_transport", "udp", "-i", urlForm+s.Addr()+"/a", "-c", "copy", "-t", "2", "-f", "matroska", "-")
		})
	}
}

// TestCodecThatChangesEndsItsReaders keeps a player from being sent what it was not told of.
func TestCodecThatChangesEndsItsReaders(t *testing.T) {
	t.Parallel()
	r, err := relay.New(relay.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	s := r.NewStream("a")
	sub, err := s.Subscribe()
	if err != nil {
		t.Fatal(err)
	}
	s.SetCodec(relay.H264)
	if s.Viewers() != 1 || sub.Codec() != relay.H264 {
		t.Fatal("the same codec ends readers")
	}
	s.SetCodec(relay.H265)
	if _, err := sub.Next(t.Context()); err == nil || s.Viewers() != 0 {
		t.Errorf("the reader goes on: %v", err)
	}
}

package avcodec

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
)

// annexB has FFmpeg code twelve pictures that get brighter, and splits them into access units at their delimiters.
func annexB(t *testing.T, encoder, format string, delimiter []byte) (units [][]byte) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "ffmpeg", "-v", "error", "-f", "lavfi",
		"-i", "color=black:s=192x128:r=12,format=gray,geq=lum='40+15*N+X/8'", "-frames:v", "12", "-pix_fmt", "yuv420p",
		"-c:v", encoder, "-bf", "0", "-x265-params", "log-level=none:bframes=0", "-bsf:v", format+"_metadata=aud=insert", "-f", format, "-")
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("no ffmpeg with %s: %v", encoder, err)
	}
	mark := append([]byte{0, 0, 0, 1}, delimiter...)
	for _, part := range bytes.Split(out, mark)[1:] {
		units = append(units, append(bytes.Clone(mark), part...))
	}
	return units
}

func TestDecodesWhatWasEncoded(t *testing.T) {
	for _, c := range []struct {
		codec, encoder, format string
		delimiter              []byte
	}{{"hevc", "libx265", "hevc", []byte{0x46, 0x01}}, {"h264", "libx264", "h264", []byte{0x09}}} {
		t.Run(c.codec, func(t *testing.T) {
			d, version, err := NewDecoder(c.codec)
			if err != nil {
				t.Skip(err)
			}
			defer d.Close()
			units := annexB(t, c.encoder, c.format, c.delimiter)
			if len(units) != 12 || version == "" {
				t.Fatalf("%d access units, version %q", len(units), version)
			}
			for k, u := range units {
				p, ok, err := d.Decode(u, uint64(100+k))
				if err != nil || !ok || p.ID != uint64(100+k) || p.Width != 192 || p.Height != 128 {
					t.Fatalf("unit %d: %v, %v, picture %d of %d x %d", k, ok, err, p.ID, p.Width, p.Height)
				}
				at := 64*p.Stride + 96
				want := 16 + (40+15*k+12)*219/255 // FFmpeg brings full grey to the range of television
				if off := int(p.Luma[at]) - want; off < -5 || off > 5 {
					t.Errorf("picture %d is off by %d grey levels", k, off)
				}
			}
		})
	}
}

func TestGarbageGivesAnErrorOrNothing(t *testing.T) {
	for _, codec := range []string{"hevc", "h264"} {
		d, _, err := NewDecoder(codec)
		if err != nil {
			t.Skip(err)
		}
		for _, data := range [][]byte{nil, {1}, {0, 0, 0, 1}, {0, 0, 0, 1, 0x40, 1, 2, 3}, {0, 0, 0, 1, 0x65, 1, 2, 3}, make([]byte, 1000)} {
			if _, ok, _ := d.Decode(data, 1); ok {
				t.Errorf("%s: a picture came out of %d bytes of garbage", codec, len(data))
			}
		}
		d.Close()
		d.Close()
	}
	if _, _, err := NewDecoder("no such codec"); err == nil {
		t.Error("a decoder that does not exist")
	}
}

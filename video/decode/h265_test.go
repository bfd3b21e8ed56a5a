package decode_test

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
	"time"

	"vedette/video/decode"
)

// TestTheCodecMayChangeInFlight decodes H.265, then H.264, then H.265 again, each by a child of its own.
func TestTheCodecMayChangeInFlight(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(context.Background(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=gray:s=192x128:r=5", "-frames:v", "1",
		"-pix_fmt", "yuv420p", "-c:v", "libx265", "-x265-params", "log-level=none:bframes=0", "-f", "hevc", "-")
	coded, err := cmd.Output()
	if err != nil {
		t.Skipf("no ffmpeg that codes H.265: %v", err)
	}
	c := clip(t)
	d, frames := run(t, config("decode"))
	for round := range 3 {
		u, width := decode.Unit{Codec: decode.H265, Data: bytes.Clone(coded), Key: true, Time: time.Unix(int64(round), 0)}, 192
		if round == 1 {
			u, width = annexB(c, 0), 320
		}
		poll(t, "a picture of its size", func() bool {
			d.Submit(u)
			select {
			case f := <-frames:
				return f.Width == width
			case <-time.After(100 * time.Millisecond):
				return false
			}
		})
		if ready, reason := d.Status(); !ready || reason != "" {
			t.Errorf("it decodes, and its status is %v %q", ready, reason)
		}
	}
	if n := d.Counts().Restarts; n != 0 {
		t.Errorf("%d children ended by crash or hang", n)
	}
}

//go:build linux

package still

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"vedette/video/ingest/testcam"
)

// childEnv turns this test binary into a child that makes a picture, or into something worse.
const childEnv = "VEDETTE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "still":
		status, err := RunChild(os.Args[1:], os.Stdin, os.Stdout)
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error()) // the exit status says it too
		}
		os.Exit(status)
	case "absent":
		_, _ = os.Stderr.WriteString("a note\nlibopenh264 is not installed")
		os.Exit(exitAbsent)
	case "liar":
		_, _ = os.Stdout.WriteString("no picture at all")
		os.Exit(0)
	case "socket":
		os.Exit(trySocket())
	}
	goleak.VerifyTestMain(m)
}

// maker makes pictures with children of one kind.
func maker(kind string) *Maker {
	return New(Config{Command: []string{os.Args[0]}, Env: []string{childEnv + "=" + kind}})
}

// clip is a short one, and as a group.
func clip(t *testing.T, pictures int) (*testcam.Clip, Group) {
	t.Helper()
	c, err := testcam.Encode(320, 256, 15, 15, 1)
	if err != nil {
		t.Fatal(err)
	}
	g := Group{Codec: H264}
	for i, nals := range c.Pictures[:pictures] {
		if i == 0 {
			nals = append([][]byte{c.SPS, c.PPS}, nals...)
		}
		var unit []byte
		for _, n := range nals {
			unit = append(append(unit, 0, 0, 0, 1), n...)
		}
		g.Units = append(g.Units, unit)
	}
	return c, g
}

// spot says whether the picture shows the warm spot of picture n of a clip, and by how much it is warmer than the rest.
func spot(t *testing.T, p Picture, n int) (inside, outside float64) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	x, y, w, h := testcam.Spot(n)
	light := func(x, y int) float64 { r, _, _, _ := m.At(x, y).RGBA(); return float64(r >> 8) }
	return light(x+w/2, y+h/2), light(x+w/2, y-40)
}

func TestTheLastPictureOfAGroup(t *testing.T) {
	t.Parallel()
	_, g := clip(t, 12)
	p, err := maker("still").JPEG(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 320 || p.Height != 256 {
		t.Errorf("%d x %d", p.Width, p.Height)
	}
	inside, outside := spot(t, p, 11)
	if inside < outside+60 {
		t.Errorf("the spot is %.0f, the ground %.0f", inside, outside)
	}
	g.FullRange = true
	full, err := maker("still").JPEG(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if i, o := spot(t, full, 11); i-o > (inside-outside)*0.95 {
		t.Errorf("a full range is stretched too: %.0f and %.0f, before %.0f and %.0f", i, o, inside, outside)
	}
}

func TestAnFFmpegTakesWhatIsH265(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed (make test-deps)")
	}
	coded, err := exec.CommandContext(t.Context(), path, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=1", "-c:v", "libx265",
		"-x265-params", "log-level=none", "-f", "hevc", "-").Output()
	if err != nil {
		t.Skip("this ffmpeg has no libx265: ", err)
	}
	g := Group{Codec: H265, Units: [][]byte{coded}}
	p, err := maker("still").JPEG(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err != nil || p.Width != 320 || p.Height != 240 {
		t.Errorf("%d x %d: %v %v", p.Width, p.Height, m != nil, err)
	}
	m := maker("still")
	m.cfg.FFmpeg = "no-such-ffmpeg"
	if _, err := m.JPEG(t.Context(), g); !errors.Is(err, ErrNoDecoder) || !strings.Contains(err.Error(), "install ffmpeg") {
		t.Error(err)
	}
}

func TestWhatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	_, good := clip(t, 3)
	garbage := Group{Codec: H264, Units: [][]byte{{0, 0, 0, 1, 0x67, 1, 2, 3}, bytes.Repeat([]byte{0, 0, 1, 0x65, 9}, 1000)}}
	for name, c := range map[string]struct {
		kind   string
		ffmpeg string
		group  Group
		want   error
		words  string
	}{
		"garbage":           {"still", "no-such-ffmpeg", garbage, ErrUndecodable, "ffmpeg"},
		"garbage, ffmpeg":   {"still", "", garbage, ErrUndecodable, ""},
		"nothing":           {"still", "no-such-ffmpeg", Group{Codec: H264}, ErrUndecodable, ""},
		"no library":        {"absent", "no-such-ffmpeg", good, ErrNoDecoder, "libopenh264 is not installed; an ffmpeg"},
		"a child that lies": {"liar", "no-such-ffmpeg", good, ErrUndecodable, "nothing came out"},
	} {
		m := maker(c.kind)
		m.cfg.FFmpeg = c.ffmpeg
		if _, err := m.JPEG(t.Context(), c.group); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(Config{}).JPEG(t.Context(), good); !errors.Is(err, ErrNoDecoder) {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := maker("still").JPEG(gone, good); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRequestsThatAreTooManyAreRefused(t *testing.T) {
	t.Parallel()
	m := maker("still")
	for range mostWaiting {
		m.waiting <- struct{}{}
	}
	if _, err := m.JPEG(t.Context(), Group{Codec: H264}); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
}

func TestAnFFmpegHasNoNetwork(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test's own binary
	cmd.Env = []string{childEnv + "=socket"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// trySocket opens a socket before it is forbidden, and after.
func trySocket() int {
	open := func() error {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err == nil {
			err = syscall.Close(fd)
		}
		return err
	}
	if open() != nil {
		return 10
	}
	if err := confined(func() {
		if err := open(); !errors.Is(err, syscall.EACCES) {
			os.Exit(11)
		}
	}); err != nil {
		return 12
	}
	return 0
}

// confined does something on a thread without a network.
func confined(do func()) error {
	runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := forbidNetwork(); err != nil {
		return err
	}
	do()
	return nil
}

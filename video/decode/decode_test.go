package decode_test

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/video/decode"
	"vedette/video/ingest/testcam"
)

// childEnv turns this test binary into a decoder child, or into something worse.
const childEnv = "VEDETTE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "decode":
		if err := decode.RunChild(os.Stdin, os.Stdout, decode.Codec(os.Args[1])); err != nil {
			_, _ = os.Stderr.WriteString(err.Error()) // the exit status says it too
			os.Exit(1)
		}
		os.Exit(0)
	case "hang":
		_, _ = os.Stdout.Write([]byte{0, 0, 0, 3, 'H', 1, 'x'})
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "lie":
		_, _ = os.Stdout.Write([]byte{0, 0, 0, 3, 'H', 1, 'x'})
		_, _ = os.Stdin.Read(make([]byte, 1))
		_, _ = os.Stdout.Write([]byte{0xff, 0xff, 0xff, 0xff, 'P'})
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "absent":
		_, _ = os.Stdout.Write(append([]byte{0, 0, 0, 9, 'H', 0}, "no codec"[:7]...))
		os.Exit(0)
	case "crash":
		os.Exit(3)
	case "grow", "spin", "answer":
		misbehave(os.Getenv(childEnv))
	case "snoop":
		snoop()
	}
	goleak.VerifyTestMain(m)
}

func config(mode string) decode.Config {
	return decode.Config{Command: []string{os.Args[0]}, Env: []string{childEnv + "=" + mode}}
}

func annexB(c *testcam.Clip, n int) decode.Unit {
	u := decode.Unit{Key: n%c.GOP == 0, Time: time.Unix(int64(n), 0), Exact: n%2 == 0}
	nals := c.Pictures[n]
	if u.Key {
		nals = append([][]byte{c.SPS, c.PPS}, nals...)
	}
	for _, nal := range nals {
		u.Data = append(append(u.Data, 0, 0, 0, 1), nal...)
	}
	return u
}

func clip(t *testing.T) *testcam.Clip {
	t.Helper()
	c, err := testcam.Encode(320, 256, 15, 15, 2)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts a decoder and returns its frames; it is ended with the test.
func run(t *testing.T, cfg decode.Config) (*decode.Decoder, <-chan decode.Frame) {
	t.Helper()
	frames := make(chan decode.Frame, 1000)
	d := decode.New(cfg, func(f decode.Frame) {
		f.Pix = append([]byte(nil), f.Pix...)
		frames <- f
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d, frames
}

func receive(t *testing.T, frames <-chan decode.Frame) decode.Frame {
	t.Helper()
	select {
	case f := <-frames:
		return f
	case <-time.After(20 * time.Second):
		t.Fatal("no frame in 20 s")
		return decode.Frame{}
	}
}

func TestChildDecodesWhatWasEncoded(t *testing.T) {
	t.Parallel()
	c := clip(t)
	d, frames := run(t, config("decode"))
	for n := range c.Pictures {
		d.Submit(annexB(c, n))
		f := receive(t, frames)
		if f.Width != 320 || f.Height != 256 || len(f.Pix) != 320*256 {
			t.Fatalf("picture of %d x %d in %d bytes", f.Width, f.Height, len(f.Pix))
		}
		if !f.Time.Equal(time.Unix(int64(n), 0)) || f.Exact != (n%2 == 0) {
			t.Fatalf("picture %d has the time %v, exact %v", n, f.Time, f.Exact)
		}
		want := testcam.Picture(320, 256, n)
		var off int
		for i := range want {
			off += max(int(want[i])-int(f.Pix[i]), int(f.Pix[i])-int(want[i]))
		}
		if mean := float64(off) / float64(len(want)); mean > 3 {
			t.Fatalf("picture %d differs by %.1f grey levels in the mean", n, mean)
		}
	}
	if ready, reason := d.Status(); !ready || reason != "" {
		t.Errorf("status %v %q", ready, reason)
	}
}

func TestBehindDecodesAllAndShowsTheNewest(t *testing.T) {
	t.Parallel()
	c := clip(t)
	frames := make(chan decode.Frame, 100)
	d := decode.New(config("decode"), func(f decode.Frame) { frames <- f })
	for n := range c.Pictures { // all before the child runs
		d.Submit(annexB(c, n))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); _ = d.Run(ctx) }()
	f := receive(t, frames)
	cancel()
	<-done
	if last := int64(len(c.Pictures) - 1); f.Time.Unix() != last {
		t.Errorf("first picture shown is %d, not the newest, %d", f.Time.Unix(), last)
	}
	if got := d.Counts(); got.Decoded != uint64(len(c.Pictures)) || got.Skipped != 0 || got.Errors != 0 {
		t.Errorf("counts %+v", got)
	}
}

func TestFullQueueWaitsForKeyPicture(t *testing.T) {
	t.Parallel()
	d := decode.New(config("crash"), nil) // not run
	d.Submit(decode.Unit{Data: []byte{1}})
	if got := d.Counts().Skipped; got != 1 {
		t.Fatalf("a unit before the first key picture was queued (skipped %d)", got)
	}
	d.Submit(decode.Unit{Data: []byte{1}, Key: true})
	for range 64 {
		d.Submit(decode.Unit{Data: []byte{1}})
	}
	if got := d.Counts().Skipped; got != 1+64+1 {
		t.Errorf("skipped %d, want the whole queue and the unit that overflowed it", got)
	}
}

func TestGarbageIsCountedAndDecodingGoesOn(t *testing.T) {
	t.Parallel()
	c := clip(t)
	d, frames := run(t, config("decode"))
	bad := annexB(c, 0)
	bad.Data = append([]byte(nil), bad.Data[:len(bad.Data)/2]...)
	for i := 60; i < len(bad.Data); i += 7 {
		bad.Data[i] ^= 0x5a
	}
	d.Submit(bad)
	d.Submit(decode.Unit{Data: []byte{0, 0, 0, 1, 0x65, 1, 2, 3}, Key: true})
	poll(t, "the garbage was looked at", func() bool { return d.Counts().Decoded+d.Counts().Restarts >= 2 })
	deadline := time.After(20 * time.Second)
	for {
		d.Submit(annexB(c, 0))
		select {
		case <-frames:
			return
		case <-time.After(100 * time.Millisecond):
		case <-deadline:
			t.Fatalf("no picture after garbage: %+v", d.Counts())
		}
	}
}

func TestBadChildrenAreReplaced(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"hang", "lie", "crash", "grow", "spin"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			cfg := config(mode)
			if mode == "hang" {
				cfg.Hang = 100 * time.Millisecond
			}
			cfg.MaxCores = 0.05 // the machine may be busy
			d, _ := run(t, cfg)
			poll(t, "two restarts", func() bool {
				d.Submit(decode.Unit{Data: []byte{0, 0, 0, 1, 0x65}, Key: true})
				return d.Counts().Restarts >= 2
			})
		})
	}
}

func TestChildWithoutDecoderSaysWhy(t *testing.T) {
	t.Parallel()
	d, _ := run(t, config("absent"))
	d.Submit(decode.Unit{Data: []byte{0, 0, 0, 1, 0x65}, Key: true})
	poll(t, "the reason", func() bool {
		ready, reason := d.Status()
		return !ready && reason == "no code"
	})
	if d.Counts().Restarts != 0 {
		t.Error("a missing library was counted as a crash")
	}
}

func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 2 min", what)
		}
		<-tick.C
	}
}

package serialport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/serialport"
	"vedette/internal/serialport/ptytest"
)

const limit = 10 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, d *ptytest.Device) *serialport.Port {
	t.Helper()
	p, err := serialport.Open(serialport.Config{Device: d.Path, Baud: 57600})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// readAsync starts one Read and answers its result on a channel.
func readAsync(p *serialport.Port) <-chan error {
	out := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 16))
		out <- err
	}()
	return out
}

func wait(t *testing.T, what string, c <-chan error) error {
	t.Helper()
	select {
	case err := <-c:
		return err
	case <-time.After(limit):
		t.Fatalf("%s did not happen within %v", what, limit)
		return nil
	}
}

func TestBytesGoBothWays(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	p := open(t, d)

	// Every byte value: nothing is swallowed or translated by the terminal.
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if _, err := d.Write(all); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(all))
	if _, err := io.ReadFull(p, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, all) {
		t.Errorf("received %x", got)
	}

	if _, err := p.Write(all); err != nil {
		t.Fatal(err)
	}
	for rest := all; len(rest) > 0; {
		n, err := d.Read(got)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(rest, got[:n]) {
			t.Fatalf("sent %x, %x expected", got[:n], rest)
		}
		rest = rest[n:]
	}
}

func TestMoreThanTheBufferArrivesWhole(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	p := open(t, d)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 20<<10)
	go func() {
		for rest := sent; len(rest) > 0; {
			n, err := d.Write(rest)
			if err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(p, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("the bytes differ")
	}
}

func TestAnIdleLineIsNotTheEnd(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	p := open(t, d)
	read := readAsync(p)
	// tarm/serial alone would answer EOF after each tenth of a second.
	select {
	case err := <-read:
		t.Fatalf("Read answered %v on an idle line", err)
	case <-time.After(1200 * time.Millisecond):
	}
	if _, err := d.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, "the read", read); err != nil {
		t.Fatal(err)
	}
}

func TestReadDeadline(t *testing.T) {
	t.Parallel()
	p := open(t, ptytest.New(t))
	for _, in := range []time.Duration{-time.Second, 0, time.Millisecond, 150 * time.Millisecond} {
		if err := p.SetReadDeadline(time.Now().Add(in)); err != nil {
			t.Fatal(err)
		}
		err := wait(t, "the deadline", readAsync(p))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("deadline in %v: %v", in, err)
		}
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v is no time-out", err)
		}
	}
	// A deadline set while Read waits ends it too, and lifting it lets Read wait again.
	if err := p.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	read := readAsync(p)
	if err := p.SetReadDeadline(time.Now().Add(-1)); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, "the deadline", read); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

func TestWriteDeadline(t *testing.T) {
	t.Parallel()
	p := open(t, ptytest.New(t))
	if err := p.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := p.Write(make([]byte, 1<<20)) // nobody reads at the other end
		done <- err
	}()
	if err := wait(t, "the write deadline", done); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

func TestCloseWakes(t *testing.T) {
	t.Parallel()
	p := open(t, ptytest.New(t))
	read := readAsync(p)
	written := make(chan error, 1)
	go func() {
		_, err := p.Write(make([]byte, 1<<20))
		written <- err
	}()
	closed := make(chan error, 2)
	for range 2 {
		go func() { closed <- p.Close() }()
	}
	if err := wait(t, "the end of Read", read); !errors.Is(err, net.ErrClosed) {
		t.Error("read:", err)
	}
	if err := wait(t, "the end of Write", written); !errors.Is(err, net.ErrClosed) {
		t.Error("write:", err)
	}
	for range 2 {
		if err := wait(t, "the end of Close", closed); err != nil {
			t.Error("close:", err)
		}
	}
	if _, err := p.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Error("read after close:", err)
	}
	if err := p.SetDeadline(time.Now()); err == nil {
		t.Error("a deadline on a closed port")
	}
}

func TestUnplugIsTheEndAfterWhatWasReceived(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	p := open(t, d)
	if _, err := d.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 10)
	if _, err := io.ReadFull(p, got[:4]); err != nil {
		t.Fatal(err)
	}
	d.Unplug()
	if err := p.SetReadDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(p)
	if err != nil || string(rest) != " words" {
		t.Errorf("read %q, %v", rest, err)
	}
}

func TestTheDeviceIsLocked(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	first, err := serialport.Open(serialport.Config{Device: d.Path})
	if err != nil {
		t.Fatal(err)
	}
	_, err = serialport.Open(serialport.Config{Device: d.Path})
	if !errors.Is(err, serialport.ErrBusy) {
		t.Fatalf("the second open: %v", err)
	}
	if want := fmt.Sprintf("process %d", os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := serialport.Open(serialport.Config{Device: d.Path})
	if err != nil {
		t.Fatal("after the first was closed:", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestSpeeds(t *testing.T) {
	t.Parallel()
	// 100000, 250000 and 420000 are not in tarm/serial's list.
	for _, baud := range []int{0, 9600, 57600, 100000, 115200, 250000, 420000, 921600} {
		d := ptytest.New(t)
		p, err := serialport.Open(serialport.Config{Device: d.Path, Baud: baud})
		if err != nil {
			t.Errorf("%d baud: %v", baud, err)
			continue
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	plain := t.TempDir() + "/plain"
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]serialport.Config{
		"no device":   {},
		"not there":   {Device: "/dev/ttyNOTHING"},
		"not a tty":   {Device: plain},
		"bad speed":   {Device: plain, Baud: -1},
		"a directory": {Device: "/dev"},
	} {
		if _, err := serialport.Open(cfg); err == nil {
			t.Errorf("%s: opened", name)
		} else if cfg.Device != "" && !strings.Contains(err.Error(), cfg.Device) {
			t.Errorf("%s: %q does not name the device", name, err)
		}
	}
}

func TestRunReopensAPortThatComesBack(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	received := make(chan byte, 16)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := serialport.Run(ctx, serialport.Config{Device: d.Path}, func(_ context.Context, p *serialport.Port) error {
			one := make([]byte, 1)
			for {
				if _, err := p.Read(one); err != nil {
					return err
				}
				received <- one[0]
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	for i := range byte(3) {
		// The pseudo-terminal keeps the byte until the port is open.
		if _, err := d.Write([]byte{i}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-received:
			if got != i {
				t.Errorf("received %d, sent %d", got, i)
			}
		case <-time.After(limit):
			t.Fatalf("nothing received after %d unplugs", i)
		}
		d.Unplug()
		d.Plug()
	}
	cancel()
	wg.Wait()
}

func TestRunEndsWhenItsWorkIsDone(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	calls := 0
	err := serialport.Run(t.Context(), serialport.Config{Device: d.Path}, func(context.Context, *serialport.Port) error {
		calls++
		if calls < 2 {
			return errors.New("try again")
		}
		return nil
	})
	if err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestRunEndsWhileTheDeviceIsMissing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := serialport.Run(ctx, serialport.Config{Device: "/dev/ttyNOTHING"}, func(context.Context, *serialport.Port) error {
		t.Error("used a port that does not exist")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

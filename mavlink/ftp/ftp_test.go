package ftp_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/ftp"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/mavlinktest/virtual"
	"vedette/mavlink/spans"
)

var peer = dialog.Peer{System: 1, Component: 1, OwnSystem: 255, OwnComponent: 190}

// world is a link with faults between a machine and a file server.
type world struct {
	*virtual.Link
	files *mavlinktest.Files
	// disturb is called before each request is answered.
	disturb func(n int)
	heard   int
}

func newWorld(files *mavlinktest.Files) *world {
	return &world{Link: virtual.New(1), files: files}
}

// run plays a machine to its end.
func (w *world) run(t *testing.T, m dialog.Machine) error {
	t.Helper()
	return w.Play(t, m, func(m message.Message) {
		w.heard++
		if w.disturb != nil {
			w.disturb(w.heard)
		}
		request, _ := m.(*common.MessageFileTransferProtocol)
		for _, a := range w.files.Answer(request, [2]uint8{255, 190}) {
			w.Send(false, a)
		}
	})
}

func serve(path string, b []byte) *mavlinktest.Files {
	return &mavlinktest.Files{Content: map[string][]byte{path: b}, Folders: map[string]bool{}}
}

func (w *world) read(t *testing.T, path string, o ftp.ReadOptions) ([]byte, error) {
	t.Helper()
	sink := &virtual.Memory{}
	o.Sink = sink
	r, err := ftp.NewRead(ftp.NewConn(peer, 65500, 0), path, o)
	if err != nil {
		return nil, err
	}
	err = w.run(t, r)
	if err == nil && r.Size() != int64(len(sink.Bytes)) {
		t.Errorf("a size of %d with %d bytes", r.Size(), len(sink.Bytes))
	}
	return sink.Bytes, err
}

// links are what happens to packets on the way.
var links = map[string]func(w *world){
	"a good link":       func(*world) {},
	"5 % loss":          func(w *world) { w.Loss = 0.05 },
	"30 % loss":         func(w *world) { w.Loss = 0.3 },
	"copies":            func(w *world) { w.Copies = 0.3 },
	"reordered":         func(w *world) { w.Jitter = 40 * time.Millisecond },
	"all of it":         func(w *world) { w.Loss, w.Copies, w.Jitter = 0.1, 0.2, 40*time.Millisecond },
	"a narrow link":     func(w *world) { w.Wire, w.Delay = virtual.EachFromVehicle(140*time.Millisecond), 60*time.Millisecond },
	"a satellite":       func(w *world) { w.Delay, w.Loss = 700*time.Millisecond, 0.03 },
	"narrow with loss":  func(w *world) { w.Wire, w.Loss = virtual.EachFromVehicle(140*time.Millisecond), 0.05 },
	"a link of seconds": func(w *world) { w.Delay = 1900 * time.Millisecond },
}

func TestAFileComesWholeOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		for _, size := range []int{0, 1, 238, 239, 240, 239 * 50, 239*50 + 1, 60000} {
			t.Run(fmt.Sprintf("%s, %d bytes", name, size), func(t *testing.T) {
				t.Parallel()
				want := virtual.Content(size)
				w := newWorld(serve("/a/file.bin", want))
				fault(w)
				got, err := w.read(t, "/a/file.bin", ftp.ReadOptions{})
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d of %d bytes, %v", len(got), size, err)
				}
			})
		}
	}
}

func TestServersDiffer(t *testing.T) {
	t.Parallel()
	want := virtual.Content(30000)
	for name, change := range map[string]func(f *mavlinktest.Files){
		"no bursts":                 func(f *mavlinktest.Files) { f.NoBurst = true },
		"no answer to bursts":       func(f *mavlinktest.Files) { f.SilentBurst = true },
		"a session left open":       func(f *mavlinktest.Files) { f.LeaveOpen() },
		"too large an announcement": func(f *mavlinktest.Files) { f.Announce = 1 << 20 },
		"too small an announcement": func(f *mavlinktest.Files) { f.Announce = 1 },
		"one size of reads":         func(f *mavlinktest.Files) { f.OneReadSize = true },
		"bursts of a packet":        func(f *mavlinktest.Files) { f.BurstPackets = 1 },
		"endless bursts":            func(f *mavlinktest.Files) { f.BurstPackets = 100000 },
	} {
		for _, loss := range []float64{0, 0.1} {
			t.Run(fmt.Sprintf("%s, loss %v", name, loss), func(t *testing.T) {
				t.Parallel()
				files := serve("/f", want)
				change(files)
				w := newWorld(files)
				w.Loss = loss
				got, err := w.read(t, "/f", ftp.ReadOptions{})
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				if files.Resets == 0 {
					t.Error("sessions were not reset")
				}
			})
		}
	}
}

// TestWithoutBurstsOnlyAsMuchComesAsWasAskedFor reads over a link that a burst would fill.
func TestWithoutBurstsOnlyAsMuchComesAsWasAskedFor(t *testing.T) {
	t.Parallel()
	want := virtual.Content(30000)
	w := newWorld(serve("/f", want))
	conn, sink := ftp.NewConn(peer, 1, 0), &virtual.Memory{}
	conn.NoBursts = true
	r, err := ftp.NewRead(conn, "/f", ftp.ReadOptions{Sink: sink})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, r); err != nil || !bytes.Equal(sink.Bytes, want) {
		t.Errorf("%d bytes, %v", len(sink.Bytes), err)
	}
	if w.files.Bursts != 0 {
		t.Errorf("%d bursts were asked for", w.files.Bursts)
	}
}

func TestALostSessionIsOpenedAgain(t *testing.T) {
	t.Parallel()
	want := virtual.Content(239 * 200)
	files := serve("/f", want)
	w := newWorld(files)
	w.disturb = func(n int) {
		if n == 4 { // another station resets the sessions during the bursts
			files.Answer(&common.MessageFileTransferProtocol{Payload: [251]uint8{9, 9, 0, 2}}, [2]uint8{254, 190})
		}
	}
	got, err := w.read(t, "/f", ftp.ReadOptions{})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestAReadGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	want := virtual.Content(239 * 300)
	w := newWorld(serve("/f", want))
	sink := &virtual.Memory{Bytes: append([]byte(nil), want...)}
	clear(sink.Bytes[239*100 : 239*130])
	clear(sink.Bytes[239*280:])
	r, err := ftp.NewRead(ftp.NewConn(peer, 1, 0), "/f", ftp.ReadOptions{Sink: sink, Have: []spans.Span{{From: 0, To: 239 * 100}, {From: 239 * 130, To: 239 * 280}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, r); err != nil || !bytes.Equal(sink.Bytes, want) {
		t.Errorf("%d bytes, %v", len(sink.Bytes), err)
	}
	if done, total := r.Progress(); done != int64(len(want)) || total != int64(len(want)) {
		t.Errorf("progress %d of %d", done, total)
	}
	if w.Requests > 10 {
		t.Errorf("%d requests for two gaps", w.Requests)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	files := serve("/f", virtual.Content(5000))
	if _, err := newWorld(files).read(t, "/none", ftp.ReadOptions{}); !errors.Is(err, ftp.ErrNotFound) {
		t.Errorf("errno: %v", err)
	}
	files.NotFound = true
	if _, err := newWorld(files).read(t, "/none", ftp.ReadOptions{}); !errors.Is(err, ftp.ErrNotFound) {
		t.Errorf("code 10: %v", err)
	}
	if _, err := newWorld(files).read(t, "/f", ftp.ReadOptions{Limit: 4999}); !errors.Is(err, ftp.ErrTooLarge) {
		t.Errorf("limit: %v", err)
	}
	if got, err := newWorld(files).read(t, "/f", ftp.ReadOptions{Limit: 5000}); err != nil || len(got) != 5000 {
		t.Errorf("exactly the limit: %v", err)
	}
	for _, path := range []string{"", "/a\x00b", string(make([]byte, 300)), "/a\nb"} {
		if _, err := newWorld(files).read(t, path, ftp.ReadOptions{}); !errors.Is(err, ftp.ErrPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
	deaf := newWorld(files)
	deaf.Loss = 1
	if _, err := deaf.read(t, "/f", ftp.ReadOptions{}); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("nobody answers: %v", err)
	}
	dies := newWorld(serve("/f", virtual.Content(500000)))
	dies.disturb = func(n int) {
		if n == 5 {
			dies.Loss = 1
		}
	}
	if _, err := dies.read(t, "/f", ftp.ReadOptions{}); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("a link that dies: %v", err)
	}
}

func TestLatePacketsOfAnotherFileAreNotTaken(t *testing.T) {
	t.Parallel()
	first, second := virtual.Content(239*80), virtual.Content(239*81)
	files := serve("/1", first)
	files.Content["/2"] = second
	w := newWorld(files)
	w.Wire = virtual.EachFromVehicle(5 * time.Millisecond)
	conn := ftp.NewConn(peer, 100, 0)
	r, err := ftp.NewRead(conn, "/1", ftp.ReadOptions{Sink: &virtual.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	for step := r.Tick(w.Now); len(w.OnWay) < 40; { // the reading is given up within a burst
		for _, out := range step.Send {
			one, _ := out.(*common.MessageFileTransferProtocol)
			for _, a := range files.Answer(one, [2]uint8{255, 190}) {
				w.Send(false, a)
			}
		}
		w.Now = w.OnWay[0].At
		step = r.Handle(w.OnWay[0].Message, w.Now)
		w.OnWay = w.OnWay[1:]
	}
	for _, out := range r.Cancel() {
		one, _ := out.(*common.MessageFileTransferProtocol)
		files.Answer(one, [2]uint8{255, 190})
	}
	sink := &virtual.Memory{}
	if r, err = ftp.NewRead(conn, "/2", ftp.ReadOptions{Sink: sink}); err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, r); err != nil || !bytes.Equal(sink.Bytes, second) {
		t.Errorf("%d bytes, %v", len(sink.Bytes), err)
	}
}

func TestAFileIsWritten(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		for _, keeps := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, %v", name, keeps), func(t *testing.T) {
				t.Parallel()
				files := serve("/f", virtual.Content(9000)) // longer than what replaces it
				files.KeepExisting = keeps
				w := newWorld(files)
				fault(w)
				want := virtual.Content(4000)
				conn := ftp.NewConn(peer, 7, 0)
				m, err := ftp.NewWrite(conn, "/f", want)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.run(t, m); err != nil || !bytes.Equal(files.Content["/f"], want) {
					t.Fatalf("%d bytes stored, %v", len(files.Content["/f"]), err)
				}
				sum, err := ftp.NewCRC32(conn, "/f")
				if err != nil {
					t.Fatal(err)
				}
				if err := w.run(t, sum); err != nil {
					t.Fatal(err)
				}
				if got, ok := sum.CRC32(); !ok || got != ftp.Checksum(want) {
					t.Errorf("checksum %08x %v, want %08x", got, ok, ftp.Checksum(want))
				}
			})
		}
	}
}

func TestFoldersAndNames(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := serve("/log/00000001.BIN", virtual.Content(10))
			for i := range 60 {
				files.Content[fmt.Sprintf("/log/%08d.BIN", i)] = virtual.Content(i)
			}
			w := newWorld(files)
			fault(w)
			conn := ftp.NewConn(peer, 65530, 0)
			do := func(call *ftp.Call, err error) error {
				if err != nil {
					return err
				}
				return w.run(t, call)
			}
			if err := do(ftp.NewMakeDir(conn, "/log/old")); err != nil {
				t.Fatal(err)
			}
			if err := do(ftp.NewMakeDir(conn, "/log/old")); !errors.Is(err, ftp.ErrExists) {
				t.Errorf("made twice: %v", err)
			}
			list, err := ftp.NewList(conn, "/log")
			if err != nil {
				t.Fatal(err)
			}
			if err := w.run(t, list); err != nil {
				t.Fatal(err)
			}
			all := list.Entries()
			if len(all) != 61 || all[59] != (ftp.Entry{Name: "00000059.BIN", Size: 59}) || all[60] != (ftp.Entry{Name: "old", Dir: true}) {
				t.Errorf("%d entries: %+v", len(all), all)
			}
			if err := errors.Join(
				do(ftp.NewRemoveDir(conn, "/log/old")), do(ftp.NewRename(conn, "/log/00000003.BIN", "/log/kept")),
				do(ftp.NewTruncate(conn, "/log/kept", 2)), do(ftp.NewRemove(conn, "/log/00000004.BIN")),
			); err != nil {
				t.Fatal(err)
			}
			if err := do(ftp.NewRemove(conn, "/log/00000004.BIN")); !errors.Is(err, ftp.ErrNotFound) {
				t.Errorf("removed twice: %v", err)
			}
			if len(files.Content["/log/kept"]) != 2 || len(files.Content) != 59 || len(files.Folders) != 0 {
				t.Errorf("%d files, %d folders", len(files.Content), len(files.Folders))
			}
		})
	}
}

// FuzzAnswers gives machines any payload as an answer to whatever they asked: they must neither fail nor run on without an
// end.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{2, 0, 0, 128, 4, 4, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0})
	f.Add([]byte{2, 0, 0, 128, 9, 3, 0, 0, 0, 0, 0, 0, 'F', 'a', '\t', '1', 0, 'D', 'b', 0, 'S'})
	f.Add([]byte{2, 0, 0, 129, 2, 15, 1, 0, 255, 255, 255, 255, 2, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		conn := ftp.NewConn(peer, 0, 0)
		read, _ := ftp.NewRead(conn, "/f", ftp.ReadOptions{Sink: &virtual.Memory{}, Limit: 1 << 16})
		write, _ := ftp.NewWrite(conn, "/f", virtual.Content(500))
		list, _ := ftp.NewList(conn, "/f")
		call, _ := ftp.NewCRC32(conn, "/f")
		for _, m := range []dialog.Machine{read, write, list, call} {
			now := time.Unix(0, 0)
			step := m.Tick(now)
			for n := 0; !step.Done; n++ {
				if n > 3000 {
					t.Fatalf("%T does not end", m)
				}
				a := &common.MessageFileTransferProtocol{}
				if n < len(b) { // the same bytes from every place on, with the number that is waited for
					copy(a.Payload[:], b[n:])
				}
				if len(step.Send) > 0 {
					asked, _ := step.Send[0].(*common.MessageFileTransferProtocol)
					a.Payload[0], a.Payload[1] = asked.Payload[0]+1, asked.Payload[1]
				}
				now = now.Add(time.Millisecond)
				if step = m.Handle(message.Message(a), now); len(step.Send) == 0 && !step.Done {
					now = step.Wake
					step = m.Tick(now)
				}
			}
		}
	})
}

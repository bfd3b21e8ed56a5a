package onboardlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/mavlinktest/virtual"
	"vedette/mavlink/onboardlog"
	"vedette/mavlink/spans"
)

var peer = dialog.Peer{System: 1, Component: 1, OwnSystem: 255, OwnComponent: 190}

// world is a link with faults between a machine and a vehicle with logs.
type world struct {
	*virtual.Link
	logs *mavlinktest.Logs
	// each is the time between two messages of the vehicle, next is when the next one goes, while speaks.
	each    time.Duration
	next    time.Time
	speaks  bool
	sent    int
	disturb func()
}

func newWorld(logs ...mavlinktest.Log) *world {
	return &world{Link: virtual.New(5), each: 2 * time.Millisecond, logs: &mavlinktest.Logs{All: logs, First: 1}}
}

// run plays a machine to its end. Once it was asked, the vehicle speaks by itself.
func (w *world) run(t *testing.T, m dialog.Machine) error {
	t.Helper()
	step := m.Tick(w.Now)
	for begun := w.Now; ; {
		w.Send(true, step.Send...)
		if step.Done {
			return step.Err
		}
		w.Patient(t, begun, 10*time.Hour)
		wake, turn := step.Wake, false
		if w.speaks && w.next.Before(wake) {
			wake, turn = w.next, true
		}
		p, came := w.Next(wake)
		step.Send = nil
		switch {
		case came && p.ToVehicle:
			w.logs.Hear(p.Message)
			w.speaks = true
		case came:
			step = m.Handle(p.Message, w.Now)
		case turn:
			w.speak()
		default:
			step = m.Tick(w.Now)
		}
	}
}

// speak has the vehicle send its next message, if it has one.
func (w *world) speak() {
	if w.disturb != nil {
		w.disturb()
	}
	m := w.logs.Next()
	if m == nil {
		w.speaks = false
		return
	}
	w.sent++
	w.next = w.Now.Add(w.each)
	w.Send(false, m)
}

var links = map[string]func(w *world){
	"a good link":   func(*world) {},
	"5 % loss":      func(w *world) { w.Loss = 0.05 },
	"30 % loss":     func(w *world) { w.Loss = 0.3 },
	"copies":        func(w *world) { w.Copies = 0.3 },
	"reordered":     func(w *world) { w.Jitter = 60 * time.Millisecond },
	"a PX4":         func(w *world) { w.logs.Replaces, w.Loss = true, 0.05 },
	"all of it":     func(w *world) { w.Loss, w.Copies, w.Jitter = 0.1, 0.2, 60*time.Millisecond },
	"a narrow link": func(w *world) { w.each, w.Loss = 60*time.Millisecond, 0.05 },
	"a satellite":   func(w *world) { w.Delay, w.Loss = 700*time.Millisecond, 0.03 },
}

func TestALogComesWholeOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		for _, size := range []int{0, 1, 89, 90, 91, 9000, 90 * 1000, 90*1000 + 45, 250000} {
			t.Run(fmt.Sprintf("%s, %d bytes", name, size), func(t *testing.T) {
				t.Parallel()
				want := virtual.Content(size)
				w := newWorld(mavlinktest.Log{Content: want})
				fault(w)
				begun := w.Now
				sink := &virtual.Memory{}
				d := onboardlog.NewDownload(peer, onboardlog.Entry{ID: 1, Size: int64(size)}, sink, nil, 0)
				if err := w.run(t, d); err != nil || !bytes.Equal(sink.Bytes, want) || d.Size() != int64(size) {
					t.Fatalf("%d of %d bytes, said to be %d, %v", len(sink.Bytes), size, d.Size(), err)
				}
				t.Logf("%v, %d requests, %d packets for %d", w.Now.Sub(begun), w.Requests, w.sent, size/90)
			})
		}
	}
}

func TestAnnouncedSizesMayBeWrong(t *testing.T) {
	t.Parallel()
	want := virtual.Content(20000)
	for _, announced := range []int64{1, 19999, 30000, 1 << 30} {
		w := newWorld(mavlinktest.Log{Content: want})
		sink := &virtual.Memory{}
		d := onboardlog.NewDownload(peer, onboardlog.Entry{ID: 1, Size: announced}, sink, nil, 0)
		if err := w.run(t, d); err != nil || !bytes.Equal(sink.Bytes, want) {
			t.Errorf("announced %d: %d bytes, %v", announced, len(sink.Bytes), err)
		}
	}
}

func TestADownloadGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	want := virtual.Content(90 * 3000)
	w := newWorld(mavlinktest.Log{Content: want})
	sink := &virtual.Memory{Bytes: bytes.Clone(want)}
	clear(sink.Bytes[9000:18000])
	clear(sink.Bytes[90*2900+7:])
	d := onboardlog.NewDownload(peer, onboardlog.Entry{ID: 1, Size: int64(len(want))}, sink, []spans.Span{{From: 0, To: 9000}, {From: 18000, To: 90*2900 + 7}}, 0)
	if err := w.run(t, d); err != nil || !bytes.Equal(sink.Bytes, want) {
		t.Errorf("%d bytes, %v", len(sink.Bytes), err)
	}
	if w.sent > 250 {
		t.Errorf("%d packets for two gaps of 200", w.sent)
	}
}

func TestAVehicleThatFallsSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(mavlinktest.Log{Content: virtual.Content(100000)})
	w.disturb = func() { w.logs.Armed = w.sent > 300 }
	d := onboardlog.NewDownload(peer, onboardlog.Entry{ID: 1, Size: 100000}, &virtual.Memory{}, nil, 0)
	if err := w.run(t, d); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	if done, total := d.Progress(); done != 301*90 || total != 100000 || len(d.Have()) != 1 {
		t.Errorf("%d of %d, %v", done, total, d.Have())
	}
}

func TestTheListComesWholeOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		for _, first := range []int{0, 1, 7} {
			for _, count := range []int{0, 1, 60} {
				t.Run(fmt.Sprintf("%s, %d from %d", name, count, first), func(t *testing.T) {
					t.Parallel()
					w := newWorld()
					w.logs.First = first
					for i := range count {
						w.logs.All = append(w.logs.All, mavlinktest.Log{UTC: uint32(1e9 + i), Content: virtual.Content(i)})
					}
					fault(w)
					l := onboardlog.NewList(peer)
					if err := w.run(t, l); err != nil {
						t.Fatal(err)
					}
					all := l.Entries()
					if len(all) != count {
						t.Fatalf("%d logs, want %d", len(all), count)
					}
					for i, e := range all {
						if want := (onboardlog.Entry{ID: first + i, Size: int64(i), Time: time.Unix(int64(1e9+i), 0).UTC()}); e != want {
							t.Errorf("%+v, want %+v", e, want)
						}
					}
				})
			}
		}
	}
	w := newWorld(mavlinktest.Log{})
	w.logs.Armed = true
	if err := w.run(t, onboardlog.NewList(peer)); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("nobody answers: %v", err)
	}
}

// FuzzMessages gives machines any entries and data; they must end and keep within what is possible.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{1, 0, 3, 0, 3, 0, 10, 90, 0, 0, 0, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		at := func(i int) uint32 {
			if len(b) == 0 {
				return 0
			}
			return uint32(b[i%len(b)])
		}
		now := time.Unix(0, 0)
		list := onboardlog.NewList(peer)
		sink := &bounded{}
		down := onboardlog.NewDownload(peer, onboardlog.Entry{ID: 1, Size: 5000}, sink, nil, 0)
		for _, m := range []dialog.Machine{list, down} {
			step := m.Tick(now)
			for n := 0; n < 2000 && !step.Done; n++ {
				now = now.Add(time.Duration(at(n)) * time.Millisecond)
				var in message.Message = &common.MessageLogEntry{Id: uint16(at(n)), NumLogs: uint16(at(n + 1)), LastLogNum: uint16(at(n + 2)), Size: at(n+3) << 24}
				if m == dialog.Machine(down) {
					in = &common.MessageLogData{Id: uint16(at(n) & 1), Ofs: at(n+1)<<(at(n+2)%32) + at(n), Count: uint8(at(n + 3))}
				}
				if step = m.Handle(in, now); !step.Done && !now.Before(step.Wake) {
					step = m.Tick(now)
				}
			}
			for n := 0; !step.Done; n++ {
				if n > 1000 {
					t.Fatalf("%T does not end", m)
				}
				now = step.Wake
				step = m.Tick(now)
			}
		}
	})
}

type bounded struct{}

func (*bounded) WriteAt(p []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(p)) > 1<<32 {
		return 0, errors.New("beyond what a log can have")
	}
	return len(p), nil
}

package mission

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/mavlinktest/virtual"
)

var peer = Peer{System: 1, Component: 1, OwnSystem: 255, OwnComponent: 190}

func list(n int) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{Seq: i, Frame: 3, Command: 16, AutoContinue: true, Lat: float64(-353600000+i) / 1e7, Lon: 149.165, Alt: 60, Params: [4]float64{1, 2, 3, 4}}
	}
	return items
}

// world is a link with faults between a machine and a vehicle that behaves as ArduPilot does.
type world struct {
	*virtual.Link
	vehicle vehicle
	sends   int // items sent to the vehicle
}

type vehicle struct {
	stored   []*common.MessageMissionItemInt
	coming   []*common.MessageMissionItemInt
	rest     []*common.MessageMissionItemInt // what follows a part that comes
	count    int
	loading  bool
	askAgain time.Time
	giveUp   time.Time
	refuse   common.MAV_MISSION_RESULT
	// inOrder refuses a request for an item that is not the next one; forget acknowledges so many lists and holds nothing.
	inOrder bool
	asked   int
	forget  int
	// noParts refuses parts, deafToParts passes over them; parts counts those that were begun.
	noParts, deafToParts bool
	parts                int
}

// width is the wire of a narrow link; 0 is any.
func width(bytesPerS float64) func(bool, message.Message) time.Duration {
	if bytesPerS == 0 {
		return nil
	}
	return func(_ bool, m message.Message) time.Duration {
		return time.Duration(size(m) / bytesPerS * float64(time.Second))
	}
}

// size is the length of a MAVLink 2 frame.
func size(m message.Message) float64 {
	const frame = 12
	switch m.(type) {
	case *common.MessageMissionItemInt:
		return frame + 37
	default:
		return frame + 9
	}
}

func (w *world) ack(r common.MAV_MISSION_RESULT) {
	w.Send(false, &common.MessageMissionAck{TargetSystem: 255, TargetComponent: 190, Type: r})
}

func (w *world) ask() {
	w.vehicle.askAgain = w.Now.Add(time.Second)
	w.Send(false, &common.MessageMissionRequest{TargetSystem: 255, TargetComponent: 190, Seq: uint16(len(w.vehicle.coming))})
}

func (w *world) vehicleHears(m message.Message) {
	v := &w.vehicle
	switch m := m.(type) {
	case *common.MessageMissionCount:
		if v.refuse != 0 {
			w.ack(v.refuse)
			return
		}
		v.loading, v.count, v.coming, v.rest = true, int(m.Count), nil, nil
		v.giveUp = w.Now.Add(8 * time.Second)
		w.ask()
	case *common.MessageMissionWritePartialList:
		switch first, last := int(m.StartIndex), int(m.EndIndex); {
		case v.deafToParts:
		case v.noParts || first < 0 || last < first || last >= len(v.stored):
			w.ack(common.MAV_MISSION_ERROR)
		default:
			v.parts++
			v.loading, v.count = true, last+1
			v.coming, v.rest = slices.Clone(v.stored[:first]), slices.Clone(v.stored[last+1:])
			v.giveUp = w.Now.Add(8 * time.Second)
			w.ask()
		}
	case *common.MessageMissionItemInt:
		w.sends++
		switch {
		case !v.loading:
			w.ack(common.MAV_MISSION_ERROR)
		case int(m.Seq) != len(v.coming):
			w.ack(common.MAV_MISSION_INVALID_SEQUENCE)
		default:
			v.coming = append(v.coming, m)
			v.giveUp = w.Now.Add(8 * time.Second)
			if len(v.coming) < v.count {
				w.ask()
				return
			}
			v.stored, v.loading = append(v.coming, v.rest...), false
			if v.forget > 0 {
				v.forget--
				v.stored = nil
			}
			w.ack(common.MAV_MISSION_ACCEPTED)
		}
	case *common.MessageMissionRequestList:
		if v.loading {
			w.ack(common.MAV_MISSION_DENIED)
			return
		}
		v.asked = -1
		w.Send(false, &common.MessageMissionCount{TargetSystem: 255, TargetComponent: 190, Count: uint16(len(v.stored))})
	case *common.MessageMissionRequestInt:
		if v.inOrder && int(m.Seq) != v.asked && int(m.Seq) != v.asked+1 {
			w.ack(common.MAV_MISSION_INVALID_SEQUENCE)
			return
		}
		v.asked = int(m.Seq)
		if int(m.Seq) < len(v.stored) {
			item := *v.stored[m.Seq]
			item.TargetSystem, item.TargetComponent = 255, 190
			w.Send(false, &item)
		}
	case *common.MessageMissionClearAll:
		v.stored = nil
		w.ack(common.MAV_MISSION_ACCEPTED)
	}
}

// run plays a machine to its end.
func (w *world) run(t *testing.T, m machine) error {
	t.Helper()
	step := m.Tick(w.Now)
	for begun := w.Now; ; {
		w.Send(true, step.Send...)
		if step.Done {
			return step.Err
		}
		w.Patient(t, begun, time.Hour)
		// The next thing that happens: a packet, the machine's own time, or the vehicle's.
		wake, turn := step.Wake, false
		if v := &w.vehicle; v.loading && v.askAgain.Before(wake) {
			wake, turn = v.askAgain, true
		}
		p, came := w.Next(wake)
		switch {
		case came && p.ToVehicle:
			w.vehicleHears(p.Message)
			step = Step{Wake: step.Wake}
		case came:
			step = m.Handle(p.Message, w.Now)
		case turn:
			w.vehicleAsksAgain()
			step = Step{Wake: step.Wake}
		default:
			step = m.Tick(w.Now)
		}
	}
}

func (w *world) vehicleAsksAgain() {
	if w.Now.After(w.vehicle.giveUp) {
		w.vehicle.loading = false
		w.ack(common.MAV_MISSION_OPERATION_CANCELLED)
		return
	}
	w.ask()
}

func newWorld(seed uint64) *world {
	w := &world{Link: virtual.New(seed)}
	w.Now, w.Delay = time.Unix(1000, 0), 50*time.Millisecond
	return w
}

func TestListsGoBothWaysOverBadLinks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n            int
		loss, copies float64
		limit        time.Duration
	}{
		"one item":            {1, 0, 0, time.Second},
		"a good link":         {200, 0, 0, 25 * time.Second},
		"a twentieth is lost": {200, 0.05, 0, 80 * time.Second},
		"a tenth comes twice": {200, 0, 0.1, 25 * time.Second},
		"lost and twice":      {100, 0.05, 0.1, 80 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) {
				w := newWorld(seed)
				w.Loss, w.Copies = c.loss, c.copies
				sent := list(c.n)
				up, err := NewUpload(peer, Flight, sent)
				if err != nil {
					t.Fatal(err)
				}
				begun := w.Now
				if err := w.run(t, up); err != nil {
					t.Fatalf("seed %d: upload: %v", seed, err)
				}
				if took := w.Now.Sub(begun); took > c.limit {
					t.Errorf("seed %d: upload took %v", seed, took)
				}
				if a, b := up.Progress(); a != c.n || b != c.n {
					t.Errorf("progress %d of %d", a, b)
				}
				w.OnWay = nil
				down := NewDownload(peer, Flight)
				if err := w.run(t, down); err != nil {
					t.Fatalf("seed %d: download: %v", seed, err)
				}
				got := down.Items()
				if len(got) != len(sent) {
					t.Fatalf("seed %d: %d of %d items", seed, len(got), len(sent))
				}
				for i := range got {
					if got[i] != sent[i] {
						t.Errorf("item %d: %+v, sent %+v", i, got[i], sent[i])
					}
				}
				if err := w.run(t, NewClear(peer, Flight)); err != nil || w.vehicle.stored != nil {
					t.Errorf("clear: %v", err)
				}
			}
		})
	}
}

func TestTransfersThatCannotSucceed(t *testing.T) {
	t.Parallel()
	machines := map[string]func() machine{
		"upload": func() machine {
			u, err := NewUpload(peer, Flight, list(3))
			if err != nil {
				t.Fatal(err)
			}
			return u
		},
		"download": func() machine { return NewDownload(peer, Flight) },
		"clear":    func() machine { return NewClear(peer, Flight) },
	}
	for name, make := range machines {
		w := newWorld(1)
		w.Loss = 1
		if err := w.run(t, make()); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s to nobody: %v", name, err)
		}
		if took := w.Now.Sub(time.Unix(1000, 0)); took > 6*time.Second {
			t.Errorf("%s to nobody took %v", name, took)
		}
	}
	w := newWorld(1)
	w.vehicle.refuse = common.MAV_MISSION_DENIED
	var refused *RefusedError
	if err := w.run(t, machines["upload"]()); !errors.As(err, &refused) || ResultName(refused.Result) != "denied" {
		t.Errorf("while another station transfers: %v", err)
	}
	w = newWorld(1)
	w.vehicle.refuse = common.MAV_MISSION_ERROR
	if err := w.run(t, machines["upload"]()); !errors.As(err, &refused) || ResultName(refused.Result) != "failed" {
		t.Errorf("a vehicle that fails at it: %v", err)
	}
	// The link dies in the middle.
	w = newWorld(1)
	u := machines["upload"]()
	u.Tick(w.Now)
	step := u.Handle(&common.MessageMissionRequestInt{TargetSystem: 255, TargetComponent: 190, Seq: 0}, w.Now)
	if len(step.Send) != 1 {
		t.Fatalf("%+v", step)
	}
	w.Loss = 1
	if err := w.run(t, u); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("a link that dies: %v", err)
	}
}

func TestWhatIsNotForUsIsPassedOver(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	u, err := NewUpload(peer, Flight, list(2))
	if err != nil {
		t.Fatal(err)
	}
	u.Tick(now)
	for _, m := range []message.Message{
		&common.MessageMissionRequestInt{TargetSystem: 254, Seq: 0},
		&common.MessageMissionRequestInt{MissionType: Fence, Seq: 0},
		&common.MessageMissionRequestInt{Seq: 99},
		&common.MessageMissionAck{Type: common.MAV_MISSION_ACCEPTED},            // of an earlier transfer
		&common.MessageMissionAck{Type: common.MAV_MISSION_OPERATION_CANCELLED}, // likewise
		&common.MessageMissionAck{TargetSystem: 254, Type: common.MAV_MISSION_ERROR},
		&common.MessageHeartbeat{},
	} {
		if s := u.Handle(m, now); s.Done || len(s.Send) > 0 {
			t.Errorf("%+v: %+v", m, s)
		}
	}
	d := NewDownload(peer, Flight)
	d.Tick(now)
	for _, m := range []message.Message{
		&common.MessageMissionItemInt{Seq: 0}, &common.MessageMissionCount{TargetSystem: 254, Count: 5}, &common.MessageMissionCount{MissionType: Rally, Count: 5},
	} {
		if s := d.Handle(m, now); s.Done || len(s.Send) > 0 {
			t.Errorf("%+v: %+v", m, s)
		}
	}
	if s := d.Handle(&common.MessageMissionCount{Count: 60000}, now); s.Err == nil {
		t.Error("a list of 60000 items was believed")
	}
}

func TestItemsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, it := range []Item{
		{Lat: nan}, {Lon: nan}, {Alt: nan}, {Alt: math.Inf(1)}, {Lat: 91}, {Lon: 181}, {Frame: 1, Lat: 1e6},
	} {
		if _, err := NewUpload(peer, Flight, []Item{it}); err == nil {
			t.Errorf("%+v was taken", it)
		}
	}
	if _, err := NewUpload(peer, Flight, nil); err == nil {
		t.Error("an empty list was taken")
	}
	// Where there is no place, parameters 5 and 6 are whole numbers; in local frames they are metres.
	for _, it := range []Item{{Frame: 2, Command: 178, Lat: 7, Lon: 9}, {Frame: 1, Command: 16, Lat: -12.5, Lon: 3.25}, {Frame: 0, Lat: -35.1234567, Lon: 149}} {
		it.AutoContinue = true
		if back := itemOf(it.message(peer, Flight, 0)); back != it {
			t.Errorf("%+v came back as %+v", it, back)
		}
	}
}

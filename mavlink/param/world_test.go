package param_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

var peer = dialog.Peer{System: 1, Component: 1, OwnSystem: 255, OwnComponent: 190}

// setting is a parameter of the vehicle.
type setting struct {
	name  string
	value float32
	kind  common.MAV_PARAM_TYPE
}

// world is a virtual clock and a link with faults between a machine and a vehicle.
type world struct {
	now            time.Time
	random         *rand.Rand
	loss, copies   float64
	delay, jitter  time.Duration
	each           time.Duration // that a message takes on the wire to us
	free           time.Time
	onWay          []packet
	settings       []setting
	readOnly       map[string]bool
	tells          bool // PARAM_ERROR
	before         func(sent int)
	sent, requests int
	// texts are the settings of PARAM_EXT that are no numbers, working how often one is in progress before it is set.
	texts   map[string]string
	working int
}

type packet struct {
	at        time.Time
	toVehicle bool
	m         message.Message
}

func newWorld(n int) *world {
	w := &world{now: time.Unix(1e9, 0), random: rand.New(rand.NewPCG(3, 4)), delay: 10 * time.Millisecond, readOnly: map[string]bool{}}
	for i := range n {
		w.settings = append(w.settings, setting{fmt.Sprintf("P%04d_VALUE", i), float32(i) / 8, common.MAV_PARAM_TYPE_REAL32})
	}
	return w
}

func (w *world) send(toVehicle bool, m message.Message) {
	for n := 1; n > 0; n-- {
		if w.random.Float64() < w.copies {
			n++
		}
		if w.random.Float64() < w.loss {
			continue
		}
		at := w.now
		if !toVehicle {
			if w.free.After(at) {
				at = w.free
			}
			at = at.Add(w.each)
			w.free = at
		}
		late := time.Duration(0)
		if w.jitter > 0 {
			late = time.Duration(w.random.Int64N(int64(w.jitter)))
		}
		w.onWay = append(w.onWay, packet{at.Add(w.delay + late), toVehicle, m})
	}
}

func (w *world) tell(i, index int) {
	w.sent++
	if w.before != nil {
		w.before(w.sent)
	}
	s := w.settings[i]
	w.send(false, &common.MessageParamValue{
		ParamId: s.name, ParamValue: s.value, ParamType: s.kind, ParamCount: uint16(len(w.settings)), ParamIndex: uint16(index),
	})
}

func (w *world) find(name string) int {
	for i, s := range w.settings {
		if s.name == name {
			return i
		}
	}
	return -1
}

func (w *world) hear(m message.Message) {
	w.requests++
	const echo = 65535
	w.hearExt(m)
	switch m := m.(type) {
	case *common.MessageParamRequestList:
		for i := 0; i < len(w.settings); i++ {
			w.tell(i, i)
		}
	case *common.MessageParamRequestRead:
		i := int(m.ParamIndex)
		if i < 0 {
			i = w.find(m.ParamId)
		}
		switch {
		case i >= 0 && i < len(w.settings):
			w.tell(i, i)
		case w.tells:
			w.send(false, &common.MessageParamError{
				TargetSystem: 255, TargetComponent: 190, ParamId: m.ParamId, ParamIndex: m.ParamIndex, Error: common.MAV_PARAM_ERROR_DOES_NOT_EXIST,
			})
		}
	case *common.MessageParamSet:
		i := w.find(m.ParamId)
		switch {
		case i < 0:
		case w.readOnly[m.ParamId] && w.tells:
			w.send(false, &common.MessageParamError{TargetSystem: 255, TargetComponent: 190, ParamId: m.ParamId, ParamIndex: -1, Error: common.MAV_PARAM_ERROR_READ_ONLY})
		case w.readOnly[m.ParamId]:
			w.tell(i, echo)
		default:
			w.settings[i].value = m.ParamValue
			w.tell(i, echo)
		}
	}
}

// run plays a machine to its end.
func (w *world) run(t *testing.T, m dialog.Machine) error {
	t.Helper()
	step := m.Tick(w.now)
	for begun := w.now; ; {
		for _, out := range step.Send {
			w.send(true, out)
		}
		if step.Done {
			return step.Err
		}
		if w.now.Sub(begun) > time.Hour {
			t.Fatal("not done after an hour")
		}
		next, index := step.Wake, -1
		for i, p := range w.onWay {
			if p.at.Before(next) {
				next, index = p.at, i
			}
		}
		if next.After(w.now) {
			w.now = next
		}
		if index < 0 {
			step = m.Tick(w.now)
			continue
		}
		p := w.onWay[index]
		w.onWay = append(w.onWay[:index], w.onWay[index+1:]...)
		step.Send = nil
		if p.toVehicle {
			w.hear(p.m)
		} else {
			step = m.Handle(p.m, w.now)
		}
	}
}

// links are what happens to messages on the way.
var links = map[string]func(w *world){
	"a good link":      func(*world) {},
	"5 % loss":         func(w *world) { w.loss = 0.05 },
	"30 % loss":        func(w *world) { w.loss = 0.3 },
	"copies":           func(w *world) { w.copies = 0.3 },
	"reordered":        func(w *world) { w.jitter = 60 * time.Millisecond },
	"all of it":        func(w *world) { w.loss, w.copies, w.jitter = 0.1, 0.2, 60*time.Millisecond },
	"a narrow link":    func(w *world) { w.each, w.loss = 40*time.Millisecond, 0.05 },
	"a trickle":        func(w *world) { w.each = 900 * time.Millisecond },
	"a satellite":      func(w *world) { w.delay, w.loss = 700*time.Millisecond, 0.03 },
	"delay of seconds": func(w *world) { w.delay = 1500 * time.Millisecond },
}

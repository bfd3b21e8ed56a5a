package copter

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// trigger takes a picture every so many metres.
type trigger struct {
	everyM float64 // 0: off
	at     vec     // of the last picture
}

func (f *flight) setTrigger(everyM float64, now bool) {
	f.trigger = trigger{everyM: clamp(everyM, 0, 1e5), at: f.est.pos}
	if now && everyM > 0 {
		f.errands = append(f.errands, picture())
	}
}

func (f *flight) watchTrigger() {
	if t := &f.trigger; t.everyM > 0 && f.est.pos.sub(t.at).horizontal() >= t.everyM {
		t.at = f.est.pos
		f.errands = append(f.errands, picture())
	}
}

// picture asks the camera for one picture.
func picture() item {
	return item{cmd: common.MAV_CMD_IMAGE_START_CAPTURE, p: [4]float32{0, 0, 1, 0}}
}

// runErrands gives the camera what the mission asks of it. Nobody waits for the answer.
func (c *Copter) runErrands() {
	f := c.flight
	for _, it := range f.errands {
		if it.cmd == common.MAV_CMD_DO_DIGICAM_CONTROL {
			it = picture()
		}
		c.cameraCommand(&peer{mute: true, link: c.link}, command{
			id: it.cmd, target: cameraComponent, system: c.link.system, component: autopilotComponent, frame: it.frame,
			p:   [4]float64{float64(it.p[0]), float64(it.p[1]), float64(it.p[2]), float64(it.p[3])},
			raw: [2]float64{float64(it.x), float64(it.y)}, z: float64(it.z),
		})
	}
	f.errands = f.errands[:0]
}

package copter

import (
	"math/rand/v2"
	"time"
)

// oldFlights are what the vehicle did before it was switched on, for logs to look at: hours ago, how high, and how far out.
var oldFlights = []struct {
	ago           time.Duration
	height, awayM float64
}{{50 * time.Hour, 15, 0}, {26 * time.Hour, 25, 60}}

// recall makes the logs of former flights when somebody first looks at the logs, by flying them as fast as the machine can.
func (c *Copter) recall() {
	if c.logs.recalled {
		return
	}
	c.logs.recalled = true
	var old logbook
	for i, x := range oldFlights {
		f := newFlight(c.cfg.World, newParameters(c.cfg.Drone.ID), c.flight.start.Add(-x.ago), c.flight.home, rand.New(rand.NewPCG(uint64(c.cfg.Seed), uint64(i))), 0)
		f.uptime = readyAfter + 1
		old.begin(f)
		if !f.setMode(Guided) || !f.arm(false) || !f.takeoff(x.height) {
			continue
		}
		old.run(f, 60, func() bool { return !f.guided.takingOff })
		f.goTo(f.est.pos.add(vec{x.awayM, 0, 0}))
		old.run(f, 15, func() bool { return false })
		f.params.set("RTL_ALT", 100*x.height)
		f.setMode(RTL)
		old.run(f, 120, func() bool { return !f.armed })
	}
	c.logs.logs = append(old.logs, c.logs.logs...)
}

// run flies until done, at most some seconds.
func (b *logbook) run(f *flight, seconds float64, done func() bool) {
	for range int(seconds / dt) {
		f.step()
		for _, n := range f.notes {
			b.say(f, n.text)
		}
		f.notes = f.notes[:0]
		b.step(f)
		if done() {
			return
		}
	}
}

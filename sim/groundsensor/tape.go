package groundsensor

import (
	"errors"
	"fmt"
	"time"

	"vedette/sim/world"
)

// Tape plays all ground sensors of a world as fast as its caller asks, by the caller's clock, and hands out what they send
// instead of sending it. It is not safe for concurrent use, and has nothing to close.
type Tape struct {
	sensors Sensors
	at      time.Time
}

// Sent is what came out of a gateway or a geophone at one moment.
type Sent struct {
	Gateway string // name of the serial gateway, or world.GatewayShake
	Address string // a geophone's address; empty for a serial gateway
	Data    []byte // a line with its end, or a datagram
}

// NewTape begins at an instant, which is rounded to a quarter of a second.
func NewTape(cfg Config, begin time.Time) (*Tape, error) {
	if cfg.World == nil {
		return nil, errors.New("ground sensors: no world to stand in")
	}
	cfg.ShakeUDP = ""
	t := &Tape{at: begin.Truncate(stepsPerBlock * stepEvery).UTC()}
	cfg.FalsePerHour = falsePerHour(cfg.FalsePerHour)
	t.sensors.cfg, t.sensors.scene = cfg, cfg.World
	t.sensors.field = newField(cfg.World, cfg.Seed, cfg.FalsePerHour)
	t.sensors.field.begin(t.at)
	for i, x := range cfg.World.Sensors() {
		if x.Gateway != world.GatewayShake {
			continue
		}
		s, err := newShake(x, "", cfg.FalsePerHour, random(cfg.Seed, uint64(1000+i)))
		if err != nil {
			return nil, fmt.Errorf("ground sensors: shake %s: %w", x.ID, err)
		}
		s.begin(t.at)
		t.sensors.shakes = append(t.sensors.shakes, s)
	}
	return t, nil
}

// Step plays the next twentieth of a second and gives the instant at its end with what was sent in it.
func (t *Tape) Step() (at time.Time, sent []Sent) {
	t.at = t.at.Add(stepEvery)
	s := &t.sensors
	objects := s.scene.ObjectsAt(t.at)
	for _, e := range s.field.step(t.at, objects) {
		s.tell(e)
	}
	for _, l := range s.field.due(t.at) {
		sent = append(sent, Sent{Gateway: l.gateway, Data: []byte(l.text)})
	}
	if t.at.UnixNano()%int64(stepsPerBlock*stepEvery) == 0 {
		for _, sh := range s.shakes {
			sent = append(sent, Sent{
				Gateway: world.GatewayShake, Address: sh.sensor.Address, Data: sh.datagram(nil, s.scene, t.at, objects),
			})
		}
	}
	return t.at, sent
}

// Stats gives the counters.
func (t *Tape) Stats() Stats { return t.sensors.Stats() }

// falsePerHour is the configured rate of false trips with its default.
func falsePerHour(configured float64) float64 {
	if configured == 0 {
		return 1
	}
	return max(configured, 0)
}

package serialport

import (
	"sync"
	"time"
)

// deadline is one read deadline. It wakes waiters through a callback when it passes.
type deadline struct {
	wake func()

	mu         sync.Mutex
	timer      *time.Timer
	generation int
	expired    bool
}

// set replaces the deadline; the zero time means none. Waiters are woken, since a deadline already past ends them.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.generation++
	d.expired = false
	if !t.IsZero() {
		d.arm(time.Until(t), d.generation)
	}
	d.mu.Unlock()
	d.wake()
}

// arm starts the timer; mu must be held. A timer of an earlier generation that fires late does nothing.
func (d *deadline) arm(in time.Duration, generation int) {
	if in <= 0 {
		d.expired = true
		return
	}
	d.timer = time.AfterFunc(in, func() {
		d.mu.Lock()
		current := d.generation == generation
		if current {
			d.expired = true
		}
		d.mu.Unlock()
		if current {
			d.wake()
		}
	})
}

func (d *deadline) passed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expired
}

package decode

import (
	"fmt"
	"time"
)

// meterEvery is over how long the processor time of a child is measured.
const meterEvery = 2 * time.Second

// meter watches how much of the processor a child uses.
type meter struct {
	pid  int
	at   time.Time
	used time.Duration
}

// check returns an error where the child has used more than most cores since the last measurement.
func (m *meter) check(most float64) error {
	since := time.Since(m.at)
	if since < meterEvery {
		return nil
	}
	used, ok := cpuTime(m.pid)
	if !ok {
		return nil
	}
	first, cores := m.at.IsZero(), (used-m.used).Seconds()/since.Seconds()
	m.at, m.used = time.Now(), used
	if !first && cores > most {
		return fmt.Errorf("it uses %.1f cores, more than %.1f", cores, most)
	}
	return nil
}

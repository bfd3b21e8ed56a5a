package copter

import "math"

// The battery: four lithium cells, 10 Ah, for about 20 minutes of hover.
const (
	capacityMAh   = 10000.0
	cells         = 4
	hoverAmps     = 26.0
	idleAmps      = 1.4 // avionics, camera, motors off
	spinAmps      = 4.0 // motors idle
	resistanceOhm = 0.018
)

type battery struct {
	usedMAh float64
	amps    float64
	volts   float64
	wattH   float64 // energy taken
	lowFor  float64 // seconds below a threshold
	critFor float64
	capMAh  float64 // what it truly holds; 0: it never empties
	shift   float64 // volts, by SIM_BATT_VOLTAGE
}

// cellVolts is the open-circuit voltage of a cell by its charge.
func cellVolts(charge float64) float64 {
	curve := [...]float64{3.20, 3.55, 3.63, 3.68, 3.72, 3.76, 3.81, 3.88, 3.96, 4.06, 4.18}
	x := clamp(charge, 0, 1) * float64(len(curve)-1)
	i := min(int(x), len(curve)-2)
	return curve[i] + (x-float64(i))*(curve[i+1]-curve[i])
}

// step draws current for the thrust, which is the specific force in units of gravity (0 = motors off).
func (b *battery) step(dt, load float64, spinning bool) {
	want := idleAmps
	if spinning {
		want = idleAmps + max(spinAmps, (hoverAmps-idleAmps)*math.Pow(max(load, 0), 1.5))
	}
	b.amps += (1 - math.Exp(-dt/0.3)) * (want - b.amps)
	b.usedMAh += b.amps * dt / 3.6
	b.volts = max(0, cells*cellVolts(b.charge())+b.shift-b.amps*resistanceOhm)
	b.wattH += b.volts * b.amps * dt / 3600
}

// charge is what is left, from 0 to 1.
func (b *battery) charge() float64 {
	if b.capMAh <= 0 {
		return 1
	}
	return clamp(1-b.usedMAh/b.capMAh, 0, 1)
}

// remainingMAh is what the autopilot's monitor believes to be left, by BATT_CAPACITY.
func (f *flight) remainingMAh() float64 { return max(0, f.params.get("BATT_CAPACITY")-f.batt.usedMAh) }

// remainingPct is the monitor's belief, in percent.
func (f *flight) remainingPct() float64 {
	if c := f.params.get("BATT_CAPACITY"); c > 0 {
		return 100 * f.remainingMAh() / c
	}
	return 0
}

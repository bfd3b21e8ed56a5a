package copter

import (
	"math"
	"math/rand/v2"
)

// faultSteps is how often the SIM_ parameters are looked at: ten times a second.
const faultSteps = 10

// faults are what the SIM_ parameters ask for.
type faults struct {
	noGPS, jammed bool
	sats          int
	glitch        vec     // degrees of longitude and latitude, metres up
	noiseM        float64 // of the satellite position
	gpsEvery      int     // steps
	gpsLag        int     // steps

	wind  vec     // that is added to the scenario's, m/s
	gustM float64 // standard deviation of the gusts, m/s
	gusts [3]drift

	engine  float64 // thrust that the worst motor keeps, 0 to 1
	motor   int     // its number from 1; 0: all run
	compass [3]bool // failed
	baroM   float64 // error of the pressure height
	radio   int     // SIM_RC_FAIL

	battVolts float64
	rng       *rand.Rand
}

func newFaults(rng *rand.Rand) faults {
	const gustSeconds = 5.0 // as SIM_WIND_TC
	f := faults{rng: rng, engine: 1}
	for i := range f.gusts {
		f.gusts[i].tau = gustSeconds
	}
	return f
}

// readFaults takes the parameters over; what is out of range counts as the nearest that makes sense.
func (f *flight) readFaults() {
	x, p := &f.faults, f.params
	x.noGPS, x.jammed = p.get("SIM_GPS1_ENABLE") == 0, p.get("SIM_GPS1_JAM") != 0
	x.sats = int(clamp(p.get("SIM_GPS1_NUMSATS"), 0, 50))
	x.glitch = vec{
		clamp(p.get("SIM_GPS1_GLTCH_Y"), -1, 1), clamp(p.get("SIM_GPS1_GLTCH_X"), -1, 1), clamp(p.get("SIM_GPS1_GLTCH_Z"), -1e4, 1e4),
	}
	x.noiseM = clamp(p.get("SIM_GPS1_NOISE"), 0, 1000)
	x.gpsEvery = int(100 / clamp(p.get("SIM_GPS1_HZ"), 1, 20))
	x.gpsLag = int(clamp(p.get("SIM_GPS1_LAG_MS"), 0, 1000) / 10)

	speed := clamp(p.get("SIM_WIND_SPD"), 0, 40)
	sin, cos := math.Sincos(p.get("SIM_WIND_DIR") * toRad)
	up := math.Tan(clamp(p.get("SIM_WIND_DIR_Z"), -60, 60) * toRad)
	x.wind = vec{-speed * sin, -speed * cos, speed * up}
	x.gustM = clamp(p.get("SIM_WIND_TURB"), 0, 20)

	x.engine, x.motor = 1, 0
	for i, mask := 0, int(p.get("SIM_ENGINE_FAIL")); i < motors; i++ {
		if mask&(1<<i) != 0 {
			x.engine, x.motor = clamp(p.get("SIM_ENGINE_MUL"), 0, 1), i+1
			break
		}
	}
	for i, name := range [...]string{"SIM_MAG1_FAIL", "SIM_MAG2_FAIL", "SIM_MAG3_FAIL"} {
		x.compass[i] = p.get(name) != 0
	}
	x.baroM = clamp(p.get("SIM_BARO_GLITCH"), -1e4, 1e4)
	x.radio = int(p.get("SIM_RC_FAIL"))

	if v := p.get("SIM_BATT_VOLTAGE"); v != x.battVolts {
		if x.battVolts != 0 {
			f.batt.shift = v - cells*cellVolts(f.batt.charge())
		}
		x.battVolts = v
	}
	f.batt.capMAh = 1000 * p.get("SIM_BATT_CAP_AH")
}

// wind is the velocity of the air at the vehicle now.
func (f *flight) wind() vec {
	e, n, u := f.land.Wind(f.now(), f.body.pos[0], f.body.pos[1], f.body.pos[2])
	out := vec{e, n, u}.add(f.faults.wind)
	for i := range out {
		out[i] += f.faults.gusts[i].value
	}
	return out
}

// blow moves the gusts on.
func (x *faults) blow() {
	for i := range x.gusts {
		x.gusts[i].sigma = x.gustM
		if i == 2 {
			x.gusts[i].sigma *= 0.3 // the air moves less up and down
		}
		if x.gustM > 0 || x.gusts[i].value != 0 {
			x.gusts[i].step(dt, x.rng)
		}
	}
}

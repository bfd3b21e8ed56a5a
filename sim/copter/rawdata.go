package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Field of the earth where the scenarios play, in milligauss: horizontal and down.
const (
	fieldNorth = 230.0
	fieldDown  = -530.0
	fieldTurn  = 12.5 // degrees of declination
)

// seaLevelHPa and scaleHeightM give the pressure by height.
const (
	seaLevelHPa  = 1013.25
	scaleHeightM = 8434.0
	boardC       = 35.0
)

// measured is what the inertial sensors and the compass of the vehicle see: m/s² forward, right, down; deg/s; milligauss.
func (f *flight) measured() (acc, gyro, mag vec) {
	e := &f.est
	sr, cr := math.Sincos(e.rollDeg * toRad)
	sp, cp := math.Sincos(e.pitchDeg * toRad)
	sy, cy := math.Sincos(e.yawDeg * toRad)
	turn := func(north, east, down float64) vec {
		return vec{
			cp*cy*north + cp*sy*east - sp*down,
			(sr*sp*cy-cr*sy)*north + (sr*sp*sy+cr*cy)*east + sr*cp*down,
			(cr*sp*cy+sr*sy)*north + (cr*sp*sy-sr*cy)*east + cr*cp*down,
		}
	}
	a := f.body.acc
	ds, dc := math.Sincos(fieldTurn * toRad)
	return turn(a[1], a[0], -a[2]-gravity), vec{e.rollRate, e.pitchRate, e.yawRate}, turn(fieldNorth*dc, fieldNorth*ds, fieldDown)
}

func milli(v float64) int16 { return int16(math.Round(clamp(v, math.MinInt16, math.MaxInt16))) }

// buildRaw makes the messages of the sensors.
func (c *Copter) buildRaw(id uint32) message.Message {
	f := c.flight
	acc, gyro, mag := f.measured()
	a := [3]int16{milli(acc[0] / gravity * 1000), milli(acc[1] / gravity * 1000), milli(acc[2] / gravity * 1000)}
	g := [3]int16{milli(gyro[0] * toRad * 1000), milli(gyro[1] * toRad * 1000), milli(gyro[2] * toRad * 1000)}
	m := [3]int16{milli(mag[0]), milli(mag[1]), milli(mag[2])}
	_, amsl := f.position(f.est.pos)
	baro := float64(amsl) - f.ekf.off[2] + f.faults.baroM
	hPa := float32(seaLevelHPa * math.Exp(-baro/scaleHeightM))
	switch boot := f.bootMs(); id {
	case 26:
		return &mav.MessageScaledImu{
			TimeBootMs: boot, Xacc: a[0], Yacc: a[1], Zacc: a[2], Xgyro: g[0], Ygyro: g[1], Zgyro: g[2],
			Xmag: m[0], Ymag: m[1], Zmag: m[2], Temperature: boardC * 100,
		}
	case 27:
		return &mav.MessageRawImu{
			TimeUsec: f.bootUs(), Xacc: a[0], Yacc: a[1], Zacc: a[2], Xgyro: g[0], Ygyro: g[1], Zgyro: g[2],
			Xmag: m[0], Ymag: m[1], Zmag: m[2], Temperature: boardC * 100,
		}
	case 29:
		return &mav.MessageScaledPressure{TimeBootMs: boot, PressAbs: hPa, Temperature: boardC * 100}
	case 137:
		return &mav.MessageScaledPressure2{TimeBootMs: boot, PressAbs: hPa - 0.02, Temperature: boardC * 100}
	case 116:
		return &mav.MessageScaledImu2{
			TimeBootMs: boot, Xacc: a[0], Yacc: a[1], Zacc: a[2], Xgyro: g[0], Ygyro: g[1], Zgyro: g[2],
			Xmag: m[0], Ymag: m[1], Zmag: m[2], Temperature: boardC * 100,
		}
	}
	// The third is a compass alone.
	return &mav.MessageScaledImu3{TimeBootMs: f.bootMs(), Xmag: m[0], Ymag: m[1], Zmag: m[2]}
}

func (f *flight) bootUs() uint64 { return uint64(max(0, f.age()) * 1e6) }

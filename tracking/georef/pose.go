package georef

import (
	"math"

	"vedette/internal/geo"
)

// Attitude turns forward-right-down axes to north-east-down: roll first, then pitch, then yaw.
type Attitude struct {
	YawDeg   float64 // clockwise from true north
	PitchDeg float64 // up is positive, -90 straight down
	RollDeg  float64 // right side down is positive
}

// Gimbal turns a camera against its platform, in the sense of MISB ST 0601 tags 18 to 20.
type Gimbal struct {
	AzimuthDeg   float64 // clockwise from the platform's nose, seen from above
	ElevationDeg float64 // up from the platform's plane is positive
	RollDeg      float64
}

// Pose is where a camera is and how it looks at one instant.
type Pose struct {
	Position geo.LatLon
	HAE      geo.HAE
	Attitude Attitude // of the camera, or of the platform where Gimbal is given
	Gimbal   *Gimbal  // nil: Attitude is the camera's own

	Velocity      [3]float64 // of the camera, m/s east, north, up; only for the error that a wrong time makes
	YawRateDegS   float64    // of the camera; the same purpose
	PitchRateDegS float64    // of the camera; the same purpose
}

// CameraAttitude is the attitude of the camera itself, with the gimbal's angles worked in.
func (p Pose) CameraAttitude() Attitude {
	if p.Gimbal == nil {
		return p.Attitude
	}
	return attitudeOf(p.rotation())
}

// rotation is the matrix from camera axes to north-east-down.
func (p Pose) rotation() mat3 {
	r := p.Attitude.rotation()
	if p.Gimbal != nil {
		g := Attitude{YawDeg: p.Gimbal.AzimuthDeg, PitchDeg: p.Gimbal.ElevationDeg, RollDeg: p.Gimbal.RollDeg}
		r = r.mul(g.rotation())
	}
	return r
}

func (p Pose) valid() bool {
	sum := float64(p.HAE) + p.Attitude.YawDeg + p.Attitude.PitchDeg + p.Attitude.RollDeg
	if p.Gimbal != nil {
		sum += p.Gimbal.AzimuthDeg + p.Gimbal.ElevationDeg + p.Gimbal.RollDeg
	}
	return p.Position.Valid() && !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// Interpolate is the pose at the fraction f of the way from a to b, angles by the shorter turn. Both must have a gimbal or
// neither; motion is taken from a.
func Interpolate(a, b Pose, f float64) Pose {
	mix := func(x, y float64) float64 { return x + f*(y-x) }
	turn := func(x, y float64) float64 { return x + f*geo.DiffDeg(x, y) }
	out := a
	out.Position.Lat = mix(a.Position.Lat, b.Position.Lat)
	out.Position.Lon = turn(a.Position.Lon, b.Position.Lon)
	out.HAE = geo.HAE(mix(float64(a.HAE), float64(b.HAE)))
	out.Attitude = Attitude{
		YawDeg:   turn(a.Attitude.YawDeg, b.Attitude.YawDeg),
		PitchDeg: turn(a.Attitude.PitchDeg, b.Attitude.PitchDeg),
		RollDeg:  turn(a.Attitude.RollDeg, b.Attitude.RollDeg),
	}
	if a.Gimbal != nil && b.Gimbal != nil {
		out.Gimbal = &Gimbal{
			AzimuthDeg:   turn(a.Gimbal.AzimuthDeg, b.Gimbal.AzimuthDeg),
			ElevationDeg: turn(a.Gimbal.ElevationDeg, b.Gimbal.ElevationDeg),
			RollDeg:      turn(a.Gimbal.RollDeg, b.Gimbal.RollDeg),
		}
	}
	return out
}

// TurnRate is how one attitude turns into another in some seconds: degrees a second about axes to the east, to the north and up,
// right-handed. Unlike differences of yaw, pitch and roll it means something straight down too.
func TurnRate(a, b Attitude, seconds float64) [3]float64 {
	ra, rb := a.rotation(), b.rotation()
	var r mat3 // of b against a, in north-east-down
	for i := range 3 {
		for j := range 3 {
			r[i][j] = rb[i][0]*ra[j][0] + rb[i][1]*ra[j][1] + rb[i][2]*ra[j][2]
		}
	}
	axis := [3]float64{(r[2][1] - r[1][2]) / 2, (r[0][2] - r[2][0]) / 2, (r[1][0] - r[0][1]) / 2}
	sin := math.Sqrt(dot(axis, axis))
	rate := 180 / math.Pi / seconds
	if sin > 1e-9 {
		rate *= math.Atan2(sin, (r[0][0]+r[1][1]+r[2][2]-1)/2) / sin
	}
	return [3]float64{axis[1] * rate, axis[0] * rate, -axis[2] * rate}
}

type mat3 [3][3]float64

func (a Attitude) rotation() mat3 {
	sy, cy := math.Sincos(a.YawDeg * math.Pi / 180)
	sp, cp := math.Sincos(a.PitchDeg * math.Pi / 180)
	sr, cr := math.Sincos(a.RollDeg * math.Pi / 180)
	return mat3{
		{cy * cp, cy*sp*sr - sy*cr, cy*sp*cr + sy*sr},
		{sy * cp, sy*sp*sr + cy*cr, sy*sp*cr - cy*sr},
		{-sp, cp * sr, cp * cr},
	}
}

// attitudeOf is the inverse of rotation. Looking straight up or down, where yaw and roll turn about the same axis, roll is
// taken as zero.
func attitudeOf(r mat3) Attitude {
	pitch := math.Asin(max(-1, min(1, -r[2][0])))
	if math.Abs(r[2][0]) > 1-1e-12 {
		return Attitude{YawDeg: math.Atan2(-r[0][1], r[1][1]) * 180 / math.Pi, PitchDeg: pitch * 180 / math.Pi}
	}
	return Attitude{
		YawDeg:   math.Atan2(r[1][0], r[0][0]) * 180 / math.Pi,
		PitchDeg: pitch * 180 / math.Pi,
		RollDeg:  math.Atan2(r[2][1], r[2][2]) * 180 / math.Pi,
	}
}

func (m mat3) mul(n mat3) mat3 {
	var out mat3
	for i := range 3 {
		for j := range 3 {
			out[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return out
}

// enu is the unit vector east, north, up of a direction in camera axes.
func (m mat3) enu(d [3]float64) [3]float64 {
	n := m[0][0]*d[0] + m[0][1]*d[1] + m[0][2]*d[2]
	e := m[1][0]*d[0] + m[1][1]*d[1] + m[1][2]*d[2]
	z := m[2][0]*d[0] + m[2][1]*d[1] + m[2][2]*d[2]
	l := math.Sqrt(e*e + n*n + z*z)
	return [3]float64{e / l, n / l, -z / l}
}

// camera turns an east-north-up vector into camera axes.
func (m mat3) camera(v [3]float64) [3]float64 {
	e, n, d := v[0], v[1], -v[2]
	return [3]float64{
		m[0][0]*n + m[1][0]*e + m[2][0]*d,
		m[0][1]*n + m[1][1]*e + m[2][1]*d,
		m[0][2]*n + m[1][2]*e + m[2][2]*d,
	}
}

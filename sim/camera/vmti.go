package camera

import (
	"hash/fnv"
	"math"

	"vedette/internal/geo"
	"vedette/sim/world"
)

const (
	// mostTargets keeps a packet within one RTP packet.
	mostTargets = 12
	// targetConfidence is what the camera says of each target, in percent.
	targetConfidence = 80
	// hiddenM is how much nearer than a target the ground on the way to it may be.
	hiddenM = 5
)

// target is what a camera's own tracker tells of one object in the picture.
type target struct {
	id                       uint64
	x, y                     float64 // of its middle, in pixels
	left, top, right, bottom float64
	at                       geo.LatLon
	hae                      geo.HAE
}

// describeTargets adds the objects in the picture as a set of moving targets (VMTI, MISB ST 0903), as a camera that tracks by
// itself does. Places are told as they are, and pixels as they are seen through trees.
func (f *feed) describeTargets(p *packet, pose world.CameraPose, camera turn, hfov, vfov float64, n int64) {
	var targets []target
	total := 0
	for _, o := range f.scene.ObjectsAt(frameTime(n)) {
		t, seen := f.targetOf(o, pose, camera, hfov, vfov)
		if !seen {
			continue
		}
		if total++; len(targets) < mostTargets {
			targets = append(targets, t)
		}
	}
	var set packet
	set.text(3, "Vedette simulator")
	set.item(4, []byte{6}) // ST 0903.6
	set.item(5, bigEndian(uint64(total), 2))
	set.item(6, bigEndian(uint64(len(targets)), 2))
	set.item(7, bigEndian(uint64(n)&0xffffff, 3))
	set.item(8, bigEndian(uint64(f.style.width), 2))
	set.item(9, bigEndian(uint64(f.style.height), 2))
	var series []byte
	for _, t := range targets {
		one := f.pack(t)
		series = append(append(series, berLength(len(one))...), one...)
	}
	set.item(101, series)
	p.item(74, set.body)
}

// targetOf is an object as the camera sees it; false where it is outside of the picture or behind the ground.
func (f *feed) targetOf(o world.Object, pose world.CameraPose, camera turn, hfov, vfov float64) (t target, seen bool) {
	to := [3]float64{o.E - pose.E, o.N - pose.N, o.U + o.HeightM/2 - pose.U}
	ned := [3]float64{to[1], to[0], -to[2]}
	var axes [3]float64 // forward, right, down
	for i := range axes {
		for k := range ned {
			axes[i] += camera[k][i] * ned[k]
		}
	}
	if axes[0] <= 1 {
		return t, false
	}
	w, h := float64(f.style.width), float64(f.style.height)
	perPixel := math.Tan(hfov*math.Pi/360) * 2 / w
	t.x, t.y = w/2+axes[1]/axes[0]/perPixel, h/2+axes[2]/axes[0]/(math.Tan(vfov*math.Pi/360)*2/h)
	if t.x < 0 || t.x >= w || t.y < 0 || t.y >= h {
		return t, false
	}
	far := math.Sqrt(to[0]*to[0] + to[1]*to[1] + to[2]*to[2])
	if _, ground, ok := groundAlong(f.scene.GroundU, [3]float64{pose.E, pose.N, pose.U}, [3]float64{to[0] / far, to[1] / far, to[2] / far}); ok && ground < far-hiddenM {
		return t, false
	}
	wide, tall := max(o.LengthM, o.WidthM)/2/axes[0]/perPixel, max(o.HeightM, o.WidthM)/2/axes[0]/perPixel
	t.left, t.right = max(t.x-wide, 0), min(t.x+wide, w-1)
	t.top, t.bottom = max(t.y-tall, 0), min(t.y+tall, h-1)
	t.at, t.hae = f.scene.Frame().FromENU([3]float64{o.E, o.N, o.U})
	name := fnv.New32a()
	_, _ = name.Write([]byte(o.ID)) // it returns no error
	t.id = uint64(name.Sum32()%16000) + 1
	return t, true
}

// pack is a target's number and its set.
func (f *feed) pack(t target) []byte {
	pixel := func(x, y float64) []byte { // they count from 1, row by row
		return bigEndian(uint64(math.Floor(y))*uint64(f.style.width)+uint64(math.Floor(x))+1, 3)
	}
	var set packet
	set.item(1, pixel(t.x, t.y))
	set.item(2, pixel(t.left, t.top))
	set.item(3, pixel(t.right, t.bottom))
	set.item(5, []byte{targetConfidence})
	place := append(mapped(t.at.Lat, -90, 90, 4), mapped(t.at.Lon, -180, 180, 4)...)
	set.item(17, append(place, mapped(float64(t.hae), -900, 19000, 2)...))
	set.item(19, bigEndian(uint64(t.y)+1, 2))
	set.item(20, bigEndian(uint64(t.x)+1, 2))
	if t.id < 128 {
		return append([]byte{byte(t.id)}, set.body...)
	}
	return append([]byte{0x80 | byte(t.id>>7), byte(t.id & 0x7f)}, set.body...)
}

// mapped writes a number of a range as a floating point number mapped to an integer (MISB ST 1201).
func mapped(v, low, high float64, size int) []byte {
	scale := math.Exp2(float64(8*size-1) - math.Ceil(math.Log2(high-low)))
	zero := 0.0
	if low < 0 && high > 0 {
		zero = scale*low - math.Floor(scale*low)
	}
	return bigEndian(uint64(scale*(v-low)+zero), size)
}

// berLength writes a length (BER, ISO/IEC 8825-1, section 8.1.3).
func berLength(n int) []byte {
	switch {
	case n < 128:
		return []byte{byte(n)}
	case n < 256:
		return []byte{0x81, byte(n)}
	}
	return []byte{0x82, byte(n >> 8), byte(n)}
}

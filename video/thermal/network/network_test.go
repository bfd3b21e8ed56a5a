//go:build !race

// Arithmetic of one goroutine, for which the race detector takes ten times as long; video/thermal runs a network under it.

package network_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"vedette/video/thermal/network"
)

type object = map[string]any

// seal makes a file of weights from a header and the bits of its numbers.
func seal(t testing.TB, header any, numbers []uint16) []byte {
	t.Helper()
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return sealText(text, numbers)
}

func sealText(text []byte, numbers []uint16) []byte {
	b := []byte(network.Magic)
	b = binary.LittleEndian.AppendUint32(b, network.Version)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = append(b, text...)
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// builder strings layers together as export.py does.
type builder struct {
	layers   []object
	channels []int
	numbers  []uint16
	random   *rand.Rand
}

func (b *builder) layer(kind string, in, out, size, stride int, more object) int {
	l := object{"kind": kind, "in": in, "inChannels": b.channels[in], "outChannels": out}
	fan := 0
	switch kind {
	case "conv":
		fan = size * size * b.channels[in]
	case "depthwise":
		fan = size * size
	}
	if fan > 0 {
		l["size"], l["stride"] = size, stride
		weights := fan * out
		for i := range weights + out {
			spread := 1.5 / math.Sqrt(float64(fan)) // keeps the numbers near one through many layers
			if i >= weights {
				spread = 0.3
			}
			b.numbers = append(b.numbers, bits(b.random.NormFloat64()*spread))
		}
	}
	maps.Copy(l, more)
	b.layers, b.channels = append(b.layers, l), append(b.channels, out)
	return len(b.layers)
}

// bits rounds a number to binary16, cutting it off below 2^-14.
func bits(v float64) uint16 {
	u := math.Float32bits(float32(v))
	e := int(u>>23&0xff) - 127 + 15
	if e <= 0 {
		return uint16(u >> 16 & 0x8000)
	}
	return uint16(u>>16&0x8000) | uint16(e)<<10 | uint16(u>>13&0x3ff)
}

// randomNet is a network with every kind of layer and channel counts from the generator.
func randomNet(random *rand.Rand) (object, []uint16) {
	b := &builder{channels: []int{1}, random: random}
	some := func() int { return 16 * (1 + random.IntN(4)) }
	relu := object{"relu": true}
	x := b.layer("conv", 0, some(), 3, 2, relu)
	var levels []int
	for range 3 + random.IntN(2) {
		x = b.layer("conv", x, some(), 3, 2, relu)
		for range random.IntN(3) {
			if random.IntN(2) == 0 {
				x = b.layer("conv", x, b.channels[x], 3, 1, object{"relu": random.IntN(2) == 0, "add": x})
			} else {
				d := b.layer("depthwise", x, b.channels[x], 3, 1, object{"relu": random.IntN(2) == 0})
				x = b.layer("conv", d, b.channels[d], 1, 1, object{"relu": true, "add": x})
			}
		}
		levels = append(levels, x)
	}
	neck := some()
	y := b.layer("conv", levels[len(levels)-1], neck, 1, 1, nil)
	for k := len(levels) - 2; k >= 0; k-- {
		beside := b.layer("conv", levels[k], neck, 1, 1, nil)
		y = b.layer("upsample", y, neck, 0, 0, object{"add": beside})
	}
	b.layer("conv", y, 7, 1, 1, nil)
	return object{
		"name": "random", "classes": []string{"a", "b", "c"}, "layers": b.layers, "training": object{}, "numbers": len(b.numbers),
		"calibration": [][2]float64{{0, 0}, {1, 1}},
	}, b.numbers
}

func speckle(random *rand.Rand, width, height, stride int) []byte {
	pix := make([]byte, stride*height)
	for i := range pix {
		pix[i] = byte(random.IntN(256))
	}
	return pix[:stride*(height-1)+width]
}

func values(o network.Output) []float32 {
	var out []float32
	for y := range o.Height {
		for x := range o.Width {
			out = append(out, o.At(x, y)...)
		}
	}
	return out
}

// farthest is the largest difference between two outputs.
func farthest(a, b []float32) float64 {
	most := 0.0
	for i := range a {
		if d := math.Abs(float64(a[i]) - float64(b[i])); !(d <= most) {
			most = d
		}
	}
	return most
}

var sizes = [][2]int{{640, 512}, {1, 1}, {33, 65}, {97, 31}, {160, 128}, {253, 190}, {352, 288}}

func TestKernelsAgree(t *testing.T) {
	all := network.All()
	t.Logf("kernels: %d, best %s", len(all), all[0].Name)
	for n := range 8 {
		random := rand.New(rand.NewPCG(7, uint64(n)))
		header, numbers := randomNet(random)
		w, err := network.Parse(seal(t, header, numbers))
		if err != nil {
			t.Fatal(err)
		}
		nets := make([]*network.Network, len(all))
		for i, k := range all {
			nets[i] = network.New(w, k)
		}
		for _, s := range sizes[1:] {
			compare(t, all, nets, fmt.Sprintf("net %d, %d x %d", n, s[0], s[1]), speckle(random, s[0], s[1], s[0]+3), s[0]+3, s)
		}
	}
}

func compare(t *testing.T, all []network.Kernels, nets []*network.Network, name string, pix []byte, stride int, size [2]int) {
	t.Helper()
	want := values(nets[len(nets)-1].Run(pix, stride, size[0], size[1]))
	spread := 0.0
	for _, v := range want {
		spread = max(spread, math.Abs(float64(v)))
	}
	if len(want) == 0 || spread < 0.1 || math.IsNaN(spread) {
		t.Fatalf("%s: %d values up to %g test nothing", name, len(want), spread)
	}
	for i := range nets[:len(nets)-1] {
		got := values(nets[i].Run(pix, stride, size[0], size[1]))
		if d := farthest(got, want); !(d <= 1e-4*max(1, spread)) {
			t.Errorf("%s: %s is %g off plain Go; values up to %g", name, all[i].Name, d, spread)
		}
	}
}

func standard(t testing.TB) *network.Weights {
	t.Helper()
	file, err := os.ReadFile("../weights/standard.net")
	if err != nil {
		t.Fatal(err)
	}
	w, err := network.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestKernelsAgreeOnTheRealNetwork(t *testing.T) {
	w, all := standard(t), network.All()
	nets := make([]*network.Network, len(all))
	for i, k := range all {
		nets[i] = network.New(w, k)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range sizes {
		compare(t, all, nets, fmt.Sprintf("%d x %d", s[0], s[1]), speckle(random, s[0], s[1], s[0]), s[0], s)
	}
}

func TestSizesThatChangeLeaveNothingBehind(t *testing.T) {
	w := standard(t)
	random := rand.New(rand.NewPCG(3, 4))
	used := network.New(w, network.Best())
	for _, s := range [][2]int{{96, 64}, {70, 40}, {96, 64}, {300, 200}, {70, 40}} {
		pix := speckle(random, s[0], s[1], s[0])
		got := values(used.Run(pix, s[0], s[0], s[1]))
		want := values(network.New(w, network.Best()).Run(pix, s[0], s[0], s[1]))
		if d := farthest(got, want); len(got) != len(want) || d != 0 {
			t.Errorf("%v: a used network is %g off a new one", s, d)
		}
	}
}

func TestNoAllocationPerPicture(t *testing.T) {
	w := standard(t)
	for _, k := range network.All() {
		n := network.New(w, k)
		pix := make([]byte, 100*80)
		n.Run(pix, 100, 100, 80)
		if a := testing.AllocsPerRun(3, func() { n.Run(pix, 100, 100, 80) }); a != 0 {
			t.Errorf("%s allocates %g times a picture", k.Name, a)
		}
	}
}

// small is a header that is right, to be bent.
func small() object {
	return object{
		"name": "small", "classes": []string{"a"}, "training": object{}, "calibration": [][]float64{{0, 0}, {1, 1}}, "numbers": 16*9 + 16 + 16*16*9 + 16 + 16*5 + 5,
		"layers": []object{
			{"kind": "conv", "in": 0, "inChannels": 1, "outChannels": 16, "size": 3, "stride": 2, "relu": true},
			{"kind": "conv", "in": 1, "inChannels": 16, "outChannels": 16, "size": 3, "stride": 2, "relu": true},
			{"kind": "conv", "in": 2, "inChannels": 16, "outChannels": 5, "size": 1, "stride": 1},
		},
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	zeros := func(h object) []uint16 { return make([]uint16, h["numbers"].(int)) }
	layer := func(h object, k int) object { return h["layers"].([]object)[k] }
	if _, err := network.Parse(seal(t, small(), zeros(small()))); err != nil {
		t.Fatalf("the right one: %v", err)
	}
	bent := func(bend func(h object)) []byte {
		h := small()
		bend(h)
		return seal(t, h, zeros(small()))
	}
	good := seal(t, small(), zeros(small()))
	flipped := bytes.Clone(good)
	flipped[len(flipped)-100] ^= 1
	version := bytes.Clone(good)
	version[len(network.Magic)] = 1
	infinite := zeros(small())
	infinite[5] = 0x7c00
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"empty":              {nil, "no file of weights"},
		"another file":       {bytes.Repeat([]byte("GIF89a"), 50), "no file of weights"},
		"another version":    {version, "version 1"},
		"a flipped bit":      {flipped, "checksum"},
		"cut short":          {good[:len(good)-9], "checksum"},
		"an infinite weight": {seal(t, small(), infinite), "number 5 is not finite"},
		"too few numbers":    {seal(t, small(), infinite[:9]), "18 bytes of numbers"},
		"an unknown key":     {bent(func(h object) { h["extra"] = 1 }), "unknown field"},
		"no classes":         {bent(func(h object) { h["classes"] = []string{} }), "0 classes"},
		"no layers":          {bent(func(h object) { h["layers"] = []object{} }), "0 layers"},
		"a wrong count":      {bent(func(h object) { h["numbers"] = 7 }), "7 numbers in the header"},
		"a negative count":   {bent(func(h object) { h["numbers"] = -1 }), "-1 numbers"},
		"a loop":             {bent(func(h object) { layer(h, 1)["in"] = 2 }), "layer 1: reads tensor 2"},
		"wrong channels":     {bent(func(h object) { layer(h, 1)["inChannels"] = 32 }), "reads 32 channels"},
		"odd channels":       {bent(func(h object) { layer(h, 0)["outChannels"] = 17 }), "17 channels"},
		"huge channels":      {bent(func(h object) { layer(h, 0)["outChannels"] = 1 << 40 }), "at most 256"},
		"a strange size":     {bent(func(h object) { layer(h, 1)["size"] = 5 }), "size 5"},
		"a strange kind":     {bent(func(h object) { layer(h, 1)["kind"] = "pool" }), "unknown kind"},
		"a bad sum":          {bent(func(h object) { layer(h, 1)["add"] = 1 }), "adds tensor 1"},
		"a sum at the end":   {bent(func(h object) { layer(h, 2)["add"] = 2 }), "last layer"},
		"a wrong scale":      {bent(func(h object) { layer(h, 1)["stride"] = 1 }), "1/2 of the picture"},
		"no calibration":     {bent(func(h object) { delete(h, "calibration") }), "calibration of 0 points"},
		"a falling one":      {bent(func(h object) { h["calibration"] = [][]float64{{0.1, 0.2}, {0.2, 0.1}} }), "point 1 of the calibration"},
		"no probability":     {bent(func(h object) { h["calibration"] = [][]float64{{0.1, 0.2}, {0.2, 1.1}} }), "point 1 of the calibration"},
		"a step at 0":        {bent(func(h object) { h["calibration"] = [][]float64{{0, 0.2}, {0.2, 0.3}} }), "both must be 0"},
		"text behind JSON":   {sealText(append(mustJSON(t, small()), " {}"...), zeros(small())), "something follows"},
	} {
		_, err := network.Parse(c.file)
		if !errors.Is(err, network.ErrWeights) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestCalibrationIsFollowedBothWays(t *testing.T) {
	c := network.Calibration{{0.2, 0.03}, {0.5, 0.5}, {0.9, 0.99}}
	for _, v := range [][2]float64{{0, 0}, {0.1, 0.015}, {0.2, 0.03}, {0.35, 0.265}, {0.5, 0.5}, {0.7, 0.745}, {0.9, 0.99}} {
		if p, s := c.Probability(v[0]), c.Score(v[1]); math.Abs(p-v[1]) > 1e-12 || math.Abs(s-v[0]) > 1e-12 {
			t.Errorf("%v: score %g, probability %g", v, s, p)
		}
	}
	if p := c.Probability(1); p != 0.99 {
		t.Errorf("beyond the last bend: %g", p)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzParse seals whatever header and numbers it is given, since no checksum is right by chance. What is read runs.
func FuzzParse(f *testing.F) {
	text, err := json.Marshal(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, make([]byte, 2*small()["numbers"].(int)))
	f.Add([]byte("{}"), []byte{})
	f.Fuzz(func(t *testing.T, header, blob []byte) {
		if _, err := network.Parse(header); err == nil {
			t.Fatal("a file without its seal was read")
		}
		numbers := make([]uint16, len(blob)/2)
		for i := range numbers {
			numbers[i] = binary.LittleEndian.Uint16(blob[2*i:])
		}
		w, err := network.Parse(sealText(header, numbers))
		if err != nil {
			return
		}
		before := -1.0
		for k := range 101 {
			if p := w.Calibration.Probability(float64(k) / 100); p >= before && p <= 1 {
				before = p
			} else {
				t.Fatalf("%v: %g after %g", w.Calibration, p, before)
			}
		}
		for _, k := range network.All() {
			network.New(w, k).Run(make([]byte, 40*33), 40, 40, 33)
		}
	})
}

func BenchmarkStandard640x512(b *testing.B) {
	w := standard(b)
	pix := speckle(rand.New(rand.NewPCG(1, 1)), 640, 512, 640)
	for _, k := range network.All() {
		b.Run(k.Name, func(b *testing.B) {
			n := network.New(w, k)
			n.Run(pix, 640, 640, 512)
			for b.Loop() {
				n.Run(pix, 640, 640, 512)
			}
		})
	}
}

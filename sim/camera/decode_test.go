package camera

import (
	"image"
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/y9o/go-openh264"

	"vedette/sim/render"
	"vedette/sim/world"
)

// decoder turns what an Encoder made back into luma, for tests.
type decoder struct {
	dec *openh264.ISVCDecoder
}

func newDecoder(t *testing.T) *decoder {
	t.Helper()
	var handle uintptr
	for _, name := range openH264Names {
		if h, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL); err == nil {
			handle = h
			break
		}
	}
	if handle == 0 {
		t.Fatal(ErrNoEncoder)
	}
	var create func(**openh264.ISVCDecoder) int32
	var destroy func(*openh264.ISVCDecoder)
	purego.RegisterLibFunc(&create, handle, "WelsCreateDecoder")
	purego.RegisterLibFunc(&destroy, handle, "WelsDestroyDecoder")
	d := &decoder{}
	if create(&d.dec) != 0 || d.dec == nil {
		t.Fatal("no decoder")
	}
	param := &openh264.SDecodingParam{}
	param.SVideoProperty.EVideoBsType = openh264.VIDEO_BITSTREAM_AVC
	if rc := d.dec.Initialize(param); rc != 0 {
		t.Fatalf("initialize decoder: %d", rc)
	}
	t.Cleanup(func() { d.dec.Uninitialize(); destroy(d.dec) })
	return d
}

func (d *decoder) decode(t *testing.T, units [][]byte) *image.Gray {
	t.Helper()
	var stream []byte
	for _, u := range units {
		stream = append(append(stream, 0, 0, 0, 1), u...)
	}
	planes, info := &[3][]byte{}, &openh264.SBufferInfo{}
	if rc := d.dec.DecodeFrameNoDelay(stream, len(stream), planes, info); rc != 0 || info.IBufferStatus != 1 {
		t.Fatalf("decode: code %d, status %d", rc, info.IBufferStatus)
	}
	b := (*openh264.SSysMEMBuffer)(unsafe.Pointer(&info.UsrData))
	img := image.NewGray(image.Rect(0, 0, int(b.IWidth), int(b.IHeight)))
	for y := range img.Rect.Dy() {
		copy(img.Pix[y*img.Stride:][:img.Rect.Dx()], planes[0][y*int(b.IStride[0]):])
	}
	return img
}

// hotSpot is the centroid of what is brighter than any ground.
func hotSpot(pix []byte, stride int) (x, y float64) {
	var sum float64
	for i, v := range pix {
		if v > 175 {
			w := float64(v) - 100
			x += w * (float64(i%stride) + 0.5)
			y += w * (float64(i/stride) + 0.5)
			sum += w
		}
	}
	return x / sum, y / sum
}

// TestEncodingKeepsThePictureAndWhereAManIs follows a man over two key frame periods from a drone that moves and turns.
func TestEncodingKeepsThePictureAndWhereAManIs(t *testing.T) {
	t.Parallel()
	st, err := newStyle(KindThermal, Config{ThermalHFOVDeg: defaultThermalHFOVDeg})
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.New(st.render(plain{}))
	if err != nil {
		t.Fatal(err)
	}
	e := mustEncoder(t, st.encoder())
	d := newDecoder(t)
	img := image.NewYCbCr(image.Rect(0, 0, st.width, st.height), image.YCbCrSubsampleRatio420)
	worst := 0.0
	for i := range 2*idrFrames + 5 {
		at := time.Unix(1_790_000_000, 0).Add(time.Duration(i) * time.Second / framesPerSecond)
		pose := world.CameraPose{E: 0.3 * float64(i), N: -30, U: 70, YawDeg: -0.15 * float64(i), PitchDeg: -37}
		r.Render(img, pose, plain{}.ObjectsAt(at), at)
		units, err := e.Encode(img, i == 0)
		if err != nil {
			t.Fatal(err)
		}
		got := d.decode(t, units)
		var square float64
		for y := range st.height {
			for x := range st.width {
				v := float64(img.Y[y*img.YStride+x]) - float64(got.Pix[y*got.Stride+x])
				square += v * v
			}
		}
		if psnr := 10 * math.Log10(255*255/(square/float64(st.width*st.height))); psnr < 30 {
			t.Errorf("picture %d: %.1f dB", i, psnr)
		}
		x0, y0 := hotSpot(img.Y, img.YStride)
		x1, y1 := hotSpot(got.Pix, got.Stride)
		worst = math.Max(worst, math.Hypot(x1-x0, y1-y0))
	}
	t.Logf("a man moves by at most %.2f pixels", worst)
	if !(worst < 1) {
		t.Errorf("a man moves by %.2f pixels in encoding", worst)
	}
}

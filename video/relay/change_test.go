package relay

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"vedette/video/decode/openh264"
	"vedette/video/h264"
	"vedette/video/ingest/testcam"
)

// changeable is a camera that plays clips of several kinds into a stream, in real time.
type changeable struct {
	t   *testing.T
	s   *Stream
	ts  uint32
	due time.Time
}

// play sends the first n pictures of a clip; inBand sends its parameter sets before its key pictures.
func (c *changeable) play(clip *testcam.Clip, n int, inBand bool) {
	c.t.Helper()
	interval := time.Second / time.Duration(clip.FPS)
	if c.due.IsZero() {
		c.due = time.Now()
	}
	for i := range n {
		wait := time.NewTimer(time.Until(c.due))
		<-wait.C
		c.due = c.due.Add(interval)
		nals := clip.Pictures[i%len(clip.Pictures)]
		if inBand && i%clip.GOP == 0 {
			nals = append([][]byte{clip.SPS, clip.PPS}, nals...)
		}
		for j, nal := range nals {
			var pieces [][]byte
			h264.Split(nal, 1400, func(b []byte) { pieces = append(pieces, b) })
			for k, b := range pieces {
				c.s.Push(Packet{
					Payload: b, Timestamp: c.ts, Arrival: time.Now(),
					Marker: j == len(nals)-1 && k == len(pieces)-1,
				})
			}
		}
		c.ts += uint32(clockRate / clip.FPS)
	}
}

// player is a viewer that decodes what it gets, and checks that each key picture brings the parameter sets it needs.
type player struct {
	mu        sync.Mutex
	dec       *openh264.Decoder // nil when the test is over
	assembler h264.Assembler
	begun     bool
	seq       uint16
	ts, ssrc  uint32
	sps, pps  []byte // of the picture that is arriving
	widths    []int  // of the pictures, where they change
	profiles  []int  // of key pictures, where they change
	pictures  int
	held      int // pictures that gave none
	faults    []string
}

func newPlayer(t *testing.T) *player {
	t.Helper()
	dec, _, err := openh264.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	p := &player{dec: dec}
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.dec.Close()
		p.dec = nil
	})
	return p
}

func (p *player) fault(what string) {
	if len(p.faults) < 10 {
		p.faults = append(p.faults, what)
	}
}

func (p *player) take(packet *rtp.Packet, _ bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dec == nil {
		return
	}
	if p.begun {
		if packet.SequenceNumber != p.seq+1 {
			p.fault("a gap in the sequence numbers")
		}
		if step := int32(packet.Timestamp - p.ts); step < 0 {
			p.fault("a step back in time")
		} else if step > 120*clockRate {
			p.fault("a leap in time")
		}
		if packet.SSRC != p.ssrc {
			p.fault("another SSRC")
		}
	}
	if !p.begun || packet.Timestamp != p.ts {
		p.sps, p.pps = nil, nil
	}
	p.begun, p.seq, p.ts, p.ssrc = true, packet.SequenceNumber, packet.Timestamp, packet.SSRC
	if sps, pps := h264.ParameterSets(packet.Payload); sps != nil || pps != nil {
		p.sps, p.pps = later(p.sps, sps), later(p.pps, pps)
	}
	if head, _ := h264.Inspect(packet.Payload); head.IDR && (p.sps == nil || p.pps == nil) {
		p.fault("a key picture without its parameter sets before it")
	}
	p.assembler.Push(packet.Payload, packet.Timestamp, packet.Marker, false, p.decode)
}

func later(old, now []byte) []byte {
	if now == nil {
		return old
	}
	return bytes.Clone(now)
}

func (p *player) decode(u h264.AccessUnit) {
	if u.Key {
		f, err := h264.ParseSPS(p.sps)
		if err != nil {
			p.fault("parameter sets that cannot be read: " + err.Error())
		}
		if n := len(p.profiles); n == 0 || p.profiles[n-1] != f.Profile {
			p.profiles = append(p.profiles, f.Profile)
		}
	}
	got, ok, err := p.dec.Decode(u.Data, uint64(u.Timestamp))
	if err != nil {
		p.fault("a picture that cannot be decoded")
	}
	if !ok {
		// Of Main and High the decoder holds back the first picture of a new sequence.
		if p.held++; p.held > len(p.profiles) {
			p.fault("no picture after a picture")
		}
		return
	}
	p.pictures++
	if n := len(p.widths); n == 0 || p.widths[n-1] != got.Width {
		p.widths = append(p.widths, got.Width)
	}
}

func (p *player) shown() (pictures, width int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.widths); n > 0 {
		width = p.widths[n-1]
	}
	return p.pictures, width
}

func (p *player) check(t *testing.T, who string, widths, profiles []int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		t.Errorf("%s: %s", who, f)
	}
	if !equal(p.widths, widths) || !equal(p.profiles, profiles) {
		t.Errorf("%s saw widths %v and profiles %v, want %v and %v", who, p.widths, p.profiles, widths, profiles)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// changes are the clips that a camera goes through: small and Baseline, large and High, small and Main.
var changes = sync.OnceValues(func() ([]*testcam.Clip, error) {
	var out []*testcam.Clip
	for _, c := range []struct {
		profile       testcam.Profile
		width, height int
	}{{testcam.Baseline, 320, 256}, {testcam.High, 640, 480}, {testcam.Main, 320, 240}} {
		clip, err := testcam.EncodeAs(c.profile, c.width, c.height, 15, 15, 1)
		if err != nil {
			return nil, err
		}
		out = append(out, clip)
	}
	return out, nil
})

// A camera that changes size, profile and SSRC keeps its viewers: theirs stays one stream, which they can decode to the
// last picture before the change and from the first key picture after it.
func TestACameraThatChangesInMidStreamKeepsItsViewersPlaying(t *testing.T) {
	t.Parallel()
	clips, err := changes()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		anew   bool // with another SSRC: the source begins anew, and so do its timestamps
		inBand bool // its parameter sets come before its key pictures, not in the session description
		cut    bool // the last picture before the change lacks its end
	}{
		"in the same stream":                         {inBand: true},
		"with another SSRC":                          {anew: true, inBand: true},
		"with another SSRC, in the middle":           {anew: true, inBand: true, cut: true},
		"another connection that describes its sets": {anew: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := New(Config{ListenHost: "127.0.0.1"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
			s := r.NewStream("1-eo")
			cam := &changeable{t: t, s: s, ts: 1 << 31}
			begin := func(clip *testcam.Clip) {
				if c.anew {
					s.Restart()
					cam.ts += 0x5a5a5a5a
				}
				if !c.inBand {
					s.SetParameterSets(clip.SPS, clip.PPS)
				}
			}
			begin(clips[0])
			cam.play(clips[0], 3, c.inBand)
			first, late := newPlayer(t), newPlayer(t)
			watch(t, r, s, peerConfig{taken: first.take})
			// follow plays a clip until a viewer has shown it to its end.
			follow := func(clip *testcam.Clip, who *player) {
				t.Helper()
				before, _ := who.shown()
				poll(t, "pictures of the new kind", func() bool {
					cam.play(clip, clip.GOP, c.inBand)
					n, width := who.shown()
					return width == clip.Width && n >= before+clip.GOP/2
				})
			}
			follow(clips[0], first)
			for i, clip := range clips[1:] {
				if c.cut {
					s.Push(Packet{Payload: []byte{0x7c, 0x81, 1, 2, 3}, Timestamp: cam.ts, Arrival: time.Now()})
				}
				begin(clip)
				follow(clip, first)
				if i == 0 {
					watch(t, r, s, peerConfig{taken: late.take})
					follow(clip, late)
				}
			}
			first.check(t, "the first viewer", []int{320, 640, 320}, []int{66, 100, 77})
			late.check(t, "the one who came later", []int{640, 320}, []int{100, 77})
		})
	}
}

package video

import (
	"slices"
	"time"

	"vedette/video/decode"
	"vedette/video/h264"
	"vedette/video/ingest"
	"vedette/video/relay"
	"vedette/video/thermal"
)

// clockTolerance is how far a sender report's time may be from arrival to be believed: a camera whose clock was never
// set says 1970.
const clockTolerance = 5 * time.Second

// intake receives what the source sends and passes it on. It is used by the source's goroutine only.
type intake struct {
	feed      *feed
	assembler h264.Assembler
	decodable bool    // the decoder takes the codec
	present   instant // of the picture that is arriving
	previous  instant
	metadata  metadataIntake
}

// instant is when a picture was taken.
type instant struct {
	timestamp uint32
	time      time.Time
	exact     bool
}

var _ ingest.Handler = (*intake)(nil)

// Begin implements ingest.Handler.
func (in *intake) Begin(t ingest.Track) {
	f := in.feed
	f.mu.Lock()
	f.now.Codec, f.now.Problem = string(t.Codec), Problem{}
	f.mu.Unlock()
	f.stream.SetCodec(relay.Codec(t.Codec))
	f.verdict.begin(t, time.Now())
	f.stream.Restart()
	in.assembler.Reset()
	in.metadata = metadataIntake{}
	f.stream.SetAllParameterSets(relay.ParameterSets{VPS: t.VPS, SPS: t.SPS, PPS: t.PPS})
	if in.decodable = t.Codec == ingest.H264; in.decodable {
		in.assembler.SetParameterSets(t.SPS, t.PPS)
	}
}

// Described implements ingest.Handler.
func (in *intake) Described(tracks []ingest.TrackInfo) {
	in.feed.mu.Lock()
	defer in.feed.mu.Unlock()
	in.feed.now.Tracks = tracks // nobody changes it afterwards
}

// Packet implements ingest.Handler.
func (in *intake) Packet(p ingest.Packet) {
	f := in.feed
	f.packets.Add(1)
	f.bytes.Add(uint64(len(p.Payload)))
	f.lost.Add(uint64(p.Lost))
	f.verdict.packet(p)
	f.stream.Push(relay.Packet{
		Payload: p.Payload, Timestamp: p.Timestamp, Marker: p.Marker, Lost: p.Lost, Arrival: p.Arrival,
		Capture: in.taken(p),
	})
	if p.Marker {
		f.frames.Add(1)
		f.mu.Lock()
		f.now.LastFrame = p.Arrival
		f.mu.Unlock()
	}
	if f.dec != nil && in.decodable {
		in.assemble(p)
	}
	if f.signal(p.Arrival) {
		f.poke()
	}
}

// End implements ingest.Handler.
func (in *intake) End(err error) {
	in.feed.stream.Restart()
	in.feed.interrupted(sourceProblem(err))
}

// taken notes when the packet's picture was taken, and returns it where that is known.
func (in *intake) taken(p ingest.Packet) time.Time {
	if p.Timestamp != in.present.timestamp || in.present.time.IsZero() {
		in.previous, in.present = in.present, in.instantOf(p)
	}
	if !in.present.exact {
		return time.Time{}
	}
	return in.present.time
}

// assemble puts access units together for the decoder.
func (in *intake) assemble(p ingest.Packet) {
	in.assembler.Push(p.Payload, p.Timestamp, p.Marker, p.Lost > 0, func(u h264.AccessUnit) {
		at := in.present
		if u.Timestamp != at.timestamp {
			at = in.previous
		}
		in.feed.dec.Submit(decode.Unit{Data: u.Data, Key: u.Key, Time: at.time, Exact: at.exact})
	})
}

// instantOf returns when a packet's picture was taken: by the source's sender reports where they are believable, else by
// the clock of the metadata beside it, else when the packet came.
func (in *intake) instantOf(p ingest.Packet) instant {
	if off := p.Capture.Sub(p.Arrival); !p.Capture.IsZero() {
		if off.Abs() <= clockTolerance {
			return instant{p.Timestamp, p.Capture, true}
		}
		in.feed.clocksRefused.Add(1)
	}
	return instant{p.Timestamp, in.metadata.byMetadata(p.Arrival), false}
}

// onFrame looks at one decoded frame. It is called by the decoder's goroutine. A panic costs that frame only.
func (f *feed) onFrame(fr decode.Frame) {
	defer func() {
		if r := recover(); r != nil {
			f.log.Error("detector panicked", "reason", r)
		}
	}()
	if !f.det.pace.due(fr.Time) {
		return
	}
	begun := time.Now()
	boxes := f.det.detector.Detect(&thermal.Gray{Pix: fr.Pix, Stride: fr.Width, Width: fr.Width, Height: fr.Height})
	f.det.pace.took(time.Since(begun))
	f.slowed.Store(f.det.pace.slowed())
	f.detected.Add(1)
	f.boxes.Add(uint64(len(boxes)))
	f.svc.detections.put(Detections{
		Feed: f.cfg.ID, FrameTime: fr.Time, TimeExact: fr.Exact,
		WidthPx: fr.Width, HeightPx: fr.Height, Boxes: slices.Clone(boxes),
	})
}

package video

import (
	"slices"
	"time"

	"vedette/video/decode"
	"vedette/video/h264"
	"vedette/video/h265"
	"vedette/video/ingest"
	"vedette/video/record"
	"vedette/video/relay"
	"vedette/video/thermal"
)

// intake receives what the source sends and passes it on. It is used by the source's goroutine only.
type intake struct {
	feed     *feed
	codec    ingest.Codec
	avc      h264.Assembler // of H.264
	hevc     h265.Assembler // of H.265
	whole    bool           // access units have been put together since Begin
	present  instant        // of the picture that is arriving
	previous instant
	metadata metadataIntake
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
	in.metadata = metadataIntake{}
	f.stream.SetAllParameterSets(relay.ParameterSets{VPS: t.VPS, SPS: t.SPS, PPS: t.PPS})
	in.codec, in.whole = t.Codec, false
	if f.rec != nil {
		f.rec.Cut()
	}
}

// Described implements ingest.Handler.
func (in *intake) Described(tracks []ingest.TrackInfo) {
	in.feed.mu.Lock()
	defer in.feed.mu.Unlock()
	in.feed.now.Tracks = tracks // nobody changes it afterwards
}

// keepKLV has metadata recorded as it came.
func (in *intake) keepKLV(d ingest.Data) {
	f := in.feed
	if f.recording() {
		at := d.Capture
		if at.IsZero() || at.Sub(d.Arrival).Abs() > clockTolerance {
			at = d.Arrival
		}
		f.rec.KLV(d.KLV, at)
	}
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
	if f.dec != nil || f.recording() {
		in.assemble(p)
	} else {
		in.whole = false
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
		in.feed.exact.Store(in.present.exact)
	}
	if !in.present.exact {
		return time.Time{}
	}
	return in.present.time
}

// assemble puts access units together, for the decoder and for the recorder.
func (in *intake) assemble(p ingest.Packet) {
	if !in.whole {
		in.whole = true
		sets := in.feed.stream.ParameterSets()
		in.avc.Reset()
		in.hevc.Reset()
		in.avc.SetParameterSets(sets.SPS, sets.PPS)
		in.hevc.SetParameterSets(sets.VPS, sets.SPS, sets.PPS)
	}
	if in.codec == ingest.H265 {
		in.hevc.Push(p.Payload, p.Timestamp, p.Marker, p.Lost > 0, func(u h265.AccessUnit) {
			in.unit(record.Unit{Codec: record.H265, Data: u.Data, Key: u.Key, Timestamp: u.Timestamp}, decode.H265)
		})
		return
	}
	in.avc.Push(p.Payload, p.Timestamp, p.Marker, p.Lost > 0, func(u h264.AccessUnit) {
		in.unit(record.Unit{Codec: record.H264, Data: u.Data, Key: u.Key, Timestamp: u.Timestamp}, decode.H264)
	})
}

// unit passes a whole access unit on. Its bytes are shared: nobody changes them.
func (in *intake) unit(u record.Unit, codec decode.Codec) {
	at := in.present
	if u.Timestamp != at.timestamp {
		at = in.previous
	}
	u.Time, u.Exact = at.time, at.exact
	f := in.feed
	if f.dec != nil {
		f.dec.Submit(decode.Unit{Codec: codec, Data: u.Data, Key: u.Key, Time: u.Time, Exact: u.Exact})
	}
	if f.rec != nil {
		f.rec.Picture(u)
	}
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
	gray := &thermal.Gray{Pix: fr.Pix, Stride: fr.Width, Width: fr.Width, Height: fr.Height}
	boxes, looked := f.det.at(gray, fr.Time)
	if !looked {
		f.unseen.Add(1)
		return
	}
	f.det.pace.took(time.Since(begun))
	f.slowed.Store(f.det.pace.slowed())
	f.detected.Add(1)
	f.boxes.Add(uint64(len(boxes)))
	f.svc.detections.put(Detections{
		Feed: f.cfg.ID, FrameTime: fr.Time, TimeExact: fr.Exact, Before: f.det.follower.Before(),
		WidthPx: fr.Width, HeightPx: fr.Height, Boxes: slices.Clone(boxes), Kept: len(boxes) > 0 && f.looked.keep(gray, fr.Time),
	})
}

package camera

import (
	"fmt"
	"image"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/pion/rtcp"

	"vedette/sim/render"
)

const packetBytes = 1400

// shot is what playing needs. The encoder is released with the last viewer; the rest is kept, so that the next one need not
// wait for it.
type shot struct {
	renderer *render.Renderer
	encoder  Encoder
	packets  *rtph264.Encoder
	picture  *image.YCbCr
	sinceIDR int

	dataSequence uint16
	dataNext     int64 // the picture that metadata is due with
	dataOctets   uint64
	dataReport   bool // a sender report is due with the next packet of metadata
}

func (f *feed) prepare() (*shot, error) {
	if f.shot != nil {
		var err error
		f.shot.sinceIDR = idrFrames
		f.shot.encoder, err = NewEncoder(f.style.encoder())
		return f.shot, err
	}
	renderer, err := render.New(f.style.render(f.scene))
	if err != nil {
		return nil, fmt.Errorf("prepare the renderer: %w", err)
	}
	packets := &rtph264.Encoder{PayloadType: payloadType, PayloadMaxSize: packetBytes, PacketizationMode: 1}
	if err := packets.Init(); err != nil {
		return nil, fmt.Errorf("prepare the packetizer: %w", err)
	}
	encoder, err := NewEncoder(f.style.encoder())
	if err != nil {
		return nil, err
	}
	f.shot = &shot{
		renderer: renderer, encoder: encoder, packets: packets,
		picture:  image.NewYCbCr(image.Rect(0, 0, f.style.width, f.style.height), image.YCbCrSubsampleRatio420),
		sinceIDR: idrFrames,
	}
	return f.shot, nil
}

// frame takes, encodes and sends the picture of one instant.
func (f *feed) frame(stream *gortsplib.ServerStream, s *shot, n int64) {
	begin := time.Now()
	at := frameTime(n)
	pose, ok := f.source.TruePose(at)
	if !ok {
		f.count.noPose.Add(1)
		return
	}
	s.renderer.Render(s.picture, pose, f.scene.ObjectsAt(at), at)
	key := f.takeIDR() || s.sinceIDR >= idrFrames
	s.sinceIDR++
	if key {
		s.sinceIDR = 1
	}
	units, err := s.encoder.Encode(s.picture, key)
	if err != nil || len(units) == 0 {
		f.count.errors.Add(1)
		return
	}
	if key {
		f.count.keyFrames.Add(1)
	}
	if err := f.send(stream, s, units, n, key); err != nil {
		f.count.errors.Add(1)
		return
	}
	if err := f.tell(stream, s, pose, n, key); err != nil {
		f.count.errors.Add(1)
		return
	}
	f.count.frames.Add(1)
	f.count.workNS.Add(uint64(time.Since(begin)))
}

func (f *feed) send(stream *gortsplib.ServerStream, s *shot, units [][]byte, n int64, key bool) error {
	packets, err := s.packets.Encode(units)
	if err != nil {
		return fmt.Errorf("packetize: %w", err)
	}
	for i, p := range packets {
		p.Timestamp = rtpTime(n)
		f.count.bytes.Add(uint64(len(p.Payload)))
		if err := stream.WritePacketRTPWithNTP(f.media, p, frameTime(n)); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		if key && i == 0 {
			f.report(stream, f.media, n, f.count.bytes.Load())
		}
	}
	return nil
}

// report sends a sender report (RFC 3550, section 6.4.1) within a key frame, so that a viewer who has that picture knows its
// time of capture: after its first packet, since a receiver knows the report's source only by then. gortsplib 4.16 writes nanoseconds where the fraction of an NTP time belongs, and reads them so:
// the report speaks of the last whole second, which is the same number to a right reader and to that one.
func (f *feed) report(stream *gortsplib.ServerStream, of *description.Media, n int64, octets uint64) {
	media := stream.Stats().Medias[of]
	sent := media.Formats[of.Formats[0]]
	second := n / framesPerSecond
	err := stream.WritePacketRTCP(of, &rtcp.SenderReport{
		SSRC:        sent.LocalSSRC,
		NTPTime:     uint64(second+ntpToUnixSeconds) << 32,
		RTPTime:     rtpTime(second * framesPerSecond),
		PacketCount: uint32(sent.RTPPacketsSent),
		OctetCount:  uint32(octets),
	})
	if err != nil {
		f.count.errors.Add(1)
	}
}

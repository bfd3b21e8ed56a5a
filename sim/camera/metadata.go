package camera

import (
	"fmt"
	"math"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"vedette/internal/geo"
	"vedette/sim/world"
)

const (
	metadataType  = 97 // RTP payload type
	metadataEvery = 3  // pictures: five packets a second; more rarely only where there are no pictures
	// unclassified is a security set (MISB ST 0102): unclassified, countries by ISO 3166, version 12.
	unclassified = "\x01\x01\x01\x02\x01\x01\x03\x04//AU\x0c\x01\x01\x0d\x04\x00A\x00U\x16\x02\x00\x0c"
	groundReachM = 15000.0
)

// newMetadataMedia is the track of metadata beside a picture (RFC 6597).
func newMetadataMedia() *description.Media {
	return &description.Media{
		Type:    description.MediaTypeApplication,
		Formats: []format.Format{&format.Generic{PayloadTyp: metadataType, RTPMa: "smpte336m/90000", ClockRat: 90000}},
	}
}

// tell sends what is true of picture n, where the feed has a track for it. A sender report follows where one followed the
// picture too, and once a second.
func (f *feed) tell(stream *gortsplib.ServerStream, s *shot, pose world.CameraPose, n int64, key bool) error {
	if f.data == nil {
		return nil
	}
	s.dataReport = s.dataReport || key || n%framesPerSecond == 0
	// By the number since the last one, not by the picture's own: a slow computer that leaves out pictures might never come to
	// every third.
	if n < s.dataNext && s.dataNext-n <= metadataEvery {
		return nil
	}
	s.dataNext = (n/metadataEvery + 1) * metadataEvery
	payload := f.describe(pose, n)
	s.dataSequence++
	s.dataOctets += uint64(len(payload))
	err := stream.WritePacketRTPWithNTP(f.data, &rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: metadataType, SequenceNumber: s.dataSequence, Timestamp: rtpTime(n), Marker: true,
		},
		Payload: payload,
	}, frameTime(n))
	if err != nil {
		return fmt.Errorf("send metadata: %w", err)
	}
	f.count.metadata.Add(1)
	if s.dataReport {
		s.dataReport = false
		f.report(stream, f.data, n, s.dataOctets)
	}
	return nil
}

// describe writes the packet of picture n: where the camera is, how it is turned, and what it sees of the ground.
func (f *feed) describe(pose world.CameraPose, n int64) []byte {
	frame := f.scene.Frame()
	at, hae := frame.FromENU([3]float64{pose.E, pose.N, pose.U})
	hfov := f.style.hfovAt(pose)
	vfov := 2 * math.Atan(math.Tan(hfov*math.Pi/360)*float64(f.style.height)/float64(f.style.width)) * 180 / math.Pi
	body := turned(pose.BodyYawDeg, pose.BodyPitchDeg, pose.BodyRollDeg)
	camera := turned(pose.YawDeg, pose.PitchDeg, pose.RollDeg)
	yaw, pitch, roll := body.back(camera).angles()

	var p packet
	p.time(frameTime(n))
	p.text(3, "Vedette simulator")
	p.span(5, geo.NormalizeDeg(pose.BodyYawDeg), 0, 360, 2)
	p.even(6, pose.BodyPitchDeg, 20, 2)
	p.even(7, pose.BodyRollDeg, 50, 2)
	p.text(10, fmt.Sprintf("Copter %d", f.source.ID()))
	p.text(11, f.style.kind)
	p.text(12, "Geodetic WGS84")
	p.place(13, 14, at)
	p.span(15, float64(geo.ToAMSL(at, hae)), -900, 19000, 2)
	p.span(16, hfov, 0, 180, 2)
	p.span(17, vfov, 0, 180, 2)
	p.span(18, geo.NormalizeDeg(yaw), 0, 360, 4)
	p.even(19, pitch, 180, 4)
	p.span(20, geo.NormalizeDeg(roll), 0, 360, 4)
	f.describeGround(&p, pose, camera, hfov, vfov)
	p.item(48, []byte(unclassified))
	p.item(65, []byte{17})
	f.describeTargets(&p, pose, camera, hfov, vfov, n)
	p.span(75, float64(hae), -900, 19000, 2)
	p.even(90, pose.BodyPitchDeg, 90, 4)
	p.even(91, pose.BodyRollDeg, 90, 4)
	return p.done()
}

// describeGround adds what the picture shows of the ground, where its middle shows any, and its corners, where all do.
func (f *feed) describeGround(p *packet, pose world.CameraPose, camera turn, hfov, vfov float64) {
	eye := [3]float64{pose.E, pose.N, pose.U}
	right, down := math.Tan(hfov*math.Pi/360), math.Tan(vfov*math.Pi/360)
	place := func(x, y float64) (geo.LatLon, geo.HAE, float64, bool) {
		hit, far, ok := groundAlong(f.scene.GroundU, eye, camera.enu([3]float64{1, x * right, y * down}))
		if !ok {
			return geo.LatLon{}, 0, 0, false
		}
		at, hae := f.scene.Frame().FromENU(hit)
		return at, hae, far, true
	}
	at, hae, far, ok := place(0, 0)
	if !ok {
		return
	}
	p.span(21, far, 0, 5e6, 4)
	p.span(22, 2*far*right, 0, 10000, 2)
	p.place(23, 24, at)
	p.span(25, float64(geo.ToAMSL(at, hae)), -900, 19000, 2)
	p.span(78, float64(hae), -900, 19000, 2)
	var corners packet
	for i, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		at, _, _, ok := place(c[0], c[1])
		if !ok {
			return
		}
		corners.place(byte(82+2*i), byte(83+2*i), at)
	}
	p.body = append(p.body, corners.body...)
}

// groundAlong is where a ray meets the ground, and how far away; false where it meets none within reach.
func groundAlong(ground func(e, n float64) float64, eye, dir [3]float64) (hit [3]float64, far float64, ok bool) {
	at := func(d float64) [3]float64 {
		return [3]float64{eye[0] + d*dir[0], eye[1] + d*dir[1], eye[2] + d*dir[2]}
	}
	above := func(d float64) bool {
		p := at(d)
		return p[2] > ground(p[0], p[1])
	}
	if !above(0) {
		return hit, 0, false
	}
	near, far := 0.0, 2.0
	for above(far) {
		near, far = far, far*1.05+1
		if far > groundReachM {
			return hit, 0, false
		}
	}
	for range 40 {
		if middle := (near + far) / 2; above(middle) {
			near = middle
		} else {
			far = middle
		}
	}
	return at(far), far, true
}

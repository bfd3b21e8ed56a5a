package mavlink

import (
	"context"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
	"vedette/mavlink/tlog"
)

// TelemetryConfig says where and how long telemetry logs are kept.
type TelemetryConfig = tlog.Config

// TelemetryFile is one telemetry log.
type TelemetryFile = tlog.File

// TelemetryStats counts what was recorded.
type TelemetryStats = tlog.Stats

var setupSigningID = (&common.MessageSetupSigning{}).GetID()

// passOn writes down a frame of a vehicle, and gives it to other stations, as it came.
func (s *Service) passOn(p *link.Peer, f link.Frame, at time.Time) {
	if f.MessageID == setupSigningID { // a key in a log is no secret any more
		return
	}
	if !p.Replayed() {
		s.recorder.Record(f.SystemID, f.Raw, at)
	}
	s.router.FromVehicle(f)
}

// sent writes down a frame that has left, for its addressee, or for every vehicle at that peer.
func (s *Service) sent(p *link.Peer, frame []byte, at time.Time) {
	id, target := s.codec.Addressee(frame)
	if id == setupSigningID || !s.recorder.On() {
		return
	}
	if target != 0 {
		if s.systems[target].Load() != nil {
			s.recorder.Record(target, frame, at)
		}
		return
	}
	for _, system := range s.hearing.on(p) {
		if s.systems[system].Load() != nil {
			s.recorder.Record(system, frame, at)
		}
	}
}

// unknown takes a frame of a message that no dialect holds. It is checked and passed on as any other of a vehicle, and
// never read.
func (s *Service) unknown(p *link.Peer, f link.Frame, at time.Time) {
	sys := s.systems[f.SystemID].Load()
	if sys == nil || f.SystemID == s.systemID && f.ComponentID == s.componentID {
		return
	}
	if !s.admit(p, f, at) {
		return
	}
	own, events := sys.judge(p, f, at)
	s.updates.note(sys, events)
	if !own || !sys.news(p, f, at) {
		return
	}
	s.counts.unknown.Add(1)
	s.passOn(p, f, at)
}

// keepTelemetry writes the logs until ctx ends.
func (s *Service) keepTelemetry(ctx context.Context) {
	if err := s.recorder.Run(ctx); err != nil {
		s.log.Error("telemetry was not recorded to its end", "error", err)
	}
}

// TelemetryFiles gives the telemetry logs of a vehicle, the oldest first.
func (s *Service) TelemetryFiles(id int) ([]TelemetryFile, error) { return s.recorder.Files(id) }

// TelemetryPath gives where a telemetry log lies; the error is tlog.ErrNoFile where there is none of that name.
func (s *Service) TelemetryPath(id int, name string) (string, error) {
	if !s.recorder.On() {
		return "", tlog.ErrNoFile
	}
	return tlog.Path(s.recorder.Folder(), id, name)
}

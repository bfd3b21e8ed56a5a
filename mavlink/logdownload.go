package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vedette/mavlink/ftp"
	"vedette/mavlink/onboardlog"
	"vedette/mavlink/spans"
)

const (
	// logTime bounds a download: the largest log over the slowest link that is of use.
	logTime = 12 * time.Hour
	// noteEvery is how often what has come is noted on disk, for the next attempt.
	noteEvery = 5 * time.Second
	maxLog    = 2 << 30
)

// DownloadLog begins to download a log in the background; the vehicle's Transfer tells how far it is, and CancelTransfer
// ends it. What has come of an attempt that failed is used by the next one, also after a restart of the station. It fails with
// ErrNoLog, ErrDownloading, ErrLost, ErrNoFolder or a *DeniedError. With byMessages the log is not
// looked for as a file.
func (s *Service) DownloadLog(ctx context.Context, id, n int, byMessages bool) error {
	sys, err := s.system(id)
	if err != nil {
		return err
	}
	if s.folder == "" {
		return ErrNoFolder
	}
	if err := sys.mayHandOutLogs(); err != nil {
		return fmt.Errorf("download log %d: %w", n, err)
	}
	e, known := sys.logs.entry(n)
	if !known {
		if err := s.listLogs(ctx, sys); err != nil {
			return fmt.Errorf("download log %d: %w", n, err)
		}
		if e, known = sys.logs.entry(n); !known {
			return fmt.Errorf("%w: vehicle %d has no log %d", ErrNoLog, id, n)
		}
	}
	if e.Size > maxLog {
		return fmt.Errorf("%w: log %d has %d bytes", ErrTooLarge, n, e.Size)
	}
	if kept := s.kept(sys, e); kept != nil && kept.complete {
		return nil
	}
	if !sys.logs.begin(n) {
		return ErrDownloading
	}
	started := s.tasks.start(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, logTime)
		defer cancel()
		err := s.fetchLog(ctx, sys, e, byMessages)
		sys.logs.finish(n, err)
		if err != nil {
			sys.log.Warn("a log was not downloaded", "log", n, "error", err)
		}
	})
	if !started {
		sys.logs.finish(n, nil)
		return fmt.Errorf("download log %d: the station is not running", n)
	}
	return nil
}

// fetchLog downloads a log into the folder: as a file where the vehicle offers it as one of the same size, which is quicker, else
// by log messages.
func (s *Service) fetchLog(ctx context.Context, sys *system, e onboardlog.Entry, byMessages bool) (err error) {
	part, err := s.openPart(sys, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.close()) }()
	t := Transfer{Kind: "log", Total: int(e.Size), Done: int(part.set.Len()), Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return err
	}
	defer end()
	size, err := int64(0), errNoLogFile
	if !byMessages {
		size, err = s.logAsFile(ctx, sys, e, part, &t)
	}
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		m := onboardlog.NewDownload(s.peerOf(sys, sys.component), e, part, part.set.Spans(), sys.roundTrip())
		if err := s.talk(ctx, sys, sys.component, m, &t, logIDs...); err != nil {
			return sys.whyNoLogs(err)
		}
		size = m.Size()
	}
	return part.finish(size)
}

// errNoLogFile means that the log is not found as a file.
var errNoLogFile = errors.New("not found as a file")

// logAsFile reads an ArduPilot's log over MAVFTP.
func (s *Service) logAsFile(ctx context.Context, sys *system, e onboardlog.Entry, part *logPart, t *Transfer) (int64, error) {
	if !sys.offersFiles() || sys.pilot.name() != (ardupilot{}).name() {
		return 0, errNoLogFile
	}
	for _, folder := range []string{"/APM/LOGS", "/logs"} {
		list, err := fileTalk(ctx, s, sys, sys.component, nil, func(c *ftp.Conn) (*ftp.List, error) { return ftp.NewList(c, folder) })
		if errors.Is(err, ErrNoFile) {
			continue
		}
		if err != nil {
			return 0, err
		}
		name := fmt.Sprintf("%08d.BIN", e.ID)
		for _, entry := range list.Entries() {
			if entry.Name != name || entry.Size != e.Size {
				continue
			}
			m, err := fileTalk(ctx, s, sys, sys.component, t, func(c *ftp.Conn) (*ftp.Read, error) {
				return ftp.NewRead(c, folder+"/"+name, ftp.ReadOptions{Sink: part, Have: part.set.Spans(), Limit: maxLog})
			})
			if err != nil {
				return 0, err
			}
			return m.Size(), nil
		}
	}
	return 0, errNoLogFile
}

// logPart is a log that is on its way, with a note of what has come.
type logPart struct {
	keptLog
	sink  fileSink
	noted time.Time
	set   spans.Set
}

// WriteAt implements io.WriterAt for the machines.
func (p *logPart) WriteAt(b []byte, at int64) (int, error) {
	n, err := p.sink.WriteAt(b, at)
	p.set.Add(at, at+int64(n))
	if err == nil && time.Since(p.noted) > noteEvery {
		p.noted = time.Now()
		err = p.note()
	}
	return n, err
}

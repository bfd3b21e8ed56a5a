package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
	"vedette/mavlink/onboardlog"
)

// OnboardLog is a log on a vehicle, and how much of it the station has.
type OnboardLog struct {
	ID int
	// Size in bytes may be off for a log that is being written.
	Size int64
	// Time is when it began, the zero time where the vehicle did not know.
	Time time.Time
	// Have is how many bytes the station has, Complete that these are all.
	Have     int64
	Complete bool
	// Downloading tells that it is on its way; Failed is why the last attempt ended, empty where it did not fail.
	Downloading bool
	Failed      string
}

var (
	logIDs = []uint32{(&common.MessageLogEntry{}).GetID(), (&common.MessageLogData{}).GetID()}

	// ErrNoLog means that the vehicle has no log of that number, or that the station has not all of it.
	ErrNoLog = errors.New("no such log")
	// ErrDownloading means that a log of the vehicle is on its way already.
	ErrDownloading = errors.New("a log is being downloaded already")
)

// logDesk is what is known of a vehicle's logs.
type logDesk struct {
	mu          sync.Mutex
	entries     []onboardlog.Entry
	downloading int // number of the log, or noLog
	failed      map[int]string
}

const noLog = -1

func newLogDesk() *logDesk { return &logDesk{downloading: noLog, failed: make(map[int]string)} }

func (d *logDesk) entry(n int) (onboardlog.Entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.entries, func(e onboardlog.Entry) bool { return e.ID == n })
	if i < 0 {
		return onboardlog.Entry{}, false
	}
	return d.entries[i], true
}

// begin marks a log as on its way; false where one is.
func (d *logDesk) begin(n int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.downloading != noLog {
		return false
	}
	d.downloading = n
	delete(d.failed, n)
	return true
}

func (d *logDesk) finish(n int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.downloading = noLog
	if err != nil {
		d.failed[n] = err.Error()
	}
}

// OnboardLogs lists the logs of a vehicle. An ArduPilot that is armed hands out none, which is a *DeniedError.
func (s *Service) OnboardLogs(ctx context.Context, id int) ([]OnboardLog, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if err := s.listLogs(ctx, sys); err != nil {
		return nil, fmt.Errorf("list logs: %w", err)
	}
	d := sys.logs
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]OnboardLog, len(d.entries))
	for i, e := range d.entries {
		out[i] = OnboardLog{ID: e.ID, Size: e.Size, Time: e.Time, Downloading: d.downloading == e.ID, Failed: d.failed[e.ID]}
		if kept := s.kept(sys, e); kept != nil {
			out[i].Have, out[i].Complete = kept.have(), kept.complete
		}
	}
	return out, nil
}

func (s *Service) listLogs(ctx context.Context, sys *system) error {
	if err := sys.mayHandOutLogs(); err != nil {
		return err
	}
	t := Transfer{Kind: "log", Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return err
	}
	defer end()
	m := onboardlog.NewList(s.peerOf(sys, sys.component))
	if err := s.talk(ctx, sys, sys.component, m, nil, logIDs...); err != nil {
		return sys.whyNoLogs(err)
	}
	sys.logs.mu.Lock()
	sys.logs.entries = m.Entries()
	sys.logs.mu.Unlock()
	return nil
}

const armedNoLogs = "ArduPilot hands out no logs while it is armed: disarm first"

func (s *system) armedArduPilot() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.v.Armed && s.pilot.name() == (ardupilot{}).name()
}

// mayHandOutLogs refuses what would only be met with silence.
func (s *system) mayHandOutLogs() error {
	if _, err := s.live(); err != nil {
		return err
	}
	if s.armedArduPilot() {
		return &DeniedError{Result: resultName(common.MAV_RESULT_DENIED), Reason: armedNoLogs}
	}
	return nil
}

// whyNoLogs explains a silence by arming, which stops the stream without a word.
func (s *system) whyNoLogs(err error) error {
	if errors.Is(err, ErrNoAnswer) && !errors.Is(err, ErrCancelled) && s.armedArduPilot() {
		return &DeniedError{Result: resultName(common.MAV_RESULT_DENIED), Reason: armedNoLogs + "; what has come is kept"}
	}
	return err
}

// eraseTime is how long a vehicle may take to erase its card.
const eraseTime = 2 * time.Minute

// EraseLogs removes all logs from a vehicle that is disarmed, and looks whether they are gone. There is no way back.
func (s *Service) EraseLogs(ctx context.Context, id int) error {
	sys, err := s.system(id)
	if err != nil {
		return err
	}
	if v := sys.snapshot(time.Now()); v.Armed {
		return &DeniedError{Result: resultName(common.MAV_RESULT_DENIED), Reason: "the vehicle is armed: disarm first"}
	}
	ctx, cancel := context.WithTimeout(ctx, eraseTime)
	defer cancel()
	if err := s.listLogs(ctx, sys); err != nil {
		return fmt.Errorf("erase logs: %w", err)
	}
	before := len(sys.logs.list())
	for attempt := range attempts {
		p, err := sys.live()
		if err != nil {
			return fmt.Errorf("erase logs: %w", err)
		}
		p.Send(link.Transfer, &common.MessageLogErase{TargetSystem: sys.id, TargetComponent: sys.component})
		// The protocol has no answer to it; the list tells. A log that is written may be there again at once.
		err = s.listLogs(ctx, sys)
		if left := len(sys.logs.list()); err == nil && (left == 0 || left == 1 && before > 1) {
			return nil
		}
		if attempt == attempts-1 && err != nil {
			return fmt.Errorf("erase logs: %w", err)
		}
	}
	return fmt.Errorf("erase logs: %w", &DeniedError{Result: resultName(common.MAV_RESULT_FAILED), Reason: "the logs are still there"})
}

func (d *logDesk) list() []onboardlog.Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.entries
}

package mavlink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/metadata"
	"vedette/mavlink/param"
)

const (
	// aboutWait is how long a list waits for what the vehicle tells about its parameters, aboutTime how long that may take while
	// nobody waits for it, on the slowest link.
	aboutWait = 5 * time.Second
	aboutTime = 10 * time.Minute
	// aboutTries bounds how often in a session a vehicle is asked that does not answer.
	aboutTries = 3
)

// parameterAbout is what a vehicle has told about its parameters.
type parameterAbout struct {
	mu sync.Mutex
	// uid is the hardware that told it.
	uid   string
	table *metadata.Table
	// words say why there is none, empty while it was not asked.
	words string
	// session is in which it was asked, tries how often; settled tells that it need not be asked again in it.
	session int
	tries   int
	settled bool
	// learning is closed when the asking ends that goes on, nil when none does.
	learning chan struct{}
}

// find gives what the vehicle with that hardware told about a parameter.
func (a *parameterAbout) find(uid, name string) (param.Meta, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.table == nil || a.uid != uid {
		return param.Meta{}, false
	}
	return a.table.Find(name)
}

// complete adds the defaults to a list that came without them, and says where what is known comes from.
func (a *parameterAbout) complete(uid string, list []Parameter) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.table == nil || a.uid != uid {
		return a.words
	}
	for i := range list {
		if list[i].Default == nil {
			meta, _ := a.table.Find(list[i].Name)
			list[i].Default = meta.Default
		}
	}
	return "vehicle"
}

// begin tells whether to ask now, and gives what is closed when the asking has ended.
func (a *parameterAbout) begin(uid string, session int) (learning chan struct{}, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.learning != nil {
		return a.learning, false
	}
	if session != a.session || uid != a.uid {
		a.session, a.tries, a.settled = session, 0, false
	}
	if uid != a.uid {
		a.uid, a.table, a.words = uid, nil, ""
	}
	if a.settled || a.tries >= aboutTries {
		return nil, false
	}
	a.tries++
	a.learning = make(chan struct{})
	return a.learning, true
}

// end takes the outcome; after a failure what was told before stays.
func (a *parameterAbout) end(table *metadata.Table, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.learning)
	a.learning = nil
	if err != nil {
		var denied *DeniedError
		a.words = err.Error()
		a.settled = errors.As(err, &denied) || errors.Is(err, errNoMessage) || errors.Is(err, errNothingAbout) ||
			errors.Is(err, metadata.ErrNotOnVehicle) || errors.Is(err, ErrNoFile)
		return
	}
	a.table, a.settled = table, true
}

// awaitAbout asks the vehicle once in a session what it knows about its parameters, and waits a little for it. ArduPilot serves
// nothing of the kind, so nobody waits for that.
func (s *Service) awaitAbout(ctx context.Context, sys *system) {
	if !sys.offersFiles() {
		return
	}
	uid, _ := sys.hardware()
	learning, mine := sys.about.begin(uid, sys.presentSession())
	if mine && !s.tasks.start(func(ctx context.Context) { s.learnAbout(ctx, sys) }) {
		sys.about.end(nil, context.Canceled)
		return
	}
	if learning == nil || sys.pilot.name() == (ardupilot{}).name() {
		return
	}
	timer := time.NewTimer(aboutWait)
	defer timer.Stop()
	select {
	case <-learning:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (s *Service) learnAbout(ctx context.Context, sys *system) {
	ctx, cancel := context.WithTimeout(ctx, aboutTime)
	defer cancel()
	table, err := s.readAbout(ctx, sys)
	switch {
	case err != nil:
		sys.log.Debug("the vehicle tells nothing about its parameters", "error", err)
	case table.Refused > 0:
		sys.log.Warn("the vehicle tells about some parameters what cannot be used", "left out", table.Refused, "used", table.Len())
	}
	sys.about.end(table, err)
}

// errNothingAbout means that a vehicle serves metadata, but none about parameters.
var errNothingAbout = errors.New("the vehicle names no file about its parameters")

// readAbout asks for the general file, which names the one about parameters, and reads both.
func (s *Service) readAbout(ctx context.Context, sys *system) (*metadata.Table, error) {
	general, err := s.generalFile(ctx, sys)
	if err != nil {
		return nil, fmt.Errorf("ask for metadata: %w", err)
	}
	type named struct {
		file metadata.File
		ok   bool
	}
	n, err := metadataOf(ctx, s, sys, general, func(b []byte) (n named, err error) {
		n.file, n.ok, err = metadata.ParameterFile(b)
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("general metadata: %w", err)
	}
	if !n.ok {
		return nil, errNothingAbout
	}
	table, err := metadataOf(ctx, s, sys, n.file, metadata.ReadParameters)
	if err != nil {
		return nil, fmt.Errorf("parameter metadata: %w", err)
	}
	return table, nil
}

// generalFile asks with COMPONENT_METADATA, and with the older COMPONENT_INFORMATION where the vehicle has no such thing.
func (s *Service) generalFile(ctx context.Context, sys *system) (metadata.File, error) {
	newer, older := &common.MessageComponentMetadata{}, &common.MessageComponentInformation{}
	m, err := s.demand(ctx, sys, request(newer), newer.GetID())
	if told, ok := m.(*common.MessageComponentMetadata); ok && told.Uri != "" {
		return metadata.File{URI: told.Uri, CRC: &told.FileCrc}, nil
	}
	var denied *DeniedError
	if err != nil && !errors.As(err, &denied) && !errors.Is(err, errNoMessage) {
		return metadata.File{}, err
	}
	m, err = s.demand(ctx, sys, request(older), older.GetID())
	if err != nil {
		return metadata.File{}, err
	}
	if told, ok := m.(*common.MessageComponentInformation); ok && told.GeneralMetadataUri != "" {
		return metadata.File{URI: told.GeneralMetadataUri, CRC: &told.GeneralMetadataFileCrc}, nil
	}
	return metadata.File{}, errNothingAbout
}

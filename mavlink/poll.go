package mavlink

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// What a camera that does not stream it is asked for, and how long after it was last heard.
const (
	pollSettings = 10 * time.Second
	pollCapture  = 5 * time.Second
	pollStorage  = 30 * time.Second
	pollStreams  = 15 * time.Second
	pollView     = 10 * time.Second
	pollLongest  = 5 * time.Minute
	// A lens takes up to lensMoves to get where it was told, and tells every pollMoving where it is.
	lensMoves  = 5 * time.Second
	pollMoving = time.Second
	// onceTries is how often something is asked for that is wanted once.
	onceTries = 3
	maxPolls  = 128
)

type pollKey struct {
	component uint8
	message   uint32
}

// poll is one message that is asked for whenever it was not heard for some time.
type poll struct {
	every  time.Duration // 0: wanted once
	due    time.Time
	misses int
	never  bool // the component said that it does not have it
	// hurry is until when it is asked for every second, while a lens moves.
	hurry time.Time
}

var (
	idSettings = (&common.MessageCameraSettings{}).GetID()
	idStorage  = (&common.MessageStorageInformation{}).GetID()
	idCapture  = (&common.MessageCameraCaptureStatus{}).GetID()
	idStatus   = (&common.MessageVideoStreamStatus{}).GetID()
	idView     = (&common.MessageCameraFovStatus{}).GetID()
	idHeat     = (&common.MessageCameraThermalRange{}).GetID()
	idTracked  = (&common.MessageCameraTrackingImageStatus{}).GetID()
	idPlace    = (&common.MessageCameraTrackingGeoStatus{}).GetID()
)

// pollCameras plans what the cameras of a component are asked for from now on, by what they say they can do.
func (st *state) pollCameras(component uint8, now time.Time) {
	const lens = common.CAMERA_CAP_FLAGS_HAS_MODES | common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM | common.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS
	const capture = common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO
	for _, c := range st.cameras.List() {
		if c.Component != component || !c.Known {
			continue
		}
		for _, p := range []struct {
			flags   common.CAMERA_CAP_FLAGS
			message uint32
			every   time.Duration
		}{
			{lens, idSettings, pollSettings},
			{capture, idCapture, pollCapture},
			{capture, idStorage, pollStorage},
			{common.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM, idStatus, pollStreams},
			{common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM, idView, pollView},
		} {
			key := pollKey{component, p.message}
			if c.Flags&p.flags == 0 || len(st.polls) >= maxPolls {
				continue
			}
			if was, ok := st.polls[key]; !ok {
				st.polls[key] = &poll{every: p.every, due: now}
			} else if was.every == 0 {
				was.every = p.every
			}
		}
	}
}

// polled notes that something came, asked for or not.
func (st *state) polled(component uint8, message uint32, now time.Time) {
	key := pollKey{component, message}
	p, ok := st.polls[key]
	switch {
	case !ok:
	case p.every == 0:
		delete(st.polls, key)
	default:
		p.due, p.misses, p.never = now.Add(p.every), 0, false
		if now.Before(p.hurry) {
			p.due = now.Add(pollMoving)
		}
	}
}

// forgetPolls drops the plan for a component, after its restart.
func (st *state) forgetPolls(component uint8) {
	for key := range st.polls {
		if key.component == component {
			delete(st.polls, key)
		}
	}
}

// refresh asks for messages of a component now.
func (s *system) refresh(component uint8, messages ...uint32) {
	if len(messages) == 0 {
		return
	}
	now := time.Now()
	s.mu.Lock()
	for _, id := range messages {
		key := pollKey{component, id}
		p, ok := s.state.polls[key]
		if !ok && len(s.state.polls) < maxPolls {
			p = &poll{}
			s.state.polls[key] = p
		}
		if p == nil || p.never {
			continue
		}
		p.due, p.misses = now, 0
		if id == idSettings && p.every > 0 {
			p.hurry = now.Add(lensMoves)
		}
	}
	s.mu.Unlock()
	s.poke()
}

// duePolls are those whose time has come, and when the next one is due.
func (s *system) duePolls(now time.Time) (due []pollKey, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, p := range s.state.polls {
		switch {
		case p.never:
		case !now.Before(p.due):
			due = append(due, key)
		case next.IsZero() || p.due.Before(next):
			next = p.due
		}
	}
	slices.SortFunc(due, func(a, b pollKey) int {
		return cmp.Or(cmp.Compare(a.component, b.component), cmp.Compare(a.message, b.message))
	})
	return due, next
}

// poll asks for what is due. A component that says nothing is asked for one thing only, ever more seldom.
func (s *Service) poll(ctx context.Context, sys *system) {
	due, _ := sys.duePolls(time.Now())
	deaf := make(map[uint8]bool)
	for _, key := range due {
		if deaf[key.component] || ctx.Err() != nil {
			continue
		}
		o := long(common.MAV_CMD_REQUEST_MESSAGE, float64(key.message)).to(key.component)
		err := s.fetch(ctx, sys, o, key.message)
		if errors.Is(err, ErrLost) {
			return
		}
		var denied *DeniedError
		deaf[key.component] = err != nil && !errors.As(err, &denied) && !errors.Is(err, errNoMessage)
		sys.pollEnded(key, err, time.Now())
	}
}

func (s *system) pollEnded(key pollKey, err error, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.state.polls[key]
	if !ok || err == nil {
		return // what came has set the next time
	}
	p.misses++
	if p.every == 0 && p.misses >= onceTries {
		delete(s.state.polls, key)
		return
	}
	p.never = isDenied(err, common.MAV_RESULT_UNSUPPORTED) || isDenied(err, common.MAV_RESULT_DENIED)
	p.due = now.Add(min(max(p.every, askAgain)<<min(p.misses-1, 8), pollLongest))
}

// nextRound is how long the attendant may rest.
func (s *system) nextRound(now time.Time) time.Duration {
	const least = 200 * time.Millisecond
	if _, next := s.duePolls(now); !next.IsZero() {
		return max(least, min(askAgain, next.Sub(now)))
	}
	return askAgain
}

package video

import (
	"fmt"
	"slices"
	"time"
)

// pulling notes that the source is being pulled from now on.
func (f *feed) pulling(now time.Time) {
	before, _ := f.verdict.look(now, false)
	f.suspect.Store(before.ofStream())
	f.verdict.forget()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pullSince = now
	f.now.Idle, f.now.Problem = false, Problem{}
	f.setState(StateConnecting, now)
}

// resting notes that the source is no longer pulled. What stood against the stream is kept until it is pulled again.
func (f *feed) resting() {
	before, _ := f.verdict.look(time.Now(), false)
	f.suspect.Store(before.ofStream())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Idle = true
	f.setState(StateConnecting, time.Now())
}

// judge decides whether the feed still has a signal. A packet makes it live (signal); here it only falls.
func (f *feed) judge(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.Idle || f.now.State == StateNoSignal {
		return
	}
	last := f.pullSince
	if f.lastPacket.After(last) {
		last = f.lastPacket
	}
	if now.Sub(last) > silence {
		f.setState(StateNoSignal, last)
		f.log.Warn("no signal", "since", last.UTC())
	}
}

// signal notes a packet; true the first time after there was none.
func (f *feed) signal(at time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastPacket = at
	if !f.hadSignal {
		f.hadSignal = true
		close(f.first)
	}
	if f.now.State == StateLive {
		return false
	}
	f.setState(StateLive, at)
	f.log.Info("signal", "codec", f.now.Codec)
	return true
}

// interrupted notes that the connection to the source, or an attempt at one, has ended.
func (f *feed) interrupted(problem Problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Problem = problem
	if f.now.State == StateLive {
		f.setState(StateConnecting, time.Now())
	}
}

// refusal says why nobody can watch the feed; nil where nothing is known against it. What was found before a feed on
// demand came to rest does not count: the camera may have been mended.
func (f *feed) refusal() error {
	s := f.state()
	if s.Idle || !s.Problem.ofStream() {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrUnplayable, s.Problem.Words)
}

// dismiss ends the viewers of a feed that turned out to be one that nobody can play: a session would go on without a picture,
// while the next offer is answered with the reason.
func (f *feed) dismiss() {
	err := f.refusal()
	if err == nil {
		return
	}
	if n := f.stream.EndViewers(); n > 0 {
		f.log.Info("viewers ended", "viewers", n, "error", err)
	}
}

// trouble says why there is no signal, as far as that is known.
func (f *feed) trouble() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now.Problem.Words
}

// setState must be called with mu held.
func (f *feed) setState(s State, since time.Time) {
	if f.now.State == s && s != StateNoSignal {
		return
	}
	f.now.State, f.now.Since = s, since.UTC()
}

// state returns what is known of the feed now.
func (f *feed) state() FeedState { return f.stateAt(time.Now()) }

func (f *feed) stateAt(now time.Time) FeedState {
	viewers := f.stream.Viewers()
	detector, reason := f.detectorState()
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.now
	s.Viewers = viewers
	s.MetadataCounts = f.metadata.counts()
	s.WidthPx, s.HeightPx = f.verdict.size()
	if f.now.Problem.Code == "" {
		s.Problem, s.Hints = f.verdict.look(now, s.State == StateLive)
	}
	if s.State != StateLive {
		s.FPS, s.Kbps, s.Detector.FramesPerS = 0, 0, 0
	}
	if detector == DetectorRunning && s.State != StateLive {
		detector, reason = DetectorIdle, "no signal"
	}
	if detector == DetectorIdle && reason == "" {
		reason = "waiting for a key picture"
		if s.State != StateLive {
			reason = "no signal"
		}
		if s.Problem.Code != "" && s.Problem.Code != ProblemH265 { // that one is of browsers
			reason = s.Problem.Words
		}
	}
	s.Detector.State, s.Detector.Reason = detector, reason
	if f.rec != nil {
		s.Recording = f.rec.State()
	}
	return s
}

// detectorState says what the decoder and the configuration alone tell.
func (f *feed) detectorState() (DetectorCondition, string) {
	switch {
	case f.cfg.Kind == KindEO && f.det.movers == nil:
		return DetectorOff, "nothing looks at this feed: set its detector to motion in the configuration, to be told of what moves in it"
	case !f.cfg.Detect:
		return DetectorOff, "switched off in the configuration"
	case f.dec == nil:
		return DetectorOff, "no decoder is configured"
	}
	ready, reason := f.dec.Status()
	if ready {
		if trouble := f.det.trouble(); trouble != "" {
			return DetectorIdle, trouble
		}
		if n := f.slowed.Load(); n > 0 {
			reason = fmt.Sprintf("this computer is busy or slow: the detector looks at about %d pictures a second", n)
		}
		return DetectorRunning, reason
	}
	return DetectorIdle, reason
}

// differs reports whether something has changed that a person should learn of at once; rates can wait.
func (s FeedState) differs(old FeedState) bool {
	return s.State != old.State || s.Idle != old.Idle || s.Viewers != old.Viewers || s.Problem != old.Problem ||
		!slices.EqualFunc(s.Hints, old.Hints, func(a, b Hint) bool { return a.Code == b.Code }) || !slices.Equal(s.Tracks, old.Tracks) ||
		s.WidthPx != old.WidthPx || s.HeightPx != old.HeightPx || s.Codec != old.Codec ||
		s.Recording != old.Recording || s.Detector.State != old.Detector.State || s.Detector.Reason != old.Detector.Reason
}

// counts returns the feed's own counters.
func (f *feed) counts() Stats {
	s := Stats{
		PacketsIn: f.packets.Load(), BytesIn: f.bytes.Load(), PacketsLost: f.lost.Load(),
		FramesDetected: f.detected.Load(), FramesUnseen: f.unseen.Load(), Boxes: f.boxes.Load(), ClockRefused: f.clocksRefused.Load(),
	}
	c := f.source.Counts()
	s.Reconnects, s.PacketPanics, s.PacketsMalformed, s.PacketsRepeated = c.Reconnects, c.Panics, c.Malformed, c.Duplicates
	s.DataPackets, s.DataPacketsDropped = c.Data, c.DataDropped
	s.Metadata = f.metadata.counts()
	if f.det.outside != nil {
		s.DetectorRestarts, s.DetectorRefused = f.det.outside.Counts()
	}
	if f.dec != nil {
		c := f.dec.Counts()
		s.FramesDecoded, s.FramesSkipped, s.DecoderErrors, s.DecoderRestarts = c.Decoded, c.Skipped, c.Errors, c.Restarts
	}
	return s
}

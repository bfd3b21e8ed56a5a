package station

import (
	"context"
	"errors"
	"math"

	"vedette/internal/access"
	"vedette/ui/api"
	"vedette/video"
)

// Watch implements ui.Feeds.
func (f *feeds) Watch(ctx context.Context, who access.Principal, feedID, offer string) (api.WatchSession, error) {
	viewing := f.viewings.prepare(access.Viewing{Who: who, Feed: feedID, Means: access.MeansWHEP})
	defer viewing.settled()
	got, err := f.video.Open(ctx, feedID, video.Watcher{Name: who.Name, Gone: viewing.end}, offer)
	if err != nil {
		return api.WatchSession{}, f.watchProblem(feedID, err)
	}
	err = viewing.begin(ctx, got.ID)
	viewing.settled() // a session that ends waits for it
	if err != nil {
		f.log.Error("a viewing that cannot be recorded is refused", "feed", feedID, "who", who.Name, "error", err)
		_ = f.video.EndWatch(feedID, got.ID) // it may have gone by itself
		return api.WatchSession{}, api.Unavailable("the viewing cannot be recorded: %v", err)
	}
	out := api.WatchSession{ID: got.ID, Answer: got.Answer, Tag: got.Tag}
	for _, t := range got.TURN {
		out.Relays = append(out.Relays, api.Relay{
			Host: t.Host, Port: t.Port, TLS: t.TLS, TCP: t.TCP, Username: t.Username, Password: t.Password, First: t.First,
		})
	}
	return out, nil
}

// watchProblem puts the video room's errors into what a client is told.
func (f *feeds) watchProblem(feedID string, err error) error {
	switch codec, lacks := errors.AsType[*video.CodecError](err); {
	case lacks:
		return f.cannotPlay(feedID, codec)
	case errors.Is(err, video.ErrUnknownFeed):
		return api.NotFound("there is no feed %q", feedID)
	case errors.Is(err, video.ErrUnknownSession):
		return api.NotFound("there is no such viewer of feed %q, or no more", feedID)
	case errors.Is(err, video.ErrNoSignal):
		return api.Unavailable("%v; try again in a few seconds", err)
	case errors.Is(err, video.ErrBadOffer), errors.Is(err, video.ErrBadFragment):
		return api.BadRequest("%v", err)
	case errors.Is(err, video.ErrStale):
		return api.PreconditionFailed("%v: its entity tag is another", err)
	case errors.Is(err, video.ErrTooManyViewers):
		return api.Unavailable("%v", err)
	case errors.Is(err, video.ErrUnplayable):
		p := api.Refused("%v", err)
		f.offer(p, feedID, "")
		return p
	}
	return err
}

// cannotPlay says what the browser lacks, and where the same picture can be had.
func (f *feeds) cannotPlay(feedID string, lack *video.CodecError) *api.Problem {
	p := api.Refused("feed %s sends %s: %v", feedID, lack.Codec, lack)
	f.offer(p, feedID, string(lack.Codec))
	return p
}

// offer names the camera's other stream where there is one.
func (f *feeds) offer(p *api.Problem, feedID, codec string) {
	if p.Alternate = f.alternate(feedID, codec); p.Alternate != "" {
		p.Detail += "; feed " + p.Alternate + " is another stream of the same camera"
	}
}

// alternate is a feed of another stream of the same camera, "" where there is none: best one that is known to send another
// codec, else one of which nothing is known yet. What the configuration names goes before.
func (f *feeds) alternate(feedID, codec string) string {
	own, _ := f.place(feedID)
	this, known := f.video.Feed(feedID)
	switch {
	case !known:
		return ""
	case this.Alternate != "":
		return this.Alternate
	case own.camera == 0:
		return ""
	}
	found := ""
	for _, s := range f.video.Feeds() {
		place, _ := f.place(s.ID)
		if s.ID == feedID || s.Kind != this.Kind || place.vehicle != own.vehicle || place.camera != own.camera || s.Codec == codec {
			continue
		}
		if s.Codec != "" {
			return s.ID
		}
		if found == "" {
			found = s.ID
		}
	}
	return found
}

// own checks that a session is there and somebody's own; an admin may change everybody's, and see is true for operators
// too.
func (f *feeds) own(who access.Principal, feedID, session string, see bool) (video.Viewer, error) {
	v, err := f.video.Viewer(feedID, session)
	if err != nil {
		return v, f.watchProblem(feedID, err)
	}
	needed := access.RoleAdmin
	if see {
		needed = access.RoleOperator
	}
	if v.Who != who.Name && !who.Role.Allows(needed) {
		return v, api.Forbidden("this session is somebody else's")
	}
	return v, nil
}

// PatchWatch implements ui.Feeds.
func (f *feeds) PatchWatch(ctx context.Context, who access.Principal, feedID, session, match, fragment string) (answer, tag string, err error) {
	if _, err := f.own(who, feedID, session, false); err != nil {
		return "", "", err
	}
	answer, tag, err = f.video.Patch(ctx, feedID, session, match, fragment)
	if err != nil {
		return "", "", f.watchProblem(feedID, err)
	}
	return answer, tag, nil
}

// EndWatch implements ui.Feeds.
func (f *feeds) EndWatch(_ context.Context, who access.Principal, feedID, session string) error {
	if _, err := f.own(who, feedID, session, false); err != nil {
		return err
	}
	if err := f.video.EndWatch(feedID, session); err != nil {
		return f.watchProblem(feedID, err)
	}
	return nil
}

// Viewers implements ui.Feeds.
func (f *feeds) Viewers(feedID string) ([]api.Viewer, error) {
	all, err := f.video.Viewers(feedID)
	if err != nil {
		return nil, f.watchProblem(feedID, err)
	}
	out := make([]api.Viewer, len(all))
	for i, v := range all {
		out[i] = describeViewer(v)
	}
	for _, r := range f.rtsp.Readers(feedID) {
		path := "tcp"
		if r.UDP {
			path = "udp"
		}
		out = append(out, api.Viewer{
			Session: r.Session, Who: r.Who, Means: access.MeansRTSP, Since: api.At(r.Since), State: "connected",
			Path: path, Local: r.Local, Remote: r.Remote,
		})
	}
	return out, nil
}

// Viewer implements ui.Feeds.
func (f *feeds) Viewer(who access.Principal, feedID, session string) (api.Viewer, error) {
	v, err := f.own(who, feedID, session, true)
	if err != nil {
		return api.Viewer{}, err
	}
	return describeViewer(v), nil
}

func describeViewer(v video.Viewer) api.Viewer {
	out := api.Viewer{
		Session: v.Session, Who: v.Who, Means: access.MeansWHEP, Since: api.At(v.Since), State: "connecting", Path: v.Path, Local: v.Local, Remote: v.Remote,
		Offered: v.Offered, BrowserOffers: v.BrowserOffers, RequestsReceived: v.RequestsReceived,
		ResponsesReceived: v.ResponsesReceived, Restarts: v.Restarts,
	}
	switch {
	case v.Connected:
		out.State = "connected"
	case v.WasConnected:
		out.State = "lost"
	}
	out.DroppedFrames = v.DroppedFrames
	if v.Loss >= 0 {
		out.LossPercent = api.Known(v.Loss * 100)
	}
	if v.EstimateKbps > 0 {
		out.EstimateKbps = api.Known(math.Round(v.EstimateKbps))
	}
	if v.RTT > 0 {
		out.RTTMs = api.Known(float64(v.RTT.Microseconds()) / 1000)
	}
	return out
}

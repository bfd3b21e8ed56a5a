package station

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/internal/station/album"
	"vedette/tracking/alert"
	"vedette/tracking/fusion"
	"vedette/ui/api"
	"vedette/video"
)

const (
	// portraitQueue is how many pictures may wait to be written; what comes beyond is dropped and counted.
	portraitQueue = 8
	// portraitAgain is when a picture is tried again for an alert after one that could not be written.
	portraitAgain = 30 * time.Second
	// portraitPatience is for how long an alert waits for its picture to be written before another may be asked for.
	portraitPatience = 2 * time.Minute
	prunePictures    = 10 * time.Minute
	// picturesFolder is in the data folder, beside the recordings.
	picturesFolder = "pictures"
)

// portraits keeps pictures with alerts. Its goroutine makes the files and writes them, so that nothing live waits for a disk.
type portraits struct {
	folder   *album.Folder
	looked   func(feed string, frame time.Time) (video.Gray, bool) // the frame that a detector looked at
	viewings *viewings
	log      *slog.Logger
	jobs     chan portrait
	// guard names the privacy zones of now, and drawn tells that they have changed.
	guard atomic.Pointer[string]
	drawn chan struct{}
	// highest is the highest number of a picture that was ever kept with an alert, of those that got one since the start.
	highest map[string]int

	kept, failed, dropped, private, missed, pruned, masked, withdrawn atomic.Uint64
}

// portrait is a picture that is wanted for an alert.
type portrait struct {
	alertID string
	picture alert.Picture // N and Kind are not set
	gray    video.Gray
	rim     *rim // what has to be black in it
}

// portraitStats counts what became of pictures of alerts.
type portraitStats struct {
	// Kept were written; Failed were not, for a full disk or another fault of it; Dropped came while too many waited.
	Kept, Failed, Dropped uint64
	// Private showed a privacy zone where it matters. Missed were gone from the feed's memory before they were asked for.
	Private, Missed uint64
	// Pruned were older than they are kept, or too many.
	Pruned uint64
	// Masked were made black in more places for a privacy zone that was drawn later, Withdrawn removed for one.
	Masked, Withdrawn uint64
}

func newPortraits(folder *album.Folder, looked func(string, time.Time) (video.Gray, bool), v *viewings, log *slog.Logger) *portraits {
	c := &portraits{
		folder: folder, looked: looked, viewings: v, log: log,
		jobs: make(chan portrait, portraitQueue), drawn: make(chan struct{}, 1), highest: map[string]int{},
	}
	c.guard.Store(new(string))
	return c
}

func (c *portraits) stats() portraitStats {
	return portraitStats{
		Kept: c.kept.Load(), Failed: c.failed.Load(), Dropped: c.dropped.Load(), Private: c.private.Load(), Missed: c.missed.Load(), Pruned: c.pruned.Load(),
		Masked: c.masked.Load(), Withdrawn: c.withdrawn.Load(),
	}
}

// illustrate asks for a picture of each open alert whose target a camera has just seen, where one is worth keeping.
func (p *picture) illustrate(tracks []fusion.Track, now time.Time) {
	sightings := p.sightings
	p.sightings = nil
	if p.cfg.portraits == nil || len(sightings) == 0 {
		return
	}
	byID := make(map[string]fusion.Track, len(tracks))
	for _, t := range tracks {
		byID[p.trackID(t.ID)] = t
	}
	for _, a := range p.alerts.Alerts() {
		t, seen := byID[a.TrackID]
		if !seen || !a.State.Open() || now.Before(p.unasked[a.ID]) {
			continue
		}
		if wanted, ok := p.bestOf(sightings, a, t, tracks, now); ok {
			p.ask(wanted, now)
		}
	}
}

// bestOf chooses among the frames since the last step.
func (p *picture) bestOf(sightings []sighting, a alert.Alert, t fusion.Track, tracks []fusion.Track, now time.Time) (best portrait, ok bool) {
	quality := 0.0
	var from *sighting
	var box placedBox
	for i := range sightings {
		s := &sightings[i]
		b, shown := s.shows(t, tracks, now)
		if !shown {
			continue
		}
		if q := album.Quality(s.picture(b, s.frame.WidthPx, s.frame.HeightPx)); q > quality {
			from, box, quality = s, b, q
		}
	}
	if from == nil {
		return portrait{}, false
	}
	// Whether it is worth while is seen before the picture is fetched.
	if _, _, wanted := album.Choose(a.Pictures, from.picture(box, from.frame.WidthPx, from.frame.HeightPx)); !wanted {
		return portrait{}, false
	}
	rim := p.rimOf(from)
	if rim.middlePrivate() {
		p.cfg.portraits.private.Add(1)
		return portrait{}, false
	}
	g, there := p.cfg.portraits.looked(from.frame.Feed, from.frame.FrameTime)
	if !there {
		p.cfg.portraits.missed.Add(1)
		return portrait{}, false
	}
	return portrait{alertID: a.ID, picture: from.picture(box, g.Width, g.Height), gray: g, rim: rim}, true
}

// ask has a picture written, and never waits.
func (p *picture) ask(wanted portrait, now time.Time) {
	select {
	case p.cfg.portraits.jobs <- wanted:
		p.unasked[wanted.alertID] = now.Add(portraitPatience)
	default:
		p.cfg.portraits.dropped.Add(1)
	}
}

// run writes pictures, tells the alerts of them, masks them where a privacy zone is drawn, and removes what is too old, until ctx ends.
func (c *portraits) run(ctx context.Context, p *picture) error {
	tick := time.NewTicker(prunePictures)
	defer tick.Stop()
	c.prune(ctx, p)
	for {
		select {
		case wanted := <-c.jobs:
			c.take(ctx, p, wanted)
		case <-c.drawn:
			c.veil(ctx, p)
		case <-tick.C:
			c.prune(ctx, p)
		case <-ctx.Done():
			return nil
		}
	}
}

// take writes one picture. The alert tells of it once it is on disk.
func (c *portraits) take(ctx context.Context, p *picture, wanted portrait) {
	if guardOf(wanted.rim.private) != *c.guard.Load() { // another privacy zone was drawn meanwhile
		c.later(ctx, p, wanted.alertID, 0)
		return
	}
	fit := false
	if wanted.picture.Masked, fit = wanted.rim.black(wanted.gray, wanted.picture.Box); !fit {
		c.private.Add(1)
		c.later(ctx, p, wanted.alertID, privateAgain)
		return
	}
	file, shrunkBy, err := album.Encode(wanted.gray)
	if err != nil {
		c.fail(ctx, p, wanted, err)
		return
	}
	wanted.picture = shrink(wanted.picture, shrunkBy)
	if file, err = wanted.rim.noted(file, wanted.picture); err != nil {
		c.fail(ctx, p, wanted, err)
		return
	}
	wanted.picture.N = c.highest[wanted.alertID]
	var all []alert.Picture
	var dropped []int
	chosen := false
	err = p.do(ctx, func() {
		if a, err := p.alerts.Alert(wanted.alertID); err == nil {
			all, dropped, chosen = album.Choose(a.Pictures, wanted.picture)
		}
	})
	if err != nil {
		return // the station ends
	}
	if !chosen {
		_ = p.do(ctx, func() { delete(p.unasked, wanted.alertID) }) // only the end of the station keeps it from being done
		return
	}
	last := all[len(all)-1]
	if err := c.folder.Write(wanted.alertID, last.N, last.Feed, file); err != nil {
		c.fail(ctx, p, wanted, err)
		return
	}
	c.kept.Add(1)
	c.highest[wanted.alertID] = last.N
	c.tell(ctx, p, wanted.alertID, all)
	for _, n := range dropped {
		if err := c.folder.Remove(wanted.alertID, n); err != nil {
			c.log.Warn("a picture of an alert that is not wanted any more cannot be removed", "alert", wanted.alertID, "picture", n, "error", err)
		}
	}
}

// tell gives an alert its pictures.
func (c *portraits) tell(ctx context.Context, p *picture, alertID string, all []alert.Picture) {
	now := time.Now()
	_ = p.do(ctx, func() { // only the end of the station keeps it from being done
		delete(p.unasked, alertID)
		if a, err := p.alerts.SetPictures(alertID, all, now); err == nil {
			p.publish(now, p.tracks(now), []alert.Alert{a}, nil)
		}
	})
}

func (c *portraits) fail(ctx context.Context, p *picture, wanted portrait, err error) {
	c.failed.Add(1)
	c.log.Error("a picture cannot be kept with its alert", "alert", wanted.alertID, "feed", wanted.picture.Feed, "error", err)
	c.later(ctx, p, wanted.alertID, portraitAgain)
}

// later has no picture asked for an alert for a time.
func (c *portraits) later(ctx context.Context, p *picture, alertID string, pause time.Duration) {
	again := time.Now().Add(pause)
	_ = p.do(ctx, func() { p.unasked[alertID] = again }) // only the end of the station keeps it from being done
}

// prune removes old pictures, and has the alerts that are still known tell of them no longer.
func (c *portraits) prune(ctx context.Context, p *picture) {
	removed, err := c.folder.Prune(time.Now())
	if err != nil {
		c.log.Error("old pictures of alerts cannot be removed", "error", err)
	}
	c.pruned.Add(uint64(removed))
	var known []alert.Alert
	if p.do(ctx, func() { known = p.alerts.Alerts() }) != nil {
		return
	}
	alive := make(map[string]bool, len(known))
	for _, a := range known {
		alive[a.ID] = true
		var left []alert.Picture
		for _, one := range a.Pictures {
			if c.folder.Has(a.ID, one.N) {
				left = append(left, one)
			}
		}
		if len(left) < len(a.Pictures) {
			c.tell(ctx, p, a.ID, left)
		}
	}
	maps.DeleteFunc(c.highest, func(id string, _ int) bool { return !alive[id] })
}

// shrink is a picture's description after it was made smaller.
func shrink(of alert.Picture, by int) alert.Picture {
	of.Width, of.Height = of.Width/by, of.Height/by
	of.Box.X, of.Box.Y = of.Box.X/float64(by), of.Box.Y/float64(by)
	of.Box.W, of.Box.H = of.Box.W/float64(by), of.Box.H/float64(by)
	return of
}

// describePictures is what the API says of an alert's pictures.
func describePictures(all []alert.Picture) []api.AlertPicture {
	var out []api.AlertPicture
	for _, p := range all {
		out = append(out, api.AlertPicture{
			N: p.N, Kind: string(p.Kind), Feed: p.Feed, At: api.At(p.At), TimeExact: p.TimeExact, Width: p.Width, Height: p.Height,
			Box:    api.AlertPictureBox(p.Box),
			LatLon: geo.LatLon{Lat: p.Lat, Lon: p.Lon}, ErrorM: p.ErrorM, Pose: p.Pose, Masked: p.Masked, Revision: p.Revision,
		})
	}
	return out
}

// picturesOf is the other way round, for what was recorded.
func picturesOf(all []api.AlertPicture) []alert.Picture {
	var out []alert.Picture
	for _, p := range all {
		out = append(out, alert.Picture{
			N: p.N, Kind: alert.PictureKind(p.Kind), Feed: p.Feed, At: p.At.Time, TimeExact: p.TimeExact, Width: p.Width, Height: p.Height,
			Box: alert.PictureBox(p.Box),
			Lat: p.Lat, Lon: p.Lon, ErrorM: p.ErrorM, Pose: p.Pose, Masked: p.Masked, Revision: p.Revision,
		})
	}
	return out
}

// file is a picture for a package, whose making is on record itself.
func (c *portraits) file(alertID string, n int) ([]byte, error) {
	jpeg, _, err := c.folder.Read(alertID, n)
	if err == nil && !c.veiled(jpeg) {
		return nil, fs.ErrNotExist
	}
	return album.WithoutNote(jpeg), err
}

// AlertPicture implements ui.Picture. What cannot be recorded is not shown.
func (c *portraits) AlertPicture(ctx context.Context, who access.Principal, address, alertID string, n int) ([]byte, error) {
	jpeg, feed, err := c.folder.Read(alertID, n)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, api.NotFound("alert %.40q has no picture %d: it never had, or it is kept no longer", alertID, n)
	case err != nil:
		return nil, err
	case !c.veiled(jpeg):
		return nil, api.Unavailable("a privacy zone has been drawn, and the pictures are being masked for it: ask again in a moment")
	}
	viewing := c.viewings.prepare(access.Viewing{Who: who, Feed: feed, Means: access.MeansPicture, Address: address})
	defer viewing.settled()
	if err := viewing.begin(ctx, alertID+"#"+rand.Text()); err != nil {
		c.log.Error("a picture whose showing cannot be recorded is refused", "alert", alertID, "who", who.Name, "error", err)
		return nil, api.Unavailable("the viewing cannot be recorded: %v", err)
	}
	viewing.settled()
	viewing.end()
	return album.WithoutNote(jpeg), nil
}

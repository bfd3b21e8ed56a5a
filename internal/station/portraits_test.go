package station

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station/album"
	"vedette/tracking/alert"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/ui/api"
	"vedette/video"
)

// lookout is a picture whose camera looks straight down at somebody that an alert is about.
type lookout struct {
	*picture
	t      *testing.T
	look   sight
	folder string
	alert  string
	at     geo.LatLon // of who it is about
	clock  time.Time
}

// newLookout raises an alert by two sensors, and has a camera follow who tripped them.
func newLookout(t *testing.T, p *picture, folder string) *lookout {
	t.Helper()
	here := geo.LatLon{Lat: -35.36005, Lon: 149.16}
	l := &lookout{picture: p, t: t, folder: folder, at: geo.Offset(here, 90, 8), clock: time.Now().Add(-30 * time.Second)}
	l.locator = georef.Locator{Ground: georef.Terrain{Model: level{}}, MaxRangeM: 1000}
	l.look = sight{
		camera: georef.CameraFromHFOV(640, 512, 40),
		pose:   georef.Pose{Position: here, HAE: geo.ToHAE(here, 100), Attitude: georef.Attitude{PitchDeg: -90}},
	}
	p.addSensor(fusion.Sensor{ID: "1-thermal", Kind: fusion.Camera, Pd: 0.9, ClutterPerScan: 0.1, Bias: cameraBias(true)})
	v := &viewings{log: slog.New(slog.DiscardHandler)}
	p.cfg.portraits = newPortraits(&album.Folder{Path: filepath.Join(folder, "pictures"), Keep: time.Hour}, l.frame, v, v.log)
	now := time.Now()
	walkPast(p, now.Add(-30*time.Second))
	p.step(now.Add(-36 * time.Second))
	p.step(now.Add(-30 * time.Second))
	l.alert = p.alerts.Alerts()[0].ID
	return l
}

// lookoutAlone is one of a station in a folder of its own.
func lookoutAlone(t *testing.T) *lookout {
	t.Helper()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	t.Cleanup(func() { _ = s.Close() })
	return newLookout(t, p, folder)
}

// frame is what the camera showed: dark, and light where somebody stands.
func (l *lookout) frame(string, time.Time) (video.Gray, bool) {
	g := video.Gray{Pix: bytes.Repeat([]byte{40}, 640*512), Stride: 640, Width: 640, Height: 512}
	b := l.box(20)
	for y := int(b.Y); y < int(b.Y+b.H); y++ {
		for x := int(b.X); x < int(b.X+b.W); x++ {
			g.Pix[y*640+x] = 220
		}
	}
	return g, true
}

// box is where who it is about is in the picture, so many pixels wide. From straight above, north is up.
func (l *lookout) box(side float64) video.Box {
	east := geo.Distance(l.look.pose.Position, l.at)
	x := 320 + east*l.look.camera.FX/100
	return video.Box{X: x - side/2, Y: 256 - side/2, W: side, H: side, Score: 0.9, Class: video.Classes{Person: 1}}
}

// sees lets the camera look for some seconds, with boxes of a size, and asks for what is worth keeping after each frame.
func (l *lookout) sees(seconds int, boxes ...video.Box) {
	for range 5 * seconds {
		l.clock = l.clock.Add(200 * time.Millisecond)
		d := video.Detections{Feed: "1-thermal", FrameTime: l.clock, TimeExact: true, WidthPx: 640, HeightPx: 512, Boxes: boxes, Kept: true}
		found := placeBoxes(&l.locator, l.look, d)
		l.tracker.AddScan(scanOf(found, l.look, d, 100, l.locator.Footprint(l.look.camera, l.look.pose, detectRangeM)))
		l.sightings = append(l.sightings, sighting{frame: d, pose: poseMAVLink, look: l.look, found: found})
		l.step(l.clock.Add(100 * time.Millisecond))
	}
}

// write has everything written that was asked for.
func (l *lookout) write() {
	l.t.Helper()
	ctx, stop := context.WithCancel(l.t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx, nil, nil) }()
	for len(l.cfg.portraits.jobs) > 0 {
		l.cfg.portraits.take(ctx, l.picture, <-l.cfg.portraits.jobs)
	}
	stop()
	if err := <-ended; err != nil {
		l.t.Error(err)
	}
}

func (l *lookout) pictures() []api.AlertPicture {
	l.t.Helper()
	for _, a := range l.Alerts(false) {
		if a.ID == l.alert {
			return a.Pictures
		}
	}
	l.t.Fatalf("alert %s is gone", l.alert)
	return nil
}

func TestAnAlertKeepsItsFirstPictureAndTheBestSince(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	l := newLookout(t, p, folder)
	if got := l.pictures(); len(got) != 0 {
		t.Errorf("without a camera: %+v", got)
	}
	changes := p.cfg.hub.subscribe(t.Context())
	l.sees(6, l.box(12))
	l.write()
	got := l.pictures()
	if len(got) != 1 || got[0].N != 1 || got[0].Kind != "first" || got[0].Feed != "1-thermal" || !got[0].TimeExact || got[0].Pose != "mavlink" {
		t.Fatalf("%+v", got)
	}
	if d := geo.Distance(got[0].LatLon, l.at); d > 2 || got[0].ErrorM <= 0 || got[0].ErrorM > 20 {
		t.Errorf("it is placed %.1f m from where it is, give or take %.1f m", d, got[0].ErrorM)
	}
	told := false
	for len(changes) > 0 {
		a, ok := (<-changes).Data.(api.Alert)
		told = told || ok && a.ID == l.alert && len(a.Pictures) == 1
	}
	if !told {
		t.Error("the consoles were not told of the picture")
	}
	l.sees(6, l.box(13)) // no better
	l.write()
	l.sees(6, l.box(24))
	l.write()
	if got = l.pictures(); len(got) != 2 || got[1].Kind != "best" || got[1].N != 2 || got[1].Box.W != 24 {
		t.Fatalf("%+v", got)
	}
	// The box lies on what is light in the very picture.
	file, feed, err := p.cfg.portraits.folder.Read(l.alert, 2)
	if err != nil || feed != "1-thermal" {
		t.Fatalf("%q, %v", feed, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b := got[1].Box
	light, _, _, _ := m.At(int(b.X+b.W/2), int(b.Y+b.H/2)).RGBA()
	dark, _, _, _ := m.At(int(b.X-5), int(b.Y+b.H/2)).RGBA()
	if light>>8 < 180 || dark>>8 > 80 {
		t.Errorf("%d in the box, %d beside it", light>>8, dark>>8)
	}
	// A decided alert gets no more, and its pictures are still there after a restart.
	during(t, p, s, func() {
		if _, err := p.DecideAlert(t.Context(), access.Principal{Name: "anna"}, l.alert, "resolve", ""); err != nil {
			t.Error(err)
		}
	})
	p, s = pictureOn(t, folder)
	defer func() { _ = s.Close() }()
	p.step(time.Now())
	l.picture = p
	got[1].At = api.At(got[1].At.Truncate(time.Millisecond)) // as the record has it
	if again := l.pictures(); len(again) != 2 || !again[1].At.Equal(got[1].At.Time) || again[1].Box != got[1].Box || again[1].LatLon != got[1].LatLon || again[1].N != 2 {
		t.Errorf("after a restart: %+v, not %+v", again, got)
	}
}

func TestNoPictureIsKeptOfAPrivacyZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		west, east float64 // from where to where it reaches, metres east of the picture's middle
		private    bool
	}{
		"who is seen stands inside": {5, 40, true}, "the middle of the picture is inside": {-40, 3, true}, "it is elsewhere": {200, 300, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lookoutAlone(t)
			l.sees(3, l.box(12))
			for len(l.cfg.portraits.jobs) > 0 { // what was asked for before the zone came
				<-l.cfg.portraits.jobs
			}
			l.unasked = map[string]time.Time{}
			middle := l.look.pose.Position
			w, e := geo.Offset(middle, 90, c.west), geo.Offset(middle, 90, c.east)
			zones, err := zonesOf([]config.Zone{{ID: "house", Kind: "privacy", Points: []geo.LatLon{
				geo.Offset(w, 0, 60), geo.Offset(e, 0, 60), geo.Offset(e, 180, 60), geo.Offset(w, 180, 60),
			}}})
			if err != nil {
				t.Fatal(err)
			}
			l.holdZones(zones)
			l.sees(3, l.box(12))
			l.write()
			if got := l.pictures(); (len(got) == 0) != c.private {
				t.Errorf("%+v", got)
			}
			if n := l.cfg.portraits.stats(); c.private && c.west < 0 && n.Private == 0 {
				t.Errorf("not counted: %+v", n)
			}
		})
	}
}

func TestADiskThatTakesNoPictureLosesNothingElse(t *testing.T) {
	t.Parallel()
	l := lookoutAlone(t)
	block := filepath.Join(l.folder, "pictures")
	if err := os.WriteFile(block, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	l.sees(3, l.box(12))
	l.write()
	if n := l.cfg.portraits.stats(); n.Failed != 1 || n.Kept != 0 {
		t.Errorf("%+v", n)
	}
	if got := l.Alerts(true); len(got) != 1 || got[0].TrackID == "" || len(got[0].Pictures) != 0 {
		t.Errorf("%+v", got)
	}
	// It is tried again later, not with each frame.
	l.sees(3, l.box(12))
	if len(l.cfg.portraits.jobs) != 0 {
		t.Error("tried again at once")
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}
	l.unasked[l.alert] = l.clock
	l.sees(1, l.box(12))
	l.write()
	if got := l.pictures(); len(got) != 1 {
		t.Errorf("when there is room again: %+v", got)
	}
}

func TestAPictureThatIsKeptNoLongerIsTakenOffItsAlert(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	l := newLookout(t, p, folder)
	l.sees(3, l.box(12))
	l.write()
	if len(l.pictures()) != 1 {
		t.Fatal("there is no picture")
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(folder, "pictures", l.alert, "1_1-thermal.jpg"), old, old); err != nil {
		t.Fatal(err)
	}
	during(t, p, s, func() { p.cfg.portraits.prune(t.Context(), p) })
	if got := l.pictures(); len(got) != 0 || p.cfg.portraits.stats().Pruned != 1 {
		t.Errorf("%+v, %+v", got, p.cfg.portraits.stats())
	}
}

func TestTooManyPicturesAtOnceAreDroppedAndNothingWaits(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	defer func() { _ = s.Close() }()
	p.cfg.portraits = newPortraits(&album.Folder{Path: t.TempDir()}, nil, nil, slog.New(slog.DiscardHandler))
	for range portraitQueue + 3 {
		p.ask(portrait{alertID: "a-1", picture: alert.Picture{}}, time.Now())
	}
	if n := p.cfg.portraits.stats(); n.Dropped != 3 || len(p.cfg.portraits.jobs) != portraitQueue {
		t.Errorf("%+v", n)
	}
}

func TestABoxIsGivenToTheNearestTrack(t *testing.T) {
	t.Parallel()
	now := time.Now()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	s := &sighting{frame: video.Detections{Feed: "cam", FrameTime: now.Add(-time.Second), WidthPx: 640}, found: []placedBox{
		{video.Box{X: 1}, georef.Fix{Position: here, CovEE: 1, CovNN: 1}},
		{video.Box{X: 2}, georef.Fix{Position: geo.Offset(here, 90, 6), CovEE: 1, CovNN: 1}},
	}}
	track := func(id uint64, eastM, ve float64, seen time.Time, by string) fusion.Track {
		return fusion.Track{
			ID: id, Position: geo.Offset(here, 90, eastM), VE: ve, EE: 1, NN: 1,
			Sources: []fusion.Source{{ID: by, Kind: fusion.Camera, LastSeen: seen}},
		}
	}
	frame := s.frame.FrameTime
	for name, c := range map[string]struct {
		t     fusion.Track
		other []fusion.Track
		want  float64 // X of the box; 0: none
	}{
		"stands there":                      {track(1, 0.5, 0, frame, "cam"), nil, 1},
		"has walked on since":               {track(1, 7, 1.2, frame.Add(300*time.Millisecond), "cam"), nil, 2},
		"is far away":                       {track(1, 40, 0, frame, "cam"), nil, 0},
		"was seen before this frame only":   {track(1, 0, 0, frame.Add(-time.Second), "cam"), nil, 0},
		"was seen by another camera":        {track(1, 0, 0, frame, "other"), nil, 0},
		"somebody else is nearer":           {track(1, 2, 0, frame, "cam"), []fusion.Track{track(2, 0, 0, frame, "cam")}, 0},
		"somebody else is at the other one": {track(1, 1, 0, frame, "cam"), []fusion.Track{track(2, 6, 0, frame, "cam")}, 1},
	} {
		b, shown := s.shows(c.t, append(c.other, c.t), now)
		if shown != (c.want != 0) || shown && b.X != c.want {
			t.Errorf("%s: box %v, %v", name, b.X, shown)
		}
	}
}

func TestWhoLooksAtAPictureOfAnAlertIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	if err := w.portraits.folder.Write("a-7", 2, "cam", []byte("\xff\xd8 a still")); err != nil {
		t.Fatal(err)
	}
	status, text := w.ask(http.MethodGet, "/alerts/a-7/pictures/2", "", "Authorization", "Bearer "+w.viewer)
	if status != http.StatusOK || string(text) != "\xff\xd8 a still" {
		t.Errorf("%d %q", status, text)
	}
	for _, path := range []string{"/alerts/a-7/pictures/1", "/alerts/a-8/pictures/2", "/alerts/..%2f..%2fa-7/pictures/2"} {
		status, text := w.ask(http.MethodGet, path, "")
		var problem api.Problem
		if err := json.Unmarshal(text, &problem); err != nil || status != http.StatusNotFound || problem.Detail == "" {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	lines := w.viewings()
	if len(lines) != 2 || lines[0].Who != "wall" || lines[0].Action != "watch" || lines[1].Action != "watchEnd" || lines[0].Target != "cam" ||
		lines[0].Means != access.MeansPicture || lines[0].ID[:4] != "a-7#" || lines[1].ID != lines[0].ID {
		t.Errorf("%+v", lines)
	}
	_, text = w.ask(http.MethodGet, "/metrics", "")
	for _, name := range []string{"vedette_pictures_kept 0", "vedette_pictures_failed 0", "vedette_pictures_private 0"} {
		if !bytes.Contains(text, []byte(name)) {
			t.Errorf("the metrics have no %s", name)
		}
	}
}

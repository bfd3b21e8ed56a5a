package station

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station/album"
	"vedette/tracking/alert"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// veil has other zones hold, and the pictures masked for them.
func (l *lookout) veil(zones ...[]zone.Zone) {
	l.t.Helper()
	var all []zone.Zone
	for _, z := range zones {
		all = append(all, z...)
	}
	ctx, stop := context.WithCancel(l.t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx, nil, nil) }()
	if err := l.setZones(ctx, all); err != nil {
		l.t.Error(err)
	}
	select {
	case <-l.cfg.portraits.drawn:
		l.cfg.portraits.veil(ctx, l.picture)
	default:
		l.t.Error("the pictures are not told of a zone")
	}
	stop()
	if err := <-ended; err != nil {
		l.t.Error(err)
	}
}

// lit tells how light a picture is so far east of its middle.
func (l *lookout) lit(n int, eastM float64) uint32 {
	l.t.Helper()
	file, err := l.cfg.portraits.file(l.alert, n)
	if err != nil {
		l.t.Fatal(err)
	}
	if album.Note(file) != nil {
		l.t.Error("the note is given away")
	}
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		l.t.Fatal(err)
	}
	light, _, _, _ := m.At(int(320+eastM*l.look.camera.FX/100), 100).RGBA()
	return light >> 8
}

// The camera looks straight down from 100 m and sees 36 m to either side; who it is about stands 8 m east of its middle.
func TestAPictureIsMaskedForAZoneThatIsDrawnLater(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	defer func() { _ = s.Close() }()
	var err error
	l := newLookout(t, p, folder)
	if l.cfg.portraits.viewings.access, err = access.New(access.Config{Store: s, Token: "start"}); err != nil {
		t.Fatal(err)
	}
	l.sees(3, l.box(12))
	l.write()
	middle := l.look.pose.Position
	east, west, far := garden(t, middle, 25, 60), garden(t, middle, -60, -25), garden(t, middle, 300, 400)
	if got := l.pictures(); len(got) != 1 || got[0].Masked || l.lit(1, 30) < 30 {
		t.Fatalf("%+v", got)
	}
	l.veil(far)
	if got := l.pictures(); len(got) != 1 || got[0].Masked || got[0].Revision != 0 || l.lit(1, 30) < 30 {
		t.Errorf("for a zone that it does not show: %+v", got)
	}
	l.veil(far, east)
	if got := l.pictures(); len(got) != 1 || !got[0].Masked || got[0].Revision != 1 || l.lit(1, 30) > 0 || l.lit(1, -30) < 30 {
		t.Errorf("%+v", got)
	}
	before, err := l.cfg.portraits.file(l.alert, 1)
	if err != nil {
		t.Fatal(err)
	}
	l.veil(east)
	l.veil()
	l.veil(east)
	if after, err := l.cfg.portraits.file(l.alert, 1); err != nil || !bytes.Equal(before, after) || l.pictures()[0].Revision != 1 {
		t.Errorf("masked again for the same zone: %v", err)
	}
	l.veil(east, west)
	if got := l.pictures(); len(got) != 1 || !got[0].Masked || got[0].Revision != 2 || l.lit(1, 30) > 0 || l.lit(1, -30) > 0 || l.lit(1, 5) < 30 {
		t.Errorf("a second zone: %+v", got)
	}
	l.veil(garden(t, middle, -10, 3))
	if got := l.pictures(); len(got) != 0 || l.cfg.portraits.folder.Has(l.alert, 1) {
		t.Errorf("its middle is private now: %+v", got)
	}
	if n := l.cfg.portraits.stats(); n.Masked != 2 || n.Withdrawn != 1 {
		t.Errorf("%+v", n)
	}
	// No number is used twice: somebody may hold the one before under it.
	l.veil()
	l.unasked[l.alert] = l.clock
	l.sees(3, l.box(14))
	l.write()
	if got := l.pictures(); len(got) != 1 || got[0].N != 2 {
		t.Errorf("the next: %+v", got)
	}
	lines, err := s.Read(t.Context(), 0, 1000, kindAlert)
	if err != nil {
		t.Fatal(err)
	}
	audited := 0
	for _, e := range lines {
		if e.Who == "station" && e.Key == l.alert && strings.Contains(string(e.Data), "maskPictures") {
			audited++
		}
	}
	if audited != 3 {
		t.Errorf("%d times on record", audited)
	}
}

func TestAPictureThatIsNotMaskedYetIsNotShown(t *testing.T) {
	t.Parallel()
	l := lookoutAlone(t)
	l.sees(3, l.box(12))
	l.write()
	l.sees(6, l.box(24))
	east := garden(t, l.look.pose.Position, 25, 60)
	l.holdZones(east)
	if _, err := l.cfg.portraits.file(l.alert, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("for a package: %v", err)
	}
	var problem *api.Problem
	if _, err := l.cfg.portraits.AlertPicture(t.Context(), access.Principal{Name: "anna"}, "", l.alert, 1); !errors.As(err, &problem) || problem.Status != http.StatusServiceUnavailable {
		t.Errorf("%v", err)
	}
	// What was asked for before the zone was drawn is not written, and may be asked for again at once.
	l.write()
	if got := l.pictures(); len(got) != 1 || time.Until(l.unasked[l.alert]) > time.Second {
		t.Errorf("%+v, again in %v", got, time.Until(l.unasked[l.alert]))
	}
	l.veil(east)
	if l.lit(1, 30) > 0 {
		t.Error("it is not masked")
	}
}

// What was kept by a station before views were noted is masked by none.
func TestAPictureWhoseViewIsNotKnownIsRemoved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		eastM   float64
		unknown bool // no alert tells where it was taken
		kept    bool
	}{
		"a zone in sight": {5000, false, false}, "a zone far away": {60000, false, true}, "and nobody knows where": {60000, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lookoutAlone(t)
			l.sees(3, l.box(12))
			l.write()
			bare, err := l.cfg.portraits.file(l.alert, 1)
			if err != nil {
				t.Fatal(err)
			}
			id := l.alert
			if c.unknown {
				id = "a-999999"
			}
			if err := errors.Join(l.cfg.portraits.folder.Remove(l.alert, 1), l.cfg.portraits.folder.Write(id, 1, "1-thermal", bare)); err != nil {
				t.Fatal(err)
			}
			zones := garden(t, l.look.pose.Position, c.eastM, c.eastM+100)
			l.veil(zones)
			if got := l.cfg.portraits.folder.Has(id, 1); got != c.kept {
				t.Fatalf("kept: %v", got)
			}
			if again, err := l.cfg.portraits.file(id, 1); c.kept && (err != nil || !bytes.Equal(again, bare)) {
				t.Errorf("it is not shown: %v", err)
			}
			l.veil(garden(t, l.look.pose.Position, 1000, 2000))
			if l.cfg.portraits.folder.Has(id, 1) {
				t.Error("it is kept for a second, near zone")
			}
		})
	}
}

// A zone of a file that was changed while the station stood still, and alerts that are no longer in memory.
func TestPicturesAreMaskedAfterARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	l := newLookout(t, p, folder)
	l.sees(3, l.box(12))
	l.write()
	file, _, err := l.cfg.portraits.folder.Read(l.alert, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.cfg.portraits.folder.Write("a-999999", 2, "1-thermal", file), l.cfg.portraits.folder.Write("a-999999", 3, "1-thermal", file[:len(file)/2])); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c := l.cfg.portraits
	p, s = pictureOn(t, folder)
	defer func() { _ = s.Close() }()
	p.locator, p.cfg.portraits = l.locator, newPortraits(c.folder, c.looked, c.viewings, c.log)
	p.step(time.Now())
	l.picture = p
	l.veil(garden(t, l.look.pose.Position, 25, 60))
	if got := l.pictures(); len(got) != 1 || !got[0].Masked || got[0].Revision != 1 || l.lit(1, 30) > 0 {
		t.Errorf("%+v", got)
	}
	l.alert = "a-999999"
	if l.lit(2, 30) > 0 || l.lit(2, -30) < 30 {
		t.Error("the picture of an alert of long ago is not masked")
	}
	if p.cfg.portraits.folder.Has("a-999999", 3) {
		t.Error("a file that cannot be read is kept")
	}
}

func TestAnAlertOfCamerasAloneEndsWhereAPrivacyZoneIsDrawn(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.3601, Lon: 149.16}
	zones, err := zonesOf([]config.Zone{{ID: "yard", Kind: "privacy", Points: []geo.LatLon{
		geo.Offset(geo.Offset(here, 0, 90), 270, 90), geo.Offset(geo.Offset(here, 0, 90), 90, 90), geo.Offset(geo.Offset(here, 180, 90), 90, 90),
		geo.Offset(geo.Offset(here, 180, 90), 270, 90),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	p, s := pictureOn(t, t.TempDir())
	now := time.Now()
	walkPast(p, now.Add(-30*time.Second))
	p.step(now.Add(-36 * time.Second))
	p.step(now.Add(-30 * time.Second))
	heard := p.Alerts(true)[0].ID
	for id, at := range map[string]geo.LatLon{"a-900001": geo.Offset(here, 90, 95), "a-900002": geo.Offset(here, 90, 140)} { // which a station before this one raised
		a := alert.Alert{ID: id, State: alert.StateNew, Title: "Person", Position: at, Ellipse: &alert.Ellipse{SemiMajorM: 60, SemiMinorM: 10, BearingDeg: 90}, Sources: []string{"1-thermal"}, RaisedAt: now, UpdatedAt: now}
		if err := p.alerts.Restore(a, now); err != nil {
			t.Fatal(err)
		}
	}
	p.history["t-1"] = &trackHistory{points: []geo.LatLon{here, geo.Offset(here, 90, 300)}, times: []time.Time{now, now}}
	during(t, p, s, func() {
		if err := p.setZones(t.Context(), zones); err != nil {
			t.Error(err)
		}
	})
	for _, a := range p.Alerts(false) {
		switch a.ID {
		case heard:
			if a.State != "new" || a.Position == nil || a.TrackID != "" {
				t.Errorf("what sensors on the ground heard: %+v", a)
			}
		case "a-900001":
			if a.State != "resolved" || a.DecidedBy != "station" || a.Position != nil || a.Ellipse != nil || a.History[len(a.History)-1].Note != concealed {
				t.Errorf("what a camera alone saw, likely inside: %+v", a)
			}
		case "a-900002":
			if a.State != "new" || a.Position == nil {
				t.Errorf("what a camera saw beside it: %+v", a)
			}
		}
	}
	if h, err := p.TrackHistory(t.Context(), "t-1"); err != nil || len(h.Properties.Times) != 1 {
		t.Errorf("where a track has been: %+v, %v", h, err)
	}
}

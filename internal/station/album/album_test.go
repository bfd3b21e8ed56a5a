package album_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vedette/internal/station/album"
	"vedette/tracking/alert"
	"vedette/video"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// seen is a picture with a square box in its middle.
func seen(s int, side, score float64) alert.Picture {
	return alert.Picture{
		Feed: "1-thermal", At: noon.Add(time.Duration(s) * time.Second), Width: 640, Height: 512,
		Box: alert.PictureBox{X: 300, Y: 200, W: side, H: side, Score: score},
	}
}

func TestTheFirstSightAndTheBestSinceAreKept(t *testing.T) {
	t.Parallel()
	var have []alert.Picture
	for _, c := range []struct {
		what    string
		is      alert.Picture
		wanted  bool
		kinds   []alert.PictureKind
		dropped []int
	}{
		{"the first sight, however small", seen(0, 6, 0.3), true, []alert.PictureKind{alert.FirstSight}, nil},
		{"a better one at once", seen(2, 20, 0.9), false, nil, nil},
		{"no better", seen(10, 6.5, 0.3), false, nil, nil},
		{"larger", seen(20, 12, 0.3), true, []alert.PictureKind{alert.FirstSight, alert.BestView}, nil},
		{"as large, surer", seen(30, 12, 0.6), true, []alert.PictureKind{alert.FirstSight, alert.EarlierView, alert.BestView}, nil},
		{"smaller again", seen(40, 8, 0.6), false, nil, nil},
		{"larger still", seen(50, 20, 0.6), true, []alert.PictureKind{alert.FirstSight, alert.EarlierView, alert.EarlierView, alert.BestView}, nil},
		{"a fifth", seen(60, 40, 0.6), true, []alert.PictureKind{alert.FirstSight, alert.EarlierView, alert.EarlierView, alert.BestView}, []int{2}},
		{"a sixth", seen(70, 60, 0.9), true, []alert.PictureKind{alert.FirstSight, alert.EarlierView, alert.EarlierView, alert.BestView}, []int{3}},
	} {
		all, dropped, wanted := album.Choose(have, c.is)
		if wanted != c.wanted || !slices.Equal(dropped, c.dropped) {
			t.Fatalf("%s: wanted %v, dropped %v", c.what, wanted, dropped)
		}
		if !wanted {
			continue
		}
		var kinds []alert.PictureKind
		for _, p := range all {
			kinds = append(kinds, p.Kind)
		}
		if !slices.Equal(kinds, c.kinds) {
			t.Fatalf("%s: %v", c.what, kinds)
		}
		have = all
	}
	// Numbers are never used twice, even where none of the pictures is left, and the first sight stays.
	next := seen(0, 6, 0.3)
	next.N = 7
	if all, _, _ := album.Choose(nil, next); all[0].N != 8 {
		t.Errorf("%+v", all)
	}
	if all, _, _ := album.Choose(have[:1], alert.Picture{N: 7, At: noon.Add(time.Minute), Width: 640, Height: 512, Box: seen(0, 90, 1).Box}); all[1].N != 8 {
		t.Errorf("%+v", all)
	}
	if have[0].N != 1 || have[1].N != 4 || have[2].N != 5 || have[3].N != 6 {
		t.Errorf("%+v", have)
	}
}

func TestAnAlertThatGoesOnForHoursKeepsFewPictures(t *testing.T) {
	t.Parallel()
	var have []alert.Picture
	files, side := 0, 5.0
	for s := range 4 * 3600 {
		side = min(400, max(5, side*(1+0.1*(rand.Float64()-0.48))))
		if all, _, wanted := album.Choose(have, seen(s, side, 0.2+0.8*rand.Float64())); wanted {
			have = all
			files++
		}
	}
	if len(have) > album.Most || files > 25 {
		t.Errorf("%d pictures, %d files were written", len(have), files)
	}
}

func TestABoxThatIsCutOffCountsForLess(t *testing.T) {
	t.Parallel()
	whole, cut := seen(0, 40, 0.8), seen(0, 40, 0.8)
	cut.Box.X = 600
	if a, b := album.Quality(whole), album.Quality(cut); a != 32 || b != 16 {
		t.Errorf("%.1f and %.1f", a, b)
	}
	if q := album.Quality(alert.Picture{Width: 640, Height: 512, Box: alert.PictureBox{X: 9, Y: 9, W: -3, H: 5, Score: 1}}); q != 0 {
		t.Errorf("a box without area: %.1f", q)
	}
}

// noise is a picture that JPEG can hardly make smaller.
func noise(w, h int) video.Gray {
	g := video.Gray{Pix: make([]byte, w*h), Stride: w, Width: w, Height: h}
	for i := range g.Pix {
		g.Pix[i] = byte(rand.IntN(256))
	}
	return g
}

func TestEveryFileIsSmallEnough(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{640, 512}, {1280, 1024}, {1279, 719}, {8, 8}} {
		file, by, err := album.Encode(noise(size[0], size[1]))
		if err != nil {
			t.Fatal(err)
		}
		head, err := jpeg.DecodeConfig(bytes.NewReader(file))
		if err != nil || len(file) > album.MostBytes || head.Width != size[0]/by || head.Height != size[1]/by {
			t.Errorf("%v: %d bytes, %d x %d, shrunk by %d, %v", size, len(file), head.Width, head.Height, by, err)
		}
	}
	if _, _, err := album.Encode(video.Gray{Pix: make([]byte, 10), Stride: 10, Width: 10, Height: 2}); err == nil {
		t.Error("a picture without its pixels is taken")
	}
}

func TestPicturesAreKeptForTheirTime(t *testing.T) {
	t.Parallel()
	f := &album.Folder{Path: filepath.Join(t.TempDir(), "pictures"), Keep: time.Hour}
	if removed, err := f.Prune(time.Now()); removed != 0 || err != nil {
		t.Errorf("before the first picture: %d, %v", removed, err)
	}
	write(t, f, "a-1", 1, "1-thermal", "one")
	write(t, f, "a-1", 2, "north gate/eo", "two")
	write(t, f, "a-12", 1, "2-thermal", "three")
	if err := os.WriteFile(filepath.Join(f.Path, "a-1", "new-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A folder that is opened again has them: so does a station that was started again.
	f = &album.Folder{Path: f.Path, Keep: time.Hour}
	if b, feed, err := f.Read("a-1", 2); string(b) != "two" || feed != "north gate/eo" || err != nil {
		t.Errorf("%q of %q, %v", b, feed, err)
	}
	for _, c := range []struct {
		id string
		n  int
	}{{"a-1", 3}, {"a-2", 1}, {"a-1", 0}, {"../a-1", 1}, {"", 1}, {"a-", 1}, {"a-1/../a-1", 1}, {".", 1}} {
		if _, _, err := f.Read(c.id, c.n); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q %d: %v", c.id, c.n, err)
		}
	}
	if err := f.Write("../x", 1, "f", nil); err == nil {
		t.Error("a picture of no alert is kept")
	}
	if err := errors.Join(f.Remove("a-1", 1), f.Remove("a-1", 1)); err != nil || f.Has("a-1", 1) || !f.Has("a-1", 2) {
		t.Errorf("removed: %v", err)
	}
	if removed, err := f.Prune(time.Now()); removed != 0 || err != nil || !f.Has("a-12", 1) {
		t.Errorf("at once: %d, %v", removed, err)
	}
	if _, err := os.Stat(filepath.Join(f.Path, "a-1", "new-123")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was half written stays: %v", err)
	}
	if removed, err := f.Prune(time.Now().Add(2 * time.Hour)); removed != 2 || err != nil || f.Has("a-1", 2) {
		t.Errorf("later: %d, %v", removed, err)
	}
	if left, err := os.ReadDir(f.Path); err == nil && len(left) > 0 {
		t.Errorf("folders are left: %v", left)
	}
}

func TestTheOldestGoWhereAllTogetherAreTooLarge(t *testing.T) {
	t.Parallel()
	f := &album.Folder{Path: t.TempDir(), MostTotal: 10}
	for i, id := range []string{"a-3", "a-1", "a-2"} {
		write(t, f, id, 1, "cam", "four")
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		name := filepath.Join(f.Path, id, "1_cam.jpg")
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if removed, err := f.Prune(time.Now()); removed != 1 || err != nil || f.Has("a-3", 1) || !f.Has("a-1", 1) || !f.Has("a-2", 1) {
		t.Errorf("%d, %v", removed, err)
	}
}

func TestAPictureThatIsReplacedIsAsOldAsBefore(t *testing.T) {
	t.Parallel()
	f := &album.Folder{Path: filepath.Join(t.TempDir(), "pictures"), Keep: time.Hour}
	if all, err := f.All(); len(all) > 0 || err != nil {
		t.Errorf("before the first picture: %v, %v", all, err)
	}
	write(t, f, "a-1", 1, "north gate/eo", "one")
	write(t, f, "a-1", 2, "1-thermal", "two")
	write(t, f, "a-30", 1, "1-thermal", "three")
	for _, stray := range []string{filepath.Join("a-1", "new-1"), "notes.jpg", filepath.Join("a-1", "x_y.jpg")} {
		if err := os.WriteFile(filepath.Join(f.Path, stray), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := f.All(); !slices.Equal(all, []album.Kept{{AlertID: "a-1", N: 1}, {AlertID: "a-1", N: 2}, {AlertID: "a-30", N: 1}}) || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	name := filepath.Join(f.Path, "a-1", "1_north%20gate%2Feo.jpg")
	old := time.Now().Add(-50 * time.Minute)
	if err := os.Chtimes(name, old, old); err != nil {
		t.Fatal(err)
	}
	another, err := album.WithNote([]byte("\xff\xd8another"), []byte("of the gate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Replace("a-1", 1, another); err != nil {
		t.Fatal(err)
	}
	if note, err := f.Note("a-1", 1); string(note) != "of the gate" || err != nil {
		t.Errorf("its note is %q, %v", note, err)
	}
	if note, err := f.Note("a-1", 2); note != nil || err != nil {
		t.Errorf("the other's is %q, %v", note, err)
	}
	if _, err := f.Note("a-1", 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of none: %v", err)
	}
	if b, feed, err := f.Read("a-1", 1); !bytes.Equal(b, another) || feed != "north gate/eo" || err != nil {
		t.Errorf("%q of %q, %v", b, feed, err)
	}
	if err := f.Replace("a-1", 3, nil); !errors.Is(err, fs.ErrNotExist) || f.Has("a-1", 3) {
		t.Errorf("one that is not there: %v", err)
	}
	if removed, err := f.Prune(time.Now().Add(15 * time.Minute)); removed != 1 || err != nil || f.Has("a-1", 1) || !f.Has("a-1", 2) {
		t.Errorf("when its time is over: %d, %v", removed, err)
	}
}

func write(t *testing.T, f *album.Folder, id string, n int, feed, content string) {
	t.Helper()
	if err := f.Write(id, n, feed, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

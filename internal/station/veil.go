package station

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io/fs"
	"slices"
	"strings"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/internal/station/album"
	"vedette/tracking/alert"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/video"
)

const (
	// stillLit is how light a pixel must be to show anything: less is the noise of JPEG in what is black.
	stillLit = 4
	// farthestShown is how far from what it is about a picture may show something: the camera is that far away at most, and zones farther from
	// it than the rest are not looked for.
	farthestShown = 2*placeRangeM + 15000
)

// keptView is what is noted in a picture's file, so that it can be masked for a privacy zone that is drawn later.
type keptView struct {
	Camera georef.Camera    `json:"camera"` // not valid: it was kept before views were noted
	Pose   georef.Pose      `json:"pose"`
	Sigma  georef.Sigma     `json:"sigma"`
	Box    alert.PictureBox `json:"box"`
	Target geo.LatLon       `json:"target"` // of what is in the box
	// Guard names the privacy zones that it was masked for.
	Guard    string `json:"guard,omitempty"`
	Masked   bool   `json:"masked,omitempty"`
	Revision int    `json:"revision,omitempty"`
}

// guardOf names privacy zones by where they are; empty: there are none.
func guardOf(private []zone.Zone) string {
	if len(private) == 0 {
		return ""
	}
	outlines := make([]string, len(private))
	for i, z := range private {
		outlines[i] = fmt.Sprint(z.Geometry)
	}
	slices.Sort(outlines)
	sum := sha256.Sum256([]byte(strings.Join(outlines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// heed has pictures shown only once they are masked for other privacy zones. It never waits.
func (c *portraits) heed(private []zone.Zone) {
	guard := guardOf(private)
	c.guard.Store(&guard)
	select {
	case c.drawn <- struct{}{}:
	default: // it is yet to look at the change before
	}
}

// veiled tells whether a picture may be shown: it was masked for the privacy zones of now, or there are none.
func (c *portraits) veiled(jpeg []byte) bool {
	guard := *c.guard.Load()
	if guard == "" {
		return true
	}
	v, known := viewOf(album.Note(jpeg))
	return known && v.Guard == guard
}

// viewOf reads the note in a picture's file; false where there is none that can be read.
func viewOf(note []byte) (v keptView, known bool) {
	if note == nil || json.Unmarshal(note, &v) != nil {
		return keptView{}, false
	}
	return v, true
}

// noted is a picture's file with its view in it.
func (r *rim) noted(file []byte, p alert.Picture) ([]byte, error) {
	return withView(file, keptView{
		Camera: r.look.camera, Pose: r.look.pose, Sigma: r.sigma, Box: p.Box, Target: geo.LatLon{Lat: p.Lat, Lon: p.Lon},
		Guard: guardOf(r.private), Masked: p.Masked,
	})
}

func withView(file []byte, v keptView) ([]byte, error) {
	note, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return album.WithNote(file, note)
}

// veil masks all pictures for the privacy zones of now, and removes those that it cannot mask. It begins anew where another zone is drawn
// meanwhile, and does only what is left to do after a restart.
func (c *portraits) veil(ctx context.Context, p *picture) {
	work := veiling{c: c, known: map[string]alert.Alert{}}
	err := p.do(ctx, func() {
		work.private, work.ground = privateAmong(p.cfg.zones), p.locator.Ground
		for _, a := range p.alerts.Alerts() {
			work.known[a.ID] = a
		}
	})
	if err != nil {
		return // the station ends
	}
	work.guard = guardOf(work.private)
	all, err := c.folder.All()
	if err != nil {
		c.log.Error("pictures of alerts cannot be listed, to mask them for a privacy zone", "error", err)
	}
	for len(all) > 0 && ctx.Err() == nil && *c.guard.Load() == work.guard {
		id := all[0].AlertID
		n := 1
		for n < len(all) && all[n].AlertID == id {
			n++
		}
		work.alert(ctx, p, all[:n])
		all = all[n:]
	}
	if work.masked+work.removed > 0 {
		c.log.Info("pictures of alerts were masked for a privacy zone", "masked", work.masked, "removed", work.removed)
	}
}

// veiling is the work of veil.
type veiling struct {
	c               *portraits
	private         []zone.Zone
	guard           string
	ground          georef.Ground
	known           map[string]alert.Alert
	masked, removed int
}

// veiledPictures is what became of an alert's pictures, for the audit.
type veiledPictures struct {
	Masked  []int `json:"masked,omitempty"`
	Removed []int `json:"removed,omitempty"`
}

// alert does it with the pictures of one alert.
func (w *veiling) alert(ctx context.Context, p *picture, all []album.Kept) {
	id := all[0].AlertID
	a, known := w.known[id]
	told := slices.Clone(a.Pictures)
	var did veiledPictures
	for _, k := range all {
		i := slices.IndexFunc(told, func(p alert.Picture) bool { return p.N == k.N })
		var is *alert.Picture
		if i >= 0 {
			is = &told[i]
		}
		view, done, err := w.one(k, is)
		switch {
		case err != nil:
			w.c.log.Error("a picture of an alert that may show a privacy zone cannot be masked or removed; it is not shown", "alert", id, "picture", k.N, "error", err)
			continue
		case done == veilRemoved:
			did.Removed = append(did.Removed, k.N)
			w.c.highest[id] = max(w.c.highest[id], k.N)
			if is != nil {
				told = slices.Delete(told, i, i+1)
			}
			continue
		case done == veilMasked:
			did.Masked = append(did.Masked, k.N)
		}
		if is != nil && view != nil {
			is.Masked, is.Revision = view.Masked, view.Revision
		}
	}
	w.masked, w.removed = w.masked+len(did.Masked), w.removed+len(did.Removed)
	w.c.masked.Add(uint64(len(did.Masked)))
	w.c.withdrawn.Add(uint64(len(did.Removed)))
	if known && !slices.Equal(told, a.Pictures) {
		w.c.tell(ctx, p, id, told)
	}
	if len(did.Masked)+len(did.Removed) > 0 && w.c.viewings.access != nil {
		err := w.c.viewings.access.Audit(ctx, access.Record{
			Kind: access.KindAlert, Who: access.Principal{Name: "station"}, Action: "maskPictures", Target: id, Outcome: "done",
			Reason: "a privacy zone was drawn", Detail: did,
		})
		if err != nil {
			w.c.log.Error("that pictures were masked for a privacy zone cannot be recorded", "alert", id, "error", err)
		}
	}
}

// veilDone is what was done with a picture.
type veilDone int

const (
	veilNothing veilDone = iota
	veilMasked
	veilRemoved
)

// one masks one picture or removes it. told is what its alert says of it; nil: nothing. The view is nil where nothing is known of it.
func (w *veiling) one(k album.Kept, told *alert.Picture) (*keptView, veilDone, error) {
	note, err := w.c.folder.Note(k.AlertID, k.N)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, veilNothing, nil
	}
	view, known := viewOf(note)
	if err == nil && (w.guard == "" || known && view.Guard == w.guard) {
		if !known {
			return nil, veilNothing, nil
		}
		return &view, veilNothing, nil
	}
	file, _, errRead := w.c.folder.Read(k.AlertID, k.N)
	if !known && told != nil {
		view.Box, view.Target = told.Box, geo.LatLon{Lat: told.Lat, Lon: told.Lon}
		view.Masked = told.Masked
	}
	masked, fit := file, false
	if err == nil && errRead == nil {
		masked, fit = w.mask(file, &view)
	}
	done := veilNothing
	if fit && !bytes.Equal(masked, file) {
		done, view.Masked = veilMasked, true
		view.Revision++
	}
	if fit {
		view.Guard = w.guard
		if masked, err = withView(masked, view); err == nil {
			err = w.c.folder.Replace(k.AlertID, k.N, masked)
		}
		if err == nil {
			return &view, done, nil
		}
		w.c.log.Error("a picture of an alert cannot be masked for a privacy zone, and is removed", "alert", k.AlertID, "picture", k.N, "error", err)
	}
	return nil, veilRemoved, w.c.folder.Remove(k.AlertID, k.N)
}

// mask makes black in a picture's file what may show something private: the same file where nothing more has to be. It is not fit to be kept
// where that is what matters in it, or nobody knows what it shows.
func (w *veiling) mask(file []byte, v *keptView) (masked []byte, fit bool) {
	if !v.Camera.Valid() {
		at := v.Target.Point()
		near := func(z zone.Zone) bool { return z.Distance(at) < farthestShown }
		return file, v.Target != geo.LatLon{} && !slices.ContainsFunc(w.private, near)
	}
	r := &rim{ground: w.ground, private: w.private, look: sight{camera: v.Camera, pose: v.Pose}, sigma: v.Sigma}
	if r.middlePrivate() || hides(w.private, v.Target, zone.Spread{}) {
		return nil, false
	}
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, false
	}
	squares, err := r.squares(m.Bounds().Dx(), m.Bounds().Dy())
	if err != nil {
		return nil, false
	}
	g := grayOf(m)
	if !anyLit(g, squares) {
		return file, true
	}
	if _, fit := r.black(g, v.Box); !fit {
		return nil, false
	}
	masked, shrunkBy, err := album.Encode(g)
	return masked, err == nil && shrunkBy == 1
}

// grayOf is a picture in shades of grey.
func grayOf(m image.Image) video.Gray {
	b := m.Bounds()
	g, ok := m.(*image.Gray)
	if !ok {
		g = image.NewGray(b)
		draw.Draw(g, b, m, b.Min, draw.Src)
	}
	return video.Gray{Pix: g.Pix, Stride: g.Stride, Width: b.Dx(), Height: b.Dy()}
}

// anyLit tells whether anything is to be seen in some squares of a picture.
func anyLit(g video.Gray, squares []image.Rectangle) bool {
	for _, s := range squares {
		for y := s.Min.Y; y < s.Max.Y; y++ {
			if slices.ContainsFunc(g.Pix[y*g.Stride+s.Min.X:y*g.Stride+s.Max.X], func(light byte) bool { return light >= stillLit }) {
				return true
			}
		}
	}
	return false
}

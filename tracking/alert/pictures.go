package alert

import (
	"slices"
	"time"
)

// PictureKind says why a picture is kept.
type PictureKind string

// The kinds of pictures.
const (
	FirstSight  PictureKind = "first"   // the first in which a camera saw it
	BestView    PictureKind = "best"    // the largest and surest box since
	EarlierView PictureKind = "earlier" // was the best before
)

// Picture is one still that is kept with an alert. What it shows never changes, but for what is made black in it.
type Picture struct {
	N    int         `json:"n"` // from 1, never used twice for an alert
	Kind PictureKind `json:"kind"`
	Feed string      `json:"feed"`
	At   time.Time   `json:"at"` // when it was taken
	// TimeExact says that At is by the camera's clock and not the time of arrival.
	TimeExact bool `json:"timeExact"`
	// Width and Height are those of the picture, in whose pixels Box is.
	Width  int        `json:"width"`
	Height int        `json:"height"`
	Box    PictureBox `json:"box"`
	Lat    float64    `json:"lat"` // of what is in the box, degrees
	Lon    float64    `json:"lon"`
	ErrorM float64    `json:"errorM"` // semi-major axis of the 95 % ellipse of that place, metres
	// Pose is how the camera's view was known: "mavlink" from its vehicle, "klv" from the metadata in its stream.
	Pose string `json:"pose"`
	// Masked says that parts of it are black, since they may show a privacy zone.
	Masked bool `json:"masked,omitempty"`
	// Revision is how often it was masked again for a privacy zone that was drawn after it was kept.
	Revision int `json:"revision,omitempty"`
}

// PictureBox is where what an alert is about is in a picture, in its pixels.
type PictureBox struct {
	X     float64 `json:"x"` // of the upper left corner
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
	Score float64 `json:"score"` // 0 to 1
}

// SetPictures says which pictures are kept with an alert.
func (e *Engine) SetPictures(id string, pictures []Picture, now time.Time) (Alert, error) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, err
	}
	ev.alert.Pictures, ev.alert.UpdatedAt = slices.Clone(pictures), now
	return ev.copy(), nil
}

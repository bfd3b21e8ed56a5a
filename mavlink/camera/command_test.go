package camera_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/camera"
)

func TestCommandsBecomeOrders(t *testing.T) {
	t.Parallel()
	own := camera.Camera{ID: 100, Component: 100}
	behind := camera.Camera{ID: 2, Component: 1, Device: 2}
	for name, c := range map[string]struct {
		camera  camera.Camera
		command camera.Command
		want    common.MAV_CMD
		params  [7]float64
		once    bool
	}{
		"zoom in steadily":     {own, camera.Zoom{How: camera.Rate, Value: 0.5}, 531, [7]float64{1, 0.5}, false},
		"zoom a step":          {own, camera.Zoom{How: camera.Step, Value: -1}, 531, [7]float64{0, -1}, true},
		"zoom to a share":      {behind, camera.Zoom{How: camera.Percent, Value: 60}, 531, [7]float64{2, 60, 2}, false},
		"zoom to a length":     {own, camera.Zoom{How: camera.FocalLength, Value: 35}, 531, [7]float64{3, 35}, false},
		"zoom to a view":       {own, camera.Zoom{How: camera.HFOV, Value: 20}, 531, [7]float64{4, 20}, false},
		"focus far":            {own, camera.Focus{How: camera.Distance, Value: 300}, 532, [7]float64{3, 300}, false},
		"focus by itself":      {own, camera.AutoFocus{How: "continuous"}, 532, [7]float64{6}, false},
		"a photo":              {behind, camera.TakePhotos{Sequence: 4}, 2000, [7]float64{2, 0, 1, 4}, false},
		"photos at a distance": {own, camera.TakePhotos{Interval: 2 * time.Second, Count: 9, Sequence: 4}, 2000, [7]float64{0, 2, 9, 0}, false},
		"no more photos":       {behind, camera.StopPhoto{}, 2001, [7]float64{2}, false},
		"record":               {behind, camera.Record{Stream: 1}, 2500, [7]float64{1, 1, 2}, false},
		"stop recording":       {behind, camera.StopRecord{}, 2501, [7]float64{0, 2}, false},
		"mode":                 {behind, camera.Mode{Name: "video"}, 530, [7]float64{2, 1}, false},
		"infrared":             {behind, camera.Source{First: "ir", Second: "eo"}, 534, [7]float64{2, 2, 1}, false},
		"play":                 {own, camera.Play{Stream: 2, On: true}, 2502, [7]float64{2}, false},
		"do not play":          {own, camera.Play{Stream: 2}, 2503, [7]float64{2}, false},
		"format":               {own, camera.Format{Storage: 1}, 526, [7]float64{1, 1, 1}, true},
		"reset":                {behind, camera.Reset{}, 529, [7]float64{1, 2}, false},
		"follow a point":       {behind, camera.TrackPoint{X: 0.5, Y: 0.25, Radius: 0.1}, 2004, [7]float64{0.5, 0.25, 0.1, 2}, false},
		"follow a box":         {behind, camera.TrackBox{Left: 0.1, Top: 0.2, Right: 0.3, Bottom: 0.4}, 2005, [7]float64{0.1, 0.2, 0.3, 0.4, 2}, false},
		"follow nothing":       {own, camera.StopTracking{}, 2010, [7]float64{}, false},
	} {
		o, err := camera.Of(c.camera, c.command)
		if err != nil || o.Command != c.want || o.Params != c.params || o.Once != c.once {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

func TestWhatACameraCannotDo(t *testing.T) {
	t.Parallel()
	const modes = common.CAMERA_CAP_FLAGS_HAS_MODES | common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO
	bare := camera.Camera{ID: 100, Known: true}
	able := camera.Camera{ID: 100, Known: true, Flags: math.MaxUint32, Streams: []camera.Stream{{StreamID: 1}}, Storages: []camera.Storage{{ID: 1, Status: "ready"}, {ID: 2, Status: "empty"}}}
	filming, shooting, recording := able, able, able
	filming.Flags, filming.Mode = modes, "video"
	shooting.Flags, shooting.Mode = modes, "photo"
	recording.Capture = &camera.Capture{Recording: true}
	nan := math.NaN()
	for name, c := range map[string]struct {
		camera  camera.Camera
		command camera.Command
		word    string
		invalid bool
	}{
		"no zoom":               {bare, camera.Zoom{How: camera.Percent, Value: 5}, "no zoom", false},
		"no focus":              {bare, camera.Focus{How: camera.Percent, Value: 5}, "no focus", false},
		"no auto focus":         {bare, camera.AutoFocus{How: "on"}, "no focus", false},
		"no photos":             {bare, camera.TakePhotos{}, "no photos", false},
		"no video":              {bare, camera.Record{}, "no video", false},
		"no modes":              {bare, camera.Mode{Name: "photo"}, "no modes", false},
		"no streams":            {bare, camera.Play{Stream: 1}, "no video stream", false},
		"no points":             {bare, camera.TrackPoint{X: 0.5, Y: 0.5}, "cannot follow a point", false},
		"no boxes":              {bare, camera.TrackBox{Right: 1, Bottom: 1}, "cannot follow a box", false},
		"photos in video mode":  {filming, camera.TakePhotos{}, "set the mode photo", false},
		"video in photo mode":   {shooting, camera.Record{}, "set the mode video", false},
		"no survey":             {shooting, camera.Mode{Name: "survey"}, "no survey", false},
		"no such stream":        {able, camera.Record{Stream: 7}, "no stream 7", false},
		"no such storage":       {able, camera.Format{Storage: 3}, "no storage 3", false},
		"no medium":             {able, camera.Format{Storage: 2}, "no medium", false},
		"format while it films": {recording, camera.Format{Storage: 1}, "recording", false},
		"too much zoom":         {able, camera.Zoom{How: camera.Rate, Value: 2}, "within", true},
		"half a step":           {able, camera.Zoom{How: camera.Step, Value: 0.5}, "step", true},
		"zoom to nothing":       {able, camera.Zoom{How: camera.Percent, Value: nan}, "within", true},
		"a view in focus":       {able, camera.Focus{How: camera.HFOV, Value: 20}, "within", true},
		"strange focus":         {able, camera.AutoFocus{How: "often"}, "continuous", true},
		"too many at once":      {able, camera.TakePhotos{Count: 5}, "interval", true},
		"too often":             {able, camera.TakePhotos{Interval: time.Millisecond}, "interval", true},
		"strange mode":          {able, camera.Mode{Name: "night"}, "survey", true},
		"strange source":        {able, camera.Source{First: "x-ray"}, "ndvi", true},
		"outside the picture":   {able, camera.TrackPoint{X: 1.5}, "from 0 to 1", true},
		"inside out":            {able, camera.TrackBox{Left: 0.5, Right: 0.4, Bottom: 1}, "upper left", true},
		"no storage":            {able, camera.Format{}, "storage 0", true},
	} {
		_, err := camera.Of(c.camera, c.command)
		var unable *camera.UnableError
		var invalid *camera.InvalidError
		if err == nil || !strings.Contains(err.Error(), c.word) || errors.As(err, &invalid) != c.invalid || errors.As(err, &unable) == c.invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := camera.Of(camera.Camera{ID: 1}, camera.Zoom{How: camera.Rate, Value: 1}); err != nil {
		t.Errorf("a camera that has not told what it can do: %v", err)
	}
}

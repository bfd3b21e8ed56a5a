package api

// Camera is one camera of a vehicle.
type Camera struct {
	ID            int            `json:"id"`        // its component id, or 1 to 6 for one that the autopilot drives
	Component     int            `json:"component"` // MAVLink component that takes its commands
	Name          string         `json:"name,omitempty"`
	Firmware      string         `json:"firmware,omitempty"`
	Kind          string         `json:"kind,omitempty"`      // thermal, eo, both
	Abilities     []string       `json:"abilities,omitempty"` // as it tells: photo, record, modes, survey, zoom, focus, streams, trackPoint, trackBox, …
	Gimbal        int            `json:"gimbal,omitempty"`    // that carries it
	Mode          string         `json:"mode,omitempty"`      // photo, video, survey
	ZoomPercent   *float64       `json:"zoomPercent,omitempty"`
	FocusPercent  *float64       `json:"focusPercent,omitempty"`
	HFOVDeg       *float64       `json:"hfovDeg,omitempty"` // now
	VFOVDeg       *float64       `json:"vfovDeg,omitempty"`
	Photo         string         `json:"photo,omitempty"` // idle, busy, interval, intervalBusy
	IntervalS     *float64       `json:"intervalS,omitempty"`
	Photos        *int           `json:"photos,omitempty"` // taken so far
	LastPhoto     *CameraPhoto   `json:"lastPhoto,omitempty"`
	Recording     *bool          `json:"recording,omitempty"`
	RecordingS    *float64       `json:"recordingS,omitempty"`
	FreeMiB       *float64       `json:"freeMiB,omitempty"` // left for photos and videos
	Storages      []Storage      `json:"storages,omitempty"`
	Streams       []CameraStream `json:"streams,omitempty"`
	ThermalRanges []ThermalRange `json:"thermalRanges,omitempty"`
	Tracking      *Tracking      `json:"tracking,omitempty"`
	NoSources     []string       `json:"noSources,omitempty"` // imagers that it refused to show: eo, ir, ndvi
	DefinitionURI string         `json:"definitionUri,omitempty"`
}

// CameraPhoto is one photo that a camera took.
type CameraPhoto struct {
	Index    int       `json:"index"` // from 0
	OK       bool      `json:"ok"`
	T        Time      `json:"t"`
	Position *Position `json:"position,omitempty"`
	URL      string    `json:"url,omitempty"`
}

// Storage is one memory of a camera; sizes in MiB.
type Storage struct {
	ID       int      `json:"id"`
	Status   string   `json:"status"` // empty, unformatted, ready, notSupported
	Name     string   `json:"name,omitempty"`
	Kind     string   `json:"kind,omitempty"` // usb, sd, microSD, cFast, cfExpress, xqd, disk
	TotalMiB *float64 `json:"totalMiB,omitempty"`
	UsedMiB  *float64 `json:"usedMiB,omitempty"`
	FreeMiB  *float64 `json:"freeMiB,omitempty"`
	Photos   bool     `json:"photos,omitempty"` // are kept here
	Videos   bool     `json:"videos,omitempty"`
}

// CameraStream is one video stream that a camera offers.
type CameraStream struct {
	ID      int      `json:"id"`
	Name    string   `json:"name,omitempty"`
	Kind    string   `json:"kind"` // thermal, eo
	URI     string   `json:"uri,omitempty"`
	Running bool     `json:"running"`
	Width   int      `json:"width,omitempty"`
	Height  int      `json:"height,omitempty"`
	FPS     float64  `json:"fps,omitempty"`
	HFOVDeg *float64 `json:"hfovDeg,omitempty"`
	Codec   string   `json:"codec,omitempty"`
}

// ThermalRange is the coldest and hottest of a thermal picture, in degrees Celsius.
type ThermalRange struct {
	Stream   int          `json:"stream"`
	MinC     float64      `json:"minC"`
	MaxC     float64      `json:"maxC"`
	MinPoint *PicturePart `json:"minPoint,omitempty"`
	MaxPoint *PicturePart `json:"maxPoint,omitempty"`
	T        Time         `json:"t"`
}

// PicturePart is a point of the picture, in shares of it from the upper left corner.
type PicturePart struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Radius float64 `json:"radius,omitempty"` // share of the width
}

// PictureBox is a box of the picture, in shares of it from the upper left corner.
type PictureBox struct {
	X float64 `json:"x"` // left
	Y float64 `json:"y"` // top
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// Tracking is what a camera follows in its picture.
type Tracking struct {
	State       string       `json:"state"` // idle, active, coasting, error
	Point       *PicturePart `json:"point,omitempty"`
	Box         *PictureBox  `json:"box,omitempty"`
	Position    *Position    `json:"position,omitempty"` // of the target
	HorizontalM *float64     `json:"horizontalM,omitempty"`
	VerticalM   *float64     `json:"verticalM,omitempty"`
	DistanceM   *float64     `json:"distanceM,omitempty"`
	T           Time         `json:"t"`
}

// TrackingCommand is the body of POST /vehicles/{id}/tracking: a point or a box of the picture.
type TrackingCommand struct {
	Camera int          `json:"camera,omitempty"` // by its id; missing: the first
	Point  *PicturePart `json:"point,omitempty"`
	Box    *PictureBox  `json:"box,omitempty"`
}

// CameraCommand is the body of POST /vehicles/{id}/camera.
type CameraCommand struct {
	Command       string   `json:"command"`                 // zoom, focus, photo, stopPhoto, record, stopRecord, source, mode, stream, format, reset
	Camera        int      `json:"camera,omitempty"`        // by its id; missing: the first
	Rate          *float64 `json:"rate,omitempty"`          // zoom, focus: -1 to 1, for the next 0.6 s
	Step          *float64 `json:"step,omitempty"`          // zoom, focus: -1 or 1
	Percent       *float64 `json:"percent,omitempty"`       // zoom, focus: of the full range
	FocalLengthMM *float64 `json:"focalLengthMM,omitempty"` // zoom
	HFOVDeg       *float64 `json:"hfovDeg,omitempty"`       // zoom
	DistanceM     *float64 `json:"distanceM,omitempty"`     // focus
	Auto          string   `json:"auto,omitempty"`          // focus: on, single, continuous
	IntervalS     *float64 `json:"intervalS,omitempty"`     // photo: one each
	Count         int      `json:"count,omitempty"`         // photo at an interval: how many; missing: until stopPhoto
	Stream        int      `json:"stream,omitempty"`        // record, stopRecord, stream: which; missing: all
	On            *bool    `json:"on,omitempty"`            // stream
	Mode          string   `json:"mode,omitempty"`          // mode: photo, video, survey
	Source        string   `json:"source,omitempty"`        // source: default, eo, ir, ndvi
	Second        string   `json:"second,omitempty"`        // source: shown with it
	Storage       int      `json:"storage,omitempty"`       // format
	Confirm       string   `json:"confirm,omitempty"`       // format, reset: the word FORMAT or RESET
}

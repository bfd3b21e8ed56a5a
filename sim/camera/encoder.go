package camera

import (
	"errors"
	"image"
)

// ErrNoEncoder says that this machine has no H.264 encoder that the simulator can use; the simulator then runs without
// video.
var ErrNoEncoder = errors.New("no H.264 encoder found: install Debian's package libopenh264-7 (make deps does)")

// Encoder makes H.264 access units from pictures. It is not safe for concurrent use.
type Encoder interface {
	// Encode compresses one picture in 4:2:0 and returns its NAL units without start codes, valid until the next call.
	// With idr set the picture can be decoded without any before it, and its units start with SPS and PPS.
	Encode(img *image.YCbCr, idr bool) ([][]byte, error)
	// ParameterSets gives the SPS and the PPS, which stay the same for the life of the encoder.
	ParameterSets() (sps, pps []byte, err error)
	// Close releases the encoder; it may be called twice.
	Close()
}

// EncoderConfig describes one stream.
type EncoderConfig struct {
	Width, Height int     // pixels, even
	FPS           float64 // pictures a second, for rate control
	BitsPerSecond int     // target
	IDRFrames     int     // an IDR at least every so many pictures
}

// Package metadata reads the files in which a component tells about itself (MAVLink Component Metadata Protocol): the general
// one, which names the others, and the one about parameters, both JSON that may be packed by xz or gzip. It is pure.
package metadata

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vedette/mavlink/xz"
)

// ErrFormat means that a file cannot be read as what it should be.
var ErrFormat = errors.New("not readable")

const (
	// MaxFile bounds a file as it is on the vehicle, maxUnpacked what it may become.
	MaxFile     = 2 << 20
	maxUnpacked = 16 << 20
	// version is the one of both formats.
	version = 1
	// parameterType is COMP_METADATA_TYPE_PARAMETER.
	parameterType = 1
	maxTypes      = 100
)

// Unpack gives the JSON of a file, which may be packed: its first bytes tell how, whatever its name ends with.
func Unpack(b []byte) ([]byte, error) {
	switch {
	case xz.Is(b):
		out, err := xz.Unpack(b, maxUnpacked)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return out, nil
	case bytes.HasPrefix(b, []byte{0x1F, 0x8B}):
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		out, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
		if err == nil && len(out) > maxUnpacked {
			err = fmt.Errorf("more than %d bytes come out", maxUnpacked)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return out, nil
	case len(b) > maxUnpacked:
		return nil, fmt.Errorf("%w: %d bytes", ErrFormat, len(b))
	default:
		return b, nil
	}
}

// File is where a file is, and its checksum.
type File struct {
	URI string
	// CRC is nil where none is told.
	CRC *uint32
}

// ParameterFile finds the file about parameters in a general one; ok is false where it names none.
func ParameterFile(general []byte) (f File, ok bool, err error) {
	var g struct {
		Version int `json:"version"`
		Types   []struct {
			Type int     `json:"type"`
			URI  string  `json:"uri"`
			CRC  *uint32 `json:"fileCrc"`
		} `json:"metadataTypes"`
	}
	if err := json.Unmarshal(general, &g); err != nil {
		return File{}, false, fmt.Errorf("general metadata: %w: %w", ErrFormat, err)
	}
	if g.Version != version || len(g.Types) > maxTypes {
		return File{}, false, fmt.Errorf("general metadata: %w: version %d with %d types", ErrFormat, g.Version, len(g.Types))
	}
	for _, t := range g.Types {
		if t.Type == parameterType && t.URI != "" {
			return File{URI: t.URI, CRC: t.CRC}, true, nil
		}
	}
	return File{}, false, nil
}

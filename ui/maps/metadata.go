package maps

import (
	"encoding/json"
	"fmt"
)

const (
	mostMetadata = 4 << 20
	mostLayers   = 100
)

// metadata is the JSON of a map that is of use here: the whole of it in a PMTiles file, the value "json" in an MBTiles file.
type metadata struct {
	Name         string `json:"name"`
	Attribution  string `json:"attribution"`
	VectorLayers []struct {
		ID string `json:"id"`
	} `json:"vector_layers"`
}

func readMetadata(text []byte) (metadata, error) {
	var m metadata
	if len(text) == 0 {
		return m, nil
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return metadata{}, fmt.Errorf("its metadata is no JSON: %w", err)
	}
	return m, nil
}

func (m metadata) layers() (names []string) {
	for _, l := range m.VectorLayers {
		if l.ID != "" {
			names = append(names, l.ID)
		}
	}
	return names
}

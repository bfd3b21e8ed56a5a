package station

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"vedette/ui/maps"
)

// openMaps opens the folder of maps: the one that is configured, which must exist, or "maps" in the data folder, which is made.
func (s *Station) openMaps(ctx context.Context) (err error) {
	folder := s.cfg.File.Maps.Folder
	if folder == "" {
		folder = filepath.Join(s.cfg.DataDir, "maps")
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return fmt.Errorf("make the folder for maps: %w", err)
		}
	}
	if s.maps, err = maps.OpenFolder(ctx, folder, s.log.With("room", "ui")); err != nil {
		return fmt.Errorf("maps.folder: %w", err)
	}
	return nil
}

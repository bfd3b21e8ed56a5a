package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"vedette/internal/access"
	"vedette/internal/station/export"
	"vedette/internal/store"
	"vedette/ui/api"
)

// periods packs what is on record about a span of time.
type periods struct {
	station, path, folder string // the station's id, its record, and where packages are made
	pictures              export.Pictures

	busy sync.Mutex // one at a time: packing takes a core
}

// Export implements ui.Periods. The package is a file that is gone once it is closed.
func (p *periods) Export(ctx context.Context, who access.Principal, from, to time.Time) (io.ReadSeekCloser, error) {
	if !p.busy.TryLock() {
		return nil, api.Unavailable("another package is being made: try again when it is done")
	}
	defer p.busy.Unlock()
	record, err := store.OpenReader(ctx, p.path)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(p.folder, "export-*.zip")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a package: %w", err), record.Close())
	}
	out := &passing{file}
	about := export.About{Station: p.station, Who: who.Name, Made: time.Now()}
	err = errors.Join(export.WritePackage(ctx, file, record, p.pictures, store.Within{From: from, To: to}, about), record.Close())
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

// passing is a file that is removed when it is closed.
type passing struct{ *os.File }

func (p *passing) Close() error { return errors.Join(p.File.Close(), os.Remove(p.Name())) }

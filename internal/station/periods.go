package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"vedette/internal/access"
	"vedette/internal/station/export"
	"vedette/internal/store"
	"vedette/ui/api"
	"vedette/video"
)

// periods packs what is on record about a span of time.
type periods struct {
	station, path, folder string // the station's id, its record, and where packages are made
	pictures              export.Pictures
	video                 *video.Service

	busy sync.Mutex // one at a time: packing takes a core
}

// Export implements ui.Periods. The package is a file that is gone once it is closed.
func (p *periods) Export(ctx context.Context, who access.Principal, from, to time.Time, withVideo bool) (io.ReadSeekCloser, error) {
	if !p.busy.TryLock() {
		return nil, api.Unavailable("another package is being made: try again when it is done")
	}
	defer p.busy.Unlock()
	beside := export.Beside{Pictures: p.pictures}
	if withVideo {
		var err error
		if beside.Films, err = p.films(ctx, from, to); err != nil {
			return nil, err
		}
	}
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
	err = errors.Join(export.WritePackage(ctx, file, record, beside, store.Within{From: from, To: to}, about), record.Close())
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

const (
	// mostFilm is how many bytes of recordings go into one package, mostFilms how many files.
	mostFilm, mostFilms = 4 << 30, 5000
	// filmRoom is what stays free on the disk that a package with recordings is made on.
	filmRoom = 1 << 30
)

// films are the recordings that touch a span of time.
func (p *periods) films(ctx context.Context, from, to time.Time) ([]export.Film, error) {
	list, err := p.video.Segments(ctx, "", from, to, mostFilms+1)
	if err != nil {
		return nil, err
	}
	total := int64(0)
	films := make([]export.Film, len(list))
	for i, s := range list {
		total += s.Bytes
		films[i] = export.Film{Feed: s.Feed, Name: s.Name, Start: s.Start, Open: func() (io.ReadCloser, error) {
			f, _, err := p.video.OpenSegment(s.Name)
			if errors.Is(err, video.ErrUnknownRecording) {
				return nil, fs.ErrNotExist
			}
			return f, err
		}}
	}
	const gb = 1e9
	if total > mostFilm || len(list) > mostFilms {
		return nil, api.BadRequest("%d or more recordings of that time have %.1f GB, and at most %d with %.1f GB go into a package: ask for a shorter time, or take single files from the recordings",
			len(list), float64(total)/gb, mostFilms, float64(mostFilm)/gb)
	}
	if free := p.video.Stats().Recordings.FreeBytes; total > 0 && uint64(total)+filmRoom > free {
		return nil, api.Unavailable("the package would have %.1f GB, and the disk has %.1f GB left", float64(total)/gb, float64(free)/gb)
	}
	return films, nil
}

// passing is a file that is removed when it is closed.
type passing struct{ *os.File }

func (p *passing) Close() error { return errors.Join(p.File.Close(), os.Remove(p.Name())) }

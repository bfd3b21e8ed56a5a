package export

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// addFilms adds recordings as video/FEED/NAME.mp4, and says how many there are.
func addFilms(ctx context.Context, z *zip.Writer, films []Film, counts *strings.Builder) error {
	gone := 0
	for _, f := range films {
		err := addFilm(ctx, z, f)
		if errors.Is(err, fs.ErrNotExist) {
			gone++
			continue
		}
		if err != nil {
			return fmt.Errorf("export %s: %w", f.Name, err)
		}
	}
	if len(films) == 0 {
		return nil
	}
	fmt.Fprintf(counts, "video: %d recordings, whole files that touch the time", len(films)-gone)
	if gone > 0 {
		fmt.Fprintf(counts, ", %d more are no longer kept", gone)
	}
	counts.WriteByte('\n')
	return nil
}

func addFilm(ctx context.Context, z *zip.Writer, f Film) error {
	file, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	out, err := z.CreateHeader(&zip.FileHeader{Name: "video/" + f.Feed + "/" + f.Name + ".mp4", Method: zip.Store, Modified: f.Start.UTC()})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, stopped{ctx, file})
	return err
}

// stopped is a file whose reading ends with a context.
type stopped struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one copy
	from io.Reader
}

// Read implements io.Reader.
func (s stopped) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(p)
}

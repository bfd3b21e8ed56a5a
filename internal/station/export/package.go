package export

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"vedette/internal/store"
)

// About is what a package says of itself.
type About struct {
	Station, Who string
	Made         time.Time
}

// Pictures gives the file of a picture that is kept with an alert; fs.ErrNotExist where it is no longer.
type Pictures func(alertID string, n int) ([]byte, error)

// Film is a recording that goes into a package.
type Film struct {
	Feed, Name string
	Start      time.Time
	// Open opens its file; fs.ErrNotExist where it is no longer.
	Open func() (io.ReadCloser, error)
}

// Beside is what goes into a package beside what is in the store. The zero value is nothing.
type Beside struct {
	Pictures Pictures
	Films    []Film
}

// WritePackage writes everything that is on record about a span of time as a zip: tracks and alerts, each as GeoJSON, KML and CSV,
// the pictures of those alerts that are still kept, recordings, and a README.txt that says what it is.
func WritePackage(ctx context.Context, w io.Writer, from *store.Reader, beside Beside, within store.Within, about About) error {
	z := zip.NewWriter(w)
	add := func(name string) (io.Writer, error) {
		out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: about.Made.UTC()})
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", name, err)
		}
		return out, nil
	}
	var counts strings.Builder
	for _, subject := range []string{"tracks", "alerts"} {
		for _, format := range []string{"geojson", "kml", "csv"} {
			name := subject + "." + format
			out, err := add(name)
			if err != nil {
				return err
			}
			sum, err := Write(ctx, out, from, Request{Subject: subject, Format: format, Within: within})
			if err != nil {
				return err
			}
			fmt.Fprintf(&counts, "%s: %d %s", name, sum.Things, subject)
			if sum.Unreadable > 0 {
				fmt.Fprintf(&counts, ", %d damaged records left out", sum.Unreadable)
			}
			counts.WriteByte('\n')
		}
	}
	kept, gone, err := addPictures(ctx, z, from, beside.Pictures, within)
	if err != nil {
		return err
	}
	fmt.Fprintf(&counts, "pictures: %d", kept)
	if gone > 0 {
		fmt.Fprintf(&counts, ", %d more are no longer kept", gone)
	}
	counts.WriteByte('\n')
	if err := addFilms(ctx, z, beside.Films, &counts); err != nil {
		return err
	}
	out, err := add("README.txt")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Record of the station %s\nfrom %s\nto   %s (not included)\nmade %s by %s\n\n%s\nTimes are UTC, places WGS 84, heights metres.\n",
		about.Station, within.From.UTC().Format(time.RFC3339), within.To.UTC().Format(time.RFC3339), about.Made.UTC().Format(time.RFC3339), about.Who, counts.String())
	if err != nil {
		return fmt.Errorf("export README.txt: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("close the package: %w", err)
	}
	return nil
}

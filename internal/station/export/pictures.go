package export

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"vedette/internal/store"
	"vedette/ui/api"
)

// addPictures adds the pictures of the alerts as pictures/ALERT_NUMBER.jpg, and counts them and those that are gone.
func addPictures(ctx context.Context, z *zip.Writer, from *store.Reader, pictures Pictures, within store.Within) (kept, gone int, err error) {
	if pictures == nil {
		return 0, 0, nil
	}
	var sum Summary
	err = writeAlerts(ctx, put[api.Alert](func(a api.Alert) error {
		for _, p := range a.Pictures {
			jpeg, err := pictures(a.ID, p.N)
			if errors.Is(err, fs.ErrNotExist) {
				gone++
				continue
			}
			if err != nil {
				return err
			}
			// What is compressed already is stored as it is.
			head := &zip.FileHeader{Name: "pictures/" + a.ID + "_" + strconv.Itoa(p.N) + ".jpg", Method: zip.Store, Modified: p.At.Time}
			out, err := z.CreateHeader(head)
			if err != nil {
				return err
			}
			if _, err := out.Write(jpeg); err != nil {
				return err
			}
			kept++
		}
		return nil
	}), from, within, &sum)
	if err != nil {
		return kept, gone, fmt.Errorf("export pictures: %w", err)
	}
	return kept, gone, nil
}

// put is a form without beginning or end.
type put[T any] func(T) error

func (put[T]) begin() error        { return nil }
func (p put[T]) put(thing T) error { return p(thing) }
func (put[T]) end() error          { return nil }
